"""Every topic of the house: name, what is on it, key, partitions, retention."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from libs.common.events import Event, crm, ingest, notify, routing

DAY_MS = 86_400_000
PARTITIONS = 12
"""Of every topic: readers that join two topics by key need equal counts, so all are equal."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One stream of records: who writes it, what it may hold, how long it is kept."""

    name: str
    owner: str
    schema: Any
    """An event class, or a discriminated union of them."""
    key: str
    about: str
    retention_ms: int = 14 * DAY_MS
    partitions: int = PARTITIONS
    max_message_bytes: int = 2_000_000

    def dead(self, group: str) -> str:
        """Name of the topic for the records that this group could not accept."""
        return f"{self.name}.{group}.dead"

    def decode(self, body: bytes) -> Event:
        """Read a record's body.

        Raises:
            pydantic.ValidationError: it is not one of the topic's events.
        """
        return _adapter(self.name).validate_json(body)  # type: ignore[no-any-return]


DELIVERIES = Topic(
    "ingest.deliveries.v1",
    "ingest",
    ingest.Delivery,
    "channel",
    "Webhook bodies, poll and stream items, as received.",
)
SOCIAL_EVENTS = Topic(
    "ingest.social-events.v1",
    "ingest",
    ingest.SocialEvent,
    "identity",
    "Canonical social events: what people said and did on the channels.",
    retention_ms=-1,
)
INGEST_COMMANDS = Topic(
    "ingest.commands.v1",
    "routing",
    routing.AnyIngestCommand,
    "identity",
    "Orders to the networks: send, show as read.",
)
RECEIPTS = Topic(
    "ingest.receipts.v1",
    "ingest",
    ingest.Receipt,
    "identity",
    "What became of what was sent; forward only.",
)
VISITOR_UPDATES = Topic(
    "ingest.visitor-updates.v1",
    "ingest",
    ingest.VisitorUpdate,
    "identity",
    "What live-chat visitors are told; every ingest instance tails it for its open sockets.",
    retention_ms=DAY_MS,
)
VISITOR_SIGNALS = Topic(
    "ingest.signals.v1",
    "ingest",
    ingest.VisitorSignal,
    "identity",
    "A visitor is typing.",
    retention_ms=3_600_000,
)
ROUTING_COMMANDS = Topic(
    "routing.commands.v1",
    "routing",
    routing.AnyCommand,
    "identity",
    "What agents and the distributor want done to conversations.",
)
CONVERSATIONS = Topic(
    "routing.conversations.v1",
    "routing",
    routing.ConversationFact,
    "identity",
    "What happened to conversations, with the reason.",
    retention_ms=-1,
)
DESK = Topic(
    "routing.desk.v1",
    "routing",
    routing.AnyDeskEvent,
    "tenant",
    "Work waiting, taken, refused, finished; agents' presence.",
)
AGENTS = Topic(
    "routing.agents.v1",
    "routing",
    routing.AgentChanged,
    "tenant",
    "Agents' presence, capacity and load as the distributor sees them.",
)
AGENT_SIGNALS = Topic(
    "routing.signals.v1",
    "routing",
    routing.AgentSignal,
    "identity",
    "An agent is typing.",
    retention_ms=3_600_000,
)
CRM_COMMANDS = Topic(
    "crm.commands.v1",
    "crm",
    crm.AnyContactCommand,
    "brand",
    "What is to be written down about contacts.",
)
IDENTITIES = Topic(
    "crm.identities.v1",
    "crm",
    crm.IdentityFact,
    "identity",
    "Identities that appeared or changed.",
    retention_ms=-1,
)
CONTACTS = Topic(
    "crm.contacts.v1",
    "crm",
    crm.ContactFact,
    "brand",
    "Contacts that appeared or changed.",
    retention_ms=-1,
)
FEED = Topic(
    "notify.feed.v1",
    "notify",
    notify.FeedEntry,
    "tenant",
    "The agents' feed; an entry's offset is its number.",
    retention_ms=7 * DAY_MS,
)

TOPICS: tuple[Topic, ...] = (
    DELIVERIES,
    SOCIAL_EVENTS,
    INGEST_COMMANDS,
    RECEIPTS,
    VISITOR_UPDATES,
    VISITOR_SIGNALS,
    ROUTING_COMMANDS,
    CONVERSATIONS,
    DESK,
    AGENTS,
    AGENT_SIGNALS,
    CRM_COMMANDS,
    IDENTITIES,
    CONTACTS,
    FEED,
)

_TOPIC_OF: dict[type[Event], Topic] = {
    ingest.Delivery: DELIVERIES,
    ingest.SocialEvent: SOCIAL_EVENTS,
    ingest.Receipt: RECEIPTS,
    ingest.VisitorUpdate: VISITOR_UPDATES,
    ingest.VisitorSignal: VISITOR_SIGNALS,
    routing.SendMessage: INGEST_COMMANDS,
    routing.ShowRead: INGEST_COMMANDS,
    routing.ClaimConversation: ROUTING_COMMANDS,
    routing.AssignConversation: ROUTING_COMMANDS,
    routing.UnassignConversation: ROUTING_COMMANDS,
    routing.ReplyToConversation: ROUTING_COMMANDS,
    routing.AddNote: ROUTING_COMMANDS,
    routing.ChangeStatus: ROUTING_COMMANDS,
    routing.MarkRead: ROUTING_COMMANDS,
    routing.ConversationFact: CONVERSATIONS,
    routing.WorkEvent: DESK,
    routing.SetPresence: DESK,
    routing.AgentChanged: AGENTS,
    routing.AgentSignal: AGENT_SIGNALS,
    crm.AddContact: CRM_COMMANDS,
    crm.EditContact: CRM_COMMANDS,
    crm.IdentityFact: IDENTITIES,
    crm.ContactFact: CONTACTS,
    notify.FeedEntry: FEED,
}


def topic_of(event: Event) -> Topic | None:
    """Topic an event belongs on; none for outcomes, which are only recorded."""
    return _TOPIC_OF.get(type(event))


def topic_named(name: str) -> Topic:
    """The topic of this name.

    Raises:
        KeyError: there is none.
    """
    return _BY_NAME[name]


_RECORDED: dict[str, type[Event]] = {
    kind.__name__: kind for kind in (routing.CommandOutcome, crm.ContactOutcome)
}


def decode_recorded(kind: str, body: str) -> Event:
    """Read an event kept with its document: `kind` is its topic, or its class where it has none."""
    if kind in _RECORDED:
        return _RECORDED[kind].model_validate_json(body)
    return topic_named(kind).decode(body.encode())


_BY_NAME = {topic.name: topic for topic in TOPICS}


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_BY_NAME[name].schema)
