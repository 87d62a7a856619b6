"""What notify writes: the agents' feed."""

from typing import Any, ClassVar

from libs.common.events import Event


class FeedEntry(Event):
    """One thing the agents of a tenant are told; its offset on the topic is its number."""

    source: ClassVar[str] = "notify"
    brand_id: str | None = None
    """Only agents who may see this brand get it; none: the whole agency."""
    about: str
    """Id of the conversation, contact or agent."""
    version: int = 0
    ephemeral: bool = False
    """True only now (typing, presence): not stored, not sent again after a reconnect."""
    data: dict[str, Any]

    @property
    def key(self) -> str:
        """One feed per tenant."""
        return self.tenant

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.about
