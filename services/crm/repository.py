"""What crm keeps; the only code that names its fields."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from pymongo import ASCENDING, DESCENDING, IndexModel

from libs.common.auth import Caller
from libs.common.commands import OUTCOME_INDEXES
from libs.common.cursors import read_cursor, write_cursor
from libs.common.events import Frozen, Instant
from libs.common.events.crm import ContactView, IdentityView
from libs.common.events.routing import ConversationFact
from libs.common.mongo import Database, Document, FencedDocuments, newest, write_mirrors
from services.crm.domain import Contact, Identity

_TEXT = 2_000
_SHOWN = {
    "conversation.opened",
    "conversation.assigned",
    "conversation.status_changed",
    "message.received",
    "message.replied",
    "note.added",
}

INDEXES: dict[str, list[IndexModel]] = {
    "identities": [],
    "contacts": [
        IndexModel([("view.tenant", ASCENDING), ("view.identity_ids", ASCENDING)], name="identities"),
        IndexModel(
            [("view.tenant", ASCENDING), ("view.brand_id", ASCENDING), ("_id", ASCENDING)], name="brand"
        ),
        IndexModel([("view.tenant", ASCENDING), ("words", ASCENDING), ("_id", ASCENDING)], name="words"),
    ],
    "conversations": [],
    "timeline": [
        IndexModel(
            [("tenant", ASCENDING), ("identity_id", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)],
            name="newest",
        ),
        IndexModel([("tenant", ASCENDING), ("identity_id", ASCENDING), ("kind", ASCENDING)], name="count"),
    ],
    "outcomes": OUTCOME_INDEXES,
}


class TimelineEntry(Frozen):
    """Something that happened with a person."""

    id: str
    at: Instant
    kind: str
    conversation_id: str
    channel_id: str
    network: str
    text: str
    author_name: str


class Identities:
    """Identities: one document each, with one writer."""

    def __init__(self, database: Database) -> None:
        self._docs = database["identities"]
        self.fenced = FencedDocuments(self._docs, Identity)

    async def find(self, tenant: str, ids: Iterable[str]) -> list[IdentityView]:
        """Some identities, the first seen first."""
        cursor = self._docs.find({"_id": {"$in": sorted(ids)}, "view.tenant": tenant}, {"view": 1})
        views = [IdentityView.model_validate(doc["view"]) async for doc in cursor]
        return sorted(views, key=lambda view: (view.first_seen_at, view.id))


class Contacts:
    """Contacts: one document each, with one writer; found by conversation, words or brand."""

    def __init__(self, database: Database) -> None:
        self._docs = database["contacts"]
        self._conversations = database["conversations"]
        self.fenced = FencedDocuments(self._docs, Contact)

    async def get(self, caller: Caller, id: str) -> ContactView | None:
        """One contact, if the caller may see it."""
        return _seen(
            caller, await self._docs.find_one({"_id": id, "view.tenant": caller.tenant}, {"view": 1})
        )

    async def behind(self, caller: Caller, conversation: str) -> ContactView | None:
        """The contact of a conversation, if the caller may see it."""
        found = await self._conversations.find_one({"_id": conversation, "tenant": caller.tenant})
        if found is None:
            return None
        query = {"view.tenant": caller.tenant, "view.identity_ids": found["identity_id"]}
        return _seen(caller, await self._docs.find_one(query, {"view": 1}))

    async def list(
        self, caller: Caller, brand: str | None, q: str | None, cursor: str | None, limit: int
    ) -> tuple[list[ContactView], str | None]:
        """A page of contacts; `q` is the beginning of a name, handle, address or number."""
        query: Document = {"view.tenant": caller.tenant}
        if "*" not in caller.brands:
            query["view.brand_id"] = {"$in": sorted(caller.brands)}
        if brand:
            query["view.brand_id"] = brand if caller.sees(brand) else {"$in": []}
        if q:
            query["words"] = {"$regex": f"^{re.escape(q.casefold())}"}
        if cursor:
            query["_id"] = {"$gt": read_cursor(cursor, 1)[0]}
        found = self._docs.find(query, {"view": 1}).sort("_id", ASCENDING).limit(limit + 1)
        views = [ContactView.model_validate(doc["view"]) async for doc in found]
        more = len(views) > limit
        return views[:limit], write_cursor(views[limit - 1].id) if more else None


def _seen(caller: Caller, doc: Document | None) -> ContactView | None:
    view = ContactView.model_validate(doc["view"]) if doc else None
    return view if view and caller.sees(view.brand_id) else None


class Timeline:
    """What happened with people, over all their conversations: mirrored from routing's facts."""

    def __init__(self, database: Database) -> None:
        self._docs = database["timeline"]
        self._conversations = database["conversations"]

    async def mirror(self, facts: Sequence[ConversationFact]) -> None:
        """Write what these facts tell of; told again, or late, they change nothing."""
        opened = {f.conversation_id: f for f in facts if f.type == "conversation.opened"}
        await write_mirrors(
            self._conversations,
            [
                newest(id, {"tenant": f.tenant, "brand_id": f.brand_id, "identity_id": f.identity_id}, 1)
                for id, f in opened.items()
            ],
        )
        entries: dict[str, Document] = {}
        for fact in facts:
            if fact.type in _SHOWN or (fact.message and fact.type in ("message.edited", "message.deleted")):
                id = fact.message.id if fact.message else fact.id
                entries[id] = {**entries.get(id, {}), **_entry(fact)}
        await write_mirrors(
            self._docs,
            [
                newest(id, {k: v for k, v in entry.items() if k != "version"}, entry["version"])
                for id, entry in entries.items()
            ],
        )

    async def list(
        self, tenant: str, identities: Collection[str], cursor: str | None, limit: int
    ) -> tuple[list[TimelineEntry], str | None]:
        """A page of what happened, newest first."""
        query: Document = {"tenant": tenant, "identity_id": {"$in": sorted(identities)}}
        if cursor:
            at, id = read_cursor(cursor, 2)
            moment = datetime.fromisoformat(at)
            query["$or"] = [{"at": {"$lt": moment}}, {"at": moment, "_id": {"$lt": id}}]
        found = self._docs.find(query).sort([("at", DESCENDING), ("_id", DESCENDING)]).limit(limit + 1)
        entries = [TimelineEntry.model_validate({**doc, "id": doc["_id"]}) async for doc in found]
        more = len(entries) > limit
        last = entries[limit - 1] if more else None
        return entries[:limit], write_cursor(last.at.isoformat(), last.id) if last else None

    async def messages_of(self, tenant: str, identity: str) -> int:
        """How many messages somebody has sent."""
        query = {"tenant": tenant, "identity_id": identity, "kind": "message.received"}
        count: int = await self._docs.count_documents(query)
        return count


_KINDS: dict[str, Literal["message.received"]] = {
    "message.edited": "message.received",
    "message.deleted": "message.received",
}


def _entry(fact: ConversationFact) -> Document:
    """An entry's fields; a deleted message keeps its place and loses its text."""
    message, view = fact.message, fact.current
    text = message.text[:_TEXT] if message else (fact.reason.text if fact.reason else "")
    if fact.type == "conversation.status_changed":
        text = view.status
    if fact.type == "conversation.assigned":
        text = view.assignee.name if view.assignee else ""
    fields: dict[str, Any] = {
        "tenant": fact.tenant,
        "brand_id": fact.brand_id,
        "identity_id": fact.identity_id,
        "conversation_id": fact.conversation_id,
        "channel_id": view.channel_id,
        "network": view.network,
        "kind": _KINDS.get(fact.type, fact.type),
        "text": text,
        "author_name": fact.by.name,
        "version": fact.version,
    }
    if fact.type not in _KINDS:
        fields["at"] = fact.at
    return fields
