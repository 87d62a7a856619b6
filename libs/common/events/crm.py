"""What crm writes: facts about identities and contacts, and the commands that change a contact."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from libs.common.events import Event, Frozen, Instant, Refusal, derive_id


def contact_id(identity_id: str) -> str:
    """Id of the contact an identity starts with; a merge may give it another one later."""
    return derive_id("contact", identity_id)


class IdentityView(Frozen):
    """One person on one channel, as the network calls them, and what was counted about them."""

    id: str
    tenant: str
    brand_id: str
    channel_id: str
    network: str
    external_id: str
    handle: str | None = None
    name: str | None = None
    picture: str | None = None
    email: str | None = None
    first_seen_at: Instant
    last_seen_at: Instant
    messages: int = 0
    version: int = 0


class ContactView(Frozen):
    """A person over all channels of one brand: a set of identities and what people wrote of them."""

    id: str
    tenant: str
    brand_id: str
    identity_ids: tuple[str, ...]
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    picture: str | None = None
    first_seen_at: Instant
    version: int = 0


class IdentityFact(Event):
    """An identity was seen for the first time, or its profile changed."""

    source: ClassVar[str] = "crm"
    type: Literal["identity.appeared", "identity.changed"]
    brand_id: str
    version: int
    cause: str
    previous: dict[str, Any] = Field(default_factory=dict)
    current: IdentityView

    @property
    def key(self) -> str:
        """In one order with what the person says."""
        return self.current.id


class ContactFact(Event):
    """A contact appeared or was changed."""

    source: ClassVar[str] = "crm"
    type: Literal["contact.appeared", "contact.changed"]
    brand_id: str
    version: int
    cause: str
    by: str | None = None
    """Id of the agent who changed it."""
    previous: dict[str, Any] = Field(default_factory=dict)
    current: ContactView

    @property
    def key(self) -> str:
        """Contacts of a brand have one order: which identities are one person is decided there."""
        return f"{self.tenant}/{self.brand_id}"

    @property
    def subject(self) -> str:
        """The contact."""
        return self.current.id


class ContactCommand(Event):
    """What all commands to a contact share."""

    source: ClassVar[str] = "crm"
    brand_id: str
    contact_id: str

    @property
    def key(self) -> str:
        """One writer per brand."""
        return f"{self.tenant}/{self.brand_id}"

    @property
    def subject(self) -> str:
        """The contact."""
        return self.contact_id


class AddContact(ContactCommand):
    """A new identity needs its contact."""

    type: Literal["contact.add"] = "contact.add"
    identity: IdentityView


class EditContact(ContactCommand):
    """A person writes down what they know of a contact; only the fields that are set change."""

    type: Literal["contact.edit"] = "contact.edit"
    by: str
    expected_version: int | None = None
    """Refused when the contact has another version by then (If-Match)."""
    fingerprint: str = ""
    changes: dict[Literal["name", "email", "phone", "note"], str | None]


AnyContactCommand = Annotated[AddContact | EditContact, Field(discriminator="type")]


class ContactOutcome(Event):
    """What became of a command to a contact; recorded with it, not written on a topic."""

    source: ClassVar[str] = "crm"
    type: Literal["command.done", "command.refused"]
    contact_id: str
    contact: ContactView | None = None
    refusal: Refusal | None = None
    fingerprint: str = ""

    @property
    def key(self) -> str:
        """The command it answers."""
        return self.id
