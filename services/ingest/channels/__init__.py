"""The contract of a channel kind, and which kinds there are.

A module `channels/<network>.py` has `MANIFEST` and pure functions: `verify` (is this delivery the
network's?), `split` (a delivery into items) and `normalise` (an item into canonical events). What can
answer over HTTP also has `request_for`, which turns an order into a request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from libs.common.events import Frozen, Instant
from libs.common.events.ingest import ReplyRules, SocialEvent
from libs.common.events.routing import SendMessage

Verdict = Literal["ok", "bad_signature", "stale"]


class Manifest(Frozen):
    """What a kind of channel can do; shown to people who connect one and to agents who answer."""

    network: str
    name: str
    receives: tuple[Literal["webhook", "socket", "poll", "stream"], ...]
    replies: tuple[Literal["message", "comment", "private_reply"], ...]
    max_length: int
    length_unit: Literal["characters", "graphemes", "bytes"] = "characters"
    window_hours: int | None = None
    """Hours after the contact's newest message in which they may be answered; none: always."""
    attachments: bool = False
    resend_is_safe: bool = False
    """Whether the receiver recognises a repeated send; if not, an unclear one is never repeated."""
    settings_schema: dict[str, Any] = {}

    def reply_rules(self) -> ReplyRules:
        """The same for an agent's answer."""
        return ReplyRules(max_length=self.max_length)


class Channel(Frozen):
    """One connection of a brand to a network."""

    id: str
    tenant: str
    brand_id: str
    network: str
    name: str
    status: Literal["active", "disabled"] = "active"
    settings: dict[str, Any] = {}
    version: int = 1
    created_at: Instant


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A delivery as it came: header names in lower case, the body never decoded."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class RawItem:
    """One item of a delivery."""

    key: str
    """The network's own name of the event: the same again is a repeat."""
    received_at: datetime
    body: bytes
    ref: str | None = None
    """Where the delivery stands in the log."""


@dataclass(frozen=True, slots=True)
class OutgoingRequest:
    """A request that carries an answer to a network."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class ChannelKind(Protocol):
    """What a module of this package offers."""

    MANIFEST: Manifest

    def verify(self, request: RawRequest, secrets: Sequence[str], now: datetime) -> Verdict:
        """Whether a delivery is the network's; on raw bytes, in constant time."""

    def split(self, request: RawRequest, received_at: datetime) -> list[RawItem]:
        """The items of a delivery."""

    def normalise(self, item: RawItem, channel: Channel) -> list[SocialEvent]:
        """Canonical events of an item; raises `Unacceptable` with the reason."""

    def request_for(
        self, order: SendMessage, channel: Channel, secrets: Sequence[str], now: datetime
    ) -> OutgoingRequest:
        """The request that sends an answer; raises `Unacceptable` when the channel can't."""
