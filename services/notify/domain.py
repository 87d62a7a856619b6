"""What agents are told of which fact."""

from typing import Any

from libs.common.events import Event, derive_id
from libs.common.events.crm import ContactFact
from libs.common.events.ingest import VisitorSignal
from libs.common.events.notify import FeedEntry
from libs.common.events.routing import AgentChanged, AgentSignal, ConversationFact


def entry(event: Event) -> FeedEntry | None:
    """The feed entry of a fact; the same fact always makes the same entry."""
    match event:
        case ConversationFact():
            data: dict[str, Any] = {"conversation": _plain(event.current), "previous": event.previous}
            if event.message:
                data["message"] = _plain(event.message)
            if event.reason:
                data["reason"] = _plain(event.reason)
            return _entry(event, event.type, event.brand_id, event.conversation_id, event.version, data)
        case ContactFact():
            data = {
                "contact_id": event.current.id,
                "identity_ids": list(event.current.identity_ids),
                "version": event.version,
            }
            return _entry(event, "contact.changed", event.brand_id, event.current.id, event.version, data)
        case AgentChanged():
            agent = _plain(event.agent)
            return _entry(event, "agent.presence_changed", None, event.agent.id, event.version, agent)
        case VisitorSignal():
            who = {"kind": "contact", "id": event.identity_id, "name": event.name}
            return _typing(event, event.brand_id, event.conversation_id, who)
        case AgentSignal():
            who = {"kind": "agent", "id": event.agent.id, "name": event.agent.name}
            return _typing(event, event.brand_id, event.conversation_id, who)
    return None


def _entry(
    event: Event, kind: str, brand: str | None, about: str, version: int, data: dict[str, Any]
) -> FeedEntry:
    return FeedEntry(
        id=derive_id("feed", event.id),
        type=kind,
        tenant=event.tenant,
        at=event.at,
        brand_id=brand,
        about=about,
        version=version,
        ephemeral=kind == "agent.presence_changed",
        data=data,
    )


def _typing(
    event: VisitorSignal | AgentSignal, brand: str, conversation: str, who: dict[str, Any]
) -> FeedEntry:
    return FeedEntry(
        id=derive_id("feed", event.id),
        type="typing",
        tenant=event.tenant,
        at=event.at,
        brand_id=brand,
        about=conversation,
        ephemeral=True,
        data={"conversation_id": conversation, "who": who, "typing": event.typing},
    )


def _plain(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = value.model_dump(mode="json")
    return plain
