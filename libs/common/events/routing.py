"""What routing writes: commands to conversations, facts about them, the desk, orders to ingest."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from libs.common.events import Event, Frozen, Instant, Refusal, derive_id
from libs.common.events.ingest import Actor, Attachment, ReplyRules

Status = Literal["open", "pending", "snoozed", "resolved"]
Priority = Literal["low", "medium", "high", "urgent"]
Presence = Literal["online", "busy", "away", "offline"]
MessageState = Literal["received", "pending", "sent", "delivered", "read", "failed", "unclear"]


def conversation_id(identity_id: str, thread_id: str) -> str:
    """Id of the conversation of one identity in one thread."""
    return derive_id("conversation", identity_id, thread_id)


class Agent(Frozen):
    """A person of the agency, as colleagues and customers see them."""

    id: str
    name: str
    picture: str | None = None


class Author(Frozen):
    """Who wrote a message."""

    kind: Literal["contact", "agent", "system"]
    id: str
    name: str
    picture: str | None = None


class Message(Frozen):
    """One message or note of a conversation; `number` is its place in it."""

    id: str
    conversation_id: str
    number: int
    kind: Literal["message", "note"] = "message"
    direction: Literal["incoming", "outgoing"]
    text: str
    author: Author
    state: MessageState
    failure: str | None = None
    at: Instant
    url: str | None = None
    attachments: tuple[Attachment, ...] = ()
    native_id: str | None = None
    object_version: int = 1
    """Version of the network's object this text is from; the highest wins."""


class LastMessage(Frozen):
    """What a list shows of the newest message."""

    number: int
    direction: Literal["incoming", "outgoing"]
    kind: Literal["message", "note"]
    text: str
    author_name: str
    at: Instant


class ConversationView(Frozen):
    """A conversation as the APIs, the feed and the facts show it."""

    id: str
    tenant: str
    brand_id: str
    channel_id: str
    network: str
    identity_id: str
    contact: Actor
    thread_id: str
    subject: str | None = None
    status: Status = "open"
    queue_id: str | None = None
    assignee: Agent | None = None
    priority: Priority = "medium"
    unread: int = 0
    last_message: LastMessage | None = None
    messages: int = 0
    """How many messages and notes it has: the number of the newest."""
    opened_at: Instant
    last_activity_at: Instant
    waiting_since: Instant | None = None
    reply: ReplyRules = ReplyRules()
    version: int = 0
    """Rises by one with each fact."""


class Reason(Frozen):
    """Why routing decided so: enough to explain it without deciding again."""

    rule_id: str | None = None
    rule_name: str | None = None
    words: tuple[str, ...] = ()
    """Words of the message that matched."""
    text: str
    """The same for people."""


FactType = Literal[
    "conversation.opened",
    "conversation.queued",
    "conversation.assigned",
    "conversation.unassigned",
    "conversation.status_changed",
    "conversation.read",
    "message.received",
    "message.edited",
    "message.deleted",
    "message.replied",
    "message.delivery_updated",
    "note.added",
]


class ConversationFact(Event):
    """Something that happened to a conversation: what it was before, what it is now, and why."""

    source: ClassVar[str] = "routing"
    type: FactType
    brand_id: str
    conversation_id: str
    identity_id: str
    version: int
    """The conversation's version after it; without gaps per conversation."""
    cause: str
    """Id of the event or command that caused it."""
    by: Author
    previous: dict[str, Any] = Field(default_factory=dict)
    """Former values of the fields that changed."""
    current: ConversationView
    message: Message | None = None
    reason: Reason | None = None

    @property
    def key(self) -> str:
        """Conversations of one identity have one order."""
        return self.identity_id

    @property
    def subject(self) -> str:
        """The conversation."""
        return self.conversation_id


class CommandOutcome(Event):
    """What became of a command; recorded with the document, not written on a topic."""

    source: ClassVar[str] = "routing"
    type: Literal["command.done", "command.refused"]
    conversation_id: str
    conversation: ConversationView | None = None
    message: Message | None = None
    refusal: Refusal | None = None
    fingerprint: str = ""

    @property
    def key(self) -> str:
        """The command it answers."""
        return self.id


class ConversationCommand(Event):
    """What all commands to a conversation share."""

    source: ClassVar[str] = "routing"
    identity_id: str
    conversation_id: str
    by: Author
    fingerprint: str = ""
    """Of the request that gave it: the same id with another one is a client's mistake."""

    @property
    def key(self) -> str:
        """In one order with what the person says."""
        return self.identity_id

    @property
    def subject(self) -> str:
        """The conversation."""
        return self.conversation_id


class ClaimConversation(ConversationCommand):
    """An agent takes a conversation that nobody has."""

    type: Literal["conversation.claim"] = "conversation.claim"


