"""Contracts of the topics: what is written on them, one module per producer."""

from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

NAMESPACE = UUID("5b0f3c1e-64c5-4b3f-9d6c-7f6f0c7c4e01")
_PREFIX = NAMESPACE.bytes
_ZERO = timedelta(0)


def derive_id(*parts: str | int) -> str:
    """Name a thing after its cause, so that a redelivery names it the same again.

    It is `uuid5` (RFC 9562), written out: an event needs several, and the library's takes three times as long.

    Args:
        parts: what makes it unique, most general first; joined by a separator no part can hold.
    """
    digest = bytearray(
        sha1(_PREFIX + "\x1f".join(map(str, parts)).encode(), usedforsecurity=False).digest()[:16]
    )
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def instant(moment: datetime) -> datetime:
    """A moment in UTC and whole milliseconds: what the database keeps, so nothing changes in it."""
    if moment.microsecond % 1000 == 0 and moment.utcoffset() == _ZERO:
        return moment
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def now() -> datetime:
    """This moment, for the edges; the domain is told the time by its events."""
    return instant(datetime.now(UTC))


Instant = Annotated[AwareDatetime, AfterValidator(instant)]


class Frozen(BaseModel):
    """A value: immutable, and forgiving towards fields a newer producer has added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Frozen):
    """A fact that has happened or a command that was given; harmless when seen twice."""

    id: str
    """uuid5 of its cause: the same cause gives the same id."""
    type: str
    """Dotted name, also the CloudEvents type: `conversation.assigned`."""
    tenant: str
    at: Instant
    """When it happened, by the clock of where it happened."""
    source: ClassVar[str]
    """Service that writes it."""

    @property
    def key(self) -> str:
        """Kafka key: all records with one key are in one order."""
        raise NotImplementedError

    @property
    def subject(self) -> str:
        """CloudEvents subject: what the event is about."""
        return self.key


class Unacceptable(Exception):
    """A record that can never be handled: it goes to the dead-letter topic with this reason."""


class Refusal(Frozen):
    """Why a command was not done; becomes a problem document over HTTP."""

    status: int
    """409: not in this state; 422: not with these values."""
    slug: str
    title: str
    detail: str
