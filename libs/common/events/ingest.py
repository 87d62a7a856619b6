"""What ingest writes: deliveries as received, canonical social events, receipts, live-chat lines.

The canonical event is ActivityStreams 2.0 in words (actor, object, reply, audience), CloudEvents 1.0
outside.
"""

from typing import ClassVar, Literal, Protocol, Self

from pydantic import Base64Bytes, Field

from libs.common.events import Event, Frozen, Instant, derive_id

ObjectKind = Literal["mention", "comment", "post", "message", "review", "reaction", "share", "system"]
Action = Literal["create", "update", "delete"]


def identity_id(tenant: str, brand: str, channel: str, external_id: str) -> str:
    """Id of one person (or group chat) on one channel: the key of all that is said with them."""
    return derive_id("identity", tenant, brand, channel, external_id)


class Delivery(Event):
    """What a network handed us, untouched, so that it can be normalised again at any time."""

    source: ClassVar[str] = "ingest"
    type: Literal["delivery.received"] = "delivery.received"
    brand_id: str
    channel_id: str
    network: str
    headers: dict[str, str] = Field(default_factory=dict)
    """Only the headers the channel's manifest names, lower case, never signatures."""
    body: Base64Bytes

    @property
    def key(self) -> str:
        """Deliveries of one channel are normalised in one order."""
        return self.channel_id


class Actor(Frozen):
    """Who said it, as the network calls them."""

    id: str = Field(min_length=1, max_length=500)
    handle: str | None = Field(default=None, max_length=200)
    name: str | None = Field(default=None, max_length=200)
    picture: str | None = Field(default=None, max_length=2000)
    email: str | None = Field(default=None, max_length=320)
    kind: Literal["person", "organization", "service", "unknown"] = "unknown"


class Attachment(Frozen):
    """Something that came with a text; `url` is the network's own address of it."""

    type: Literal["image", "video", "audio", "file", "link", "location", "sticker", "unsupported"]
    url: str | None = Field(default=None, max_length=2000)
    mime: str | None = Field(default=None, max_length=200)
    name: str | None = Field(default=None, max_length=300)


class SocialObject(Frozen):
    """The thing that was said: a message, a comment, a review."""

    id: str
    native_id: str = Field(min_length=1, max_length=500)
    kind: ObjectKind
    thread_id: str = Field(min_length=1, max_length=500)
    """What the network calls the thread; one identity in one thread is one conversation."""
    text: str = Field(default="", max_length=50_000)
    subject: str | None = Field(default=None, max_length=500)
    lang: str | None = Field(default=None, max_length=35)
    url: str | None = Field(default=None, max_length=2000)
    in_reply_to: str | None = Field(default=None, max_length=500)
    rating: float | None = None
    attachments: tuple[Attachment, ...] = ()
    version: int = 1
    """Rises with each edit of the object; the highest wins."""


class ReplyRules(Frozen):
    """What an answer may be, as the channel's manifest says; shown to agents before they write."""

    max_length: int = 50_000
    window_until: Instant | None = None


class SocialEvent(Event):
    """One canonical thing somebody said or did on a channel of a brand."""

    source: ClassVar[str] = "ingest"
    brand_id: str
    channel_id: str
    network: str
    identity_id: str
    action: Action
    actor: Actor
    object: SocialObject
    audience: Literal["public", "followers", "direct", "group"] = "direct"
    is_own: bool = False
    """An echo of what the brand itself said: never a customer's message."""
    is_automatic: bool = False
    reply: ReplyRules = ReplyRules()
    client_id: str | None = None
    """Live chat: the visitor's own id of the line."""
    raw_ref: str | None = None
    """Where the untouched delivery stands: topic/partition/offset."""

    @property
    def key(self) -> str:
        """All that is said with one person on one channel is in one order."""
        return self.identity_id

    @property
    def subject(self) -> str:
        """The object spoken of."""
        return self.object.id


ReceiptState = Literal["sent", "delivered", "read", "failed", "unclear"]


class SendTarget(Protocol):
    """Which message, of which conversation, to whom."""

    @property
    def tenant(self) -> str:
        """Whose."""

    @property
    def identity_id(self) -> str:
        """To whom."""

    @property
    def conversation_id(self) -> str:
        """In which conversation."""

    @property
    def message_id(self) -> str:
        """What."""


class Receipt(Event):
    """What became of something we sent; states only move forward."""

    source: ClassVar[str] = "ingest"
    type: Literal["receipt.sent", "receipt.delivered", "receipt.read", "receipt.failed", "receipt.unclear"]
    identity_id: str
    conversation_id: str
    message_id: str
    native_id: str | None = None
    failure: str | None = Field(default=None, max_length=1000)
    """Why it failed, in words an agent can act on."""

    @classmethod
    def of(cls, command: SendTarget, state: ReceiptState, at: Instant, **more: str | None) -> Self:
        """Receipt of a message in this state; the same state of the same message has one id."""
        return cls(
            id=derive_id("receipt", command.message_id, state),
            type=f"receipt.{state}",
            tenant=command.tenant,
            at=at,
            identity_id=command.identity_id,
            conversation_id=command.conversation_id,
            message_id=command.message_id,
            **more,
        )

    @property
    def state(self) -> ReceiptState:
        """The state without its prefix."""
        return self.type.removeprefix("receipt.")  # type: ignore[return-value]

    @property
    def key(self) -> str:
        """In one order with what the person said."""
        return self.identity_id

    @property
    def subject(self) -> str:
        """The message it is about."""
        return self.message_id


class LineAuthor(Frozen):
    """The agent a visitor sees beside a line."""

    name: str
    picture: str | None = None


class Line(Frozen):
    """One line of a live chat as the visitor sees it; `seq` rises by one without gaps."""

    seq: int
    id: str
    conversation_id: str | None = None
    client_id: str | None = None
    direction: Literal["incoming", "outgoing"]
    text: str
    author: LineAuthor | None = None
    at: Instant


class VisitorUpdate(Event):
    """What a live-chat visitor's browser is told: a line, or how far an agent has read."""

    source: ClassVar[str] = "ingest"
    type: Literal["visitor.line", "visitor.read"]
    identity_id: str
    channel_id: str
    version: int
    line: Line | None = None
    read_seq: int = 0
    cause: str
    """Id of the event that caused it."""

    @property
    def key(self) -> str:
        """One visitor, one order."""
        return self.identity_id


class VisitorSignal(Event):
    """Something about a visitor that is only true now: typing. Never stored."""

    source: ClassVar[str] = "ingest"
    type: Literal["visitor.typing"] = "visitor.typing"
    brand_id: str
    channel_id: str
    identity_id: str
    conversation_id: str
    name: str | None = None
    typing: bool

    @property
    def key(self) -> str:
        """One visitor, one order."""
        return self.identity_id