class AssignConversation(ConversationCommand):
    """Somebody, or the distributor, gives a conversation to an agent."""

    type: Literal["conversation.assign"] = "conversation.assign"
    agent: Agent
    offer: int | None = None
    """Version of the desk that offers it; absent when a person assigns."""


class UnassignConversation(ConversationCommand):
    """Give it back to the queue."""

    type: Literal["conversation.unassign"] = "conversation.unassign"


class ReplyToConversation(ConversationCommand):
    """Answer the contact on their channel."""

    type: Literal["conversation.reply"] = "conversation.reply"
    text: str = Field(min_length=1, max_length=50_000)


class AddNote(ConversationCommand):
    """Write something only colleagues see."""

    type: Literal["conversation.add_note"] = "conversation.add_note"
    text: str = Field(min_length=1, max_length=50_000)


class ChangeStatus(ConversationCommand):
    """Resolve, reopen, snooze or await."""

    type: Literal["conversation.change_status"] = "conversation.change_status"
    status: Status


class MarkRead(ConversationCommand):
    """An agent has seen the messages up to this number."""

    type: Literal["conversation.mark_read"] = "conversation.mark_read"
    up_to: int


AnyCommand = Annotated[
    ClaimConversation
    | AssignConversation
    | UnassignConversation
    | ReplyToConversation
    | AddNote
    | ChangeStatus
    | MarkRead,
    Field(discriminator="type"),
]


class IngestCommand(Event):
    """An order to ingest, which alone talks to networks."""

    source: ClassVar[str] = "routing"
    brand_id: str
    channel_id: str
    network: str
    identity_id: str
    conversation_id: str
    thread_id: str

    @property
    def key(self) -> str:
        """In one order per person."""
        return self.identity_id

    @property
    def subject(self) -> str:
        """The conversation."""
        return self.conversation_id


class SendMessage(IngestCommand):
    """Send an agent's answer; `message_id` is the idempotency key towards the network."""

    type: Literal["message.send"] = "message.send"
    message_id: str
    text: str
    author: Agent
    to: Actor
    in_reply_to: str | None = None
    """Native id of the newest message of the contact."""


class ShowRead(IngestCommand):
    """Tell the contact, where the network can, that their messages were read."""

    type: Literal["message.show_read"] = "message.show_read"
    native_id: str
    """Native id of the newest message that was read."""


AnyIngestCommand = Annotated[SendMessage | ShowRead, Field(discriminator="type")]


class DeskEvent(Event):
    """What the distributor of a tenant must know; one order per tenant."""

    source: ClassVar[str] = "routing"

    @property
    def key(self) -> str:
        """One desk per tenant."""
        return self.tenant


class WorkEvent(DeskEvent):
    """A conversation waits for, has found, or no longer needs an agent."""

    type: Literal["work.waiting", "work.taken", "work.refused", "work.finished"]
    brand_id: str
    conversation_id: str
    identity_id: str
    queue_id: str
    priority: Priority = "medium"
    waiting_since: Instant
    version: int
    """The conversation's version; an older event never overrides a newer one."""
    agent: Agent | None = None
    """Who took it, or (refused) to whom it had been offered."""

    @property
    def subject(self) -> str:
        """The conversation."""
        return self.conversation_id


class SetPresence(DeskEvent):
    """An agent says whether they take work."""

    type: Literal["presence.set"] = "presence.set"
    agent: Agent
    brands: tuple[str, ...]
    """Brands whose work the agent may get; `*` is all."""
    status: Presence
    capacity: int | None = Field(default=None, ge=0, le=100)


AnyDeskEvent = Annotated[WorkEvent | SetPresence, Field(discriminator="type")]


class DeskAgent(Frozen):
    """An agent as the desk sees them."""

    id: str
    name: str
    picture: str | None = None
    presence: Presence = "offline"
    capacity: int = 5
    load: int = 0
    brands: tuple[str, ...] = ()


class AgentChanged(Event):
    """An agent's presence, capacity or load has changed."""

    source: ClassVar[str] = "routing"
    type: Literal["agent.changed"] = "agent.changed"
    version: int
    """The desk's version."""
    cause: str
    agent: DeskAgent

    @property
    def key(self) -> str:
        """One order per tenant."""
        return self.tenant


class AgentSignal(Event):
    """Something about an agent that is only true now: typing. Never stored."""

    source: ClassVar[str] = "routing"
    type: Literal["agent.typing"] = "agent.typing"
    brand_id: str
    channel_id: str
    network: str
    identity_id: str
    conversation_id: str
    agent: Agent
    typing: bool

    @property
    def key(self) -> str:
        """One visitor, one order."""
        return self.identity_id
