"""What routing keeps; the only code that names its fields."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, TypeVar

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import DuplicateKeyError

from libs.common.auth import Caller
from libs.common.batch import Published, Stored
from libs.common.commands import OUTCOME_INDEXES
from libs.common.cursors import read_cursor, write_cursor
from libs.common.events import Event
from libs.common.events.routing import ConversationFact, ConversationView, Message
from libs.common.kafka import Fact, Position
from libs.common.mongo import Database, Document, FencedDocuments, positions, write_mirrors
from services.routing.domain.desk import Desk, DeskMember, Work, desk_inputs
from services.routing.domain.rules import BrandSettings
from services.routing.domain.story import Conversation

STATUSES = ("open", "pending", "snoozed", "resolved")
View = Literal["mine", "queue", "all"]

_NEWEST_FIRST = [("view.last_activity_at", DESCENDING), ("_id", DESCENDING)]
INDEXES: dict[str, list[IndexModel]] = {
    "conversations": [
        IndexModel(
            [
                ("view.tenant", ASCENDING),
                ("view.assignee.id", ASCENDING),
                ("view.status", ASCENDING),
                *_NEWEST_FIRST,
            ],
            name="mine",
        ),
        IndexModel(
            [
                ("view.tenant", ASCENDING),
                ("view.brand_id", ASCENDING),
                ("view.queue_id", ASCENDING),
                ("view.status", ASCENDING),
                *_NEWEST_FIRST,
            ],
            name="queue",
        ),
        IndexModel(
            [
                ("view.tenant", ASCENDING),
                ("view.brand_id", ASCENDING),
                ("view.status", ASCENDING),
                *_NEWEST_FIRST,
            ],
            name="brand",
        ),
        IndexModel([("view.tenant", ASCENDING), ("view.status", ASCENDING), *_NEWEST_FIRST], name="all"),
    ],
    "messages": [
        IndexModel(
            [("tenant", ASCENDING), ("conversation_id", ASCENDING), ("number", DESCENDING)], name="list"
        ),
        IndexModel("cause", name="cause"),
    ],
    "outcomes": OUTCOME_INDEXES,
    "brands": [IndexModel([("tenant", ASCENDING), ("brand_id", ASCENDING)], name="brand", unique=True)],
    "desks": [],
    "agents": [IndexModel("tenant", name="tenant")],
    "work": [
        IndexModel(
            [
                ("tenant", ASCENDING),
                ("state", ASCENDING),
                ("brand_id", ASCENDING),
                ("rank", ASCENDING),
                ("waiting_since", ASCENDING),
            ],
            name="waiting",
        ),
        IndexModel(
            [("tenant", ASCENDING), ("state", ASCENDING), ("rank", ASCENDING), ("waiting_since", ASCENDING)],
            name="waiting_everywhere",
        ),
        IndexModel("expires_at", name="expires", expireAfterSeconds=0),
    ],
}


class Conversations:
    """Conversations: one document each, with one writer; lists for agents."""

    def __init__(self, database: Database) -> None:
        self._docs = database["conversations"]
        self.fenced = FencedDocuments(self._docs, Conversation)

    async def get(self, caller: Caller, id: str) -> ConversationView | None:
        """One conversation, if the caller may see it."""
        doc = await self._docs.find_one({"_id": id, "view.tenant": caller.tenant}, {"view": 1})
        view = ConversationView.model_validate(doc["view"]) if doc else None
        return view if view and caller.sees(view.brand_id) else None

    async def list(
        self, caller: Caller, chosen: dict[str, Any], status: str | None, cursor: str | None, limit: int
    ) -> tuple[list[ConversationView], str | None]:
        """A page of conversations, newest activity first, and where the next page begins.

        Args:
            chosen: what `view_filter` made of the wanted view.
            status: only these; all if none.

        Raises:
            ValueError: the cursor is not one of ours.
        """
        query = {
            "view.tenant": caller.tenant,
            **chosen,
            "view.status": status or {"$in": list(STATUSES)},
        }
        if cursor:
            at, id = read_cursor(cursor, 2)
            moment = datetime.fromisoformat(at)
            query["$or"] = [
                {"view.last_activity_at": {"$lt": moment}},
                {"view.last_activity_at": moment, "_id": {"$lt": id}},
            ]
        found = self._docs.find(query, {"view": 1}).sort(_NEWEST_FIRST).limit(limit + 1)
        views = [ConversationView.model_validate(doc["view"]) async for doc in found]
        more = len(views) > limit
        last = views[limit - 1] if more else None
        return views[:limit], write_cursor(last.last_activity_at.isoformat(), last.id) if last else None


def view_filter(caller: Caller, view: View, brand: str | None, queue: str | None) -> dict[str, Any]:
    """What a view of the inbox asks for, never more than the caller may see."""
    chosen: dict[str, Any] = {}
    if brand:
        chosen["view.brand_id"] = brand if caller.sees(brand) else {"$in": []}
    elif "*" not in caller.brands:
        chosen["view.brand_id"] = {"$in": sorted(caller.brands)}
    if view == "mine":
        chosen["view.assignee.id"] = caller.id
    if queue:
        chosen["view.queue_id"] = queue
    return chosen


class Messages:
    """Messages and notes: mirrored from facts, one document each."""

    def __init__(self, database: Database) -> None:
        self._docs = database["messages"]

    async def mirror(self, facts: Sequence[Fact]) -> None:
        """Write the messages these facts tell of; an older fact never overwrites a newer one."""
        merged: dict[str, _Mirror] = {}
        for fact in facts:
            event = fact.event
            if isinstance(event, ConversationFact) and event.message:
                mirror = merged.setdefault(
                    event.message.id, _Mirror({"position": str(fact.cause), "cause": event.cause})
                )
                mirror.take(event, event.message)
        await write_mirrors(self._docs, [mirror.write(id) for id, mirror in merged.items()])

    async def known(self, events: Iterable[Event]) -> dict[str, Position]:
        """Of these events those that brought a message before, with the record that did."""
        return await positions(self._docs, [event.id for event in events], by="cause")

    async def list(
        self, tenant: str, conversation: str, before: int | None, limit: int
    ) -> tuple[list[Message], str | None]:
        """A page of a conversation, newest first, and where the next page begins."""
        query: dict[str, Any] = {"tenant": tenant, "conversation_id": conversation}
        if before is not None:
            query["number"] = {"$lt": before}
        found = self._docs.find(query).sort("number", DESCENDING).limit(limit + 1)
        messages = [Message.model_validate({**doc, "id": doc["_id"]}) async for doc in found]
        more = len(messages) > limit
        return messages[:limit], str(messages[limit - 1].number) if more else None


@dataclass(slots=True)
class _Mirror:
    """What a batch makes of one message: the record that brought it, and its newest fields."""

    once: Document
    fields: Document = field(default_factory=dict)

    def take(self, fact: ConversationFact, message: Message) -> None:
        """Take in one more fact; number 0 means that the fact does not know it."""
        unknown = {"id"} if message.number else {"id", "number"}
        self.fields |= message.model_dump(exclude=unknown)
        self.fields |= {"tenant": fact.tenant, "version": fact.version}

    def write(self, id: str) -> UpdateOne:
        """The upsert; an older version never overwrites a newer one."""
        older = {"_id": id, "version": {"$lt": self.fields["version"]}}
        return UpdateOne(older, {"$set": self.fields, "$setOnInsert": self.once}, upsert=True)


class Brands:
    """How each brand is routed: configuration, guarded by its version."""

    def __init__(self, database: Database) -> None:
        self._docs = database["brands"]

    async def find(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], BrandSettings]:
        """The settings of some (tenant, brand)."""
        if not keys:
            return {}
        cursor = self._docs.find({"_id": {"$in": [f"{tenant}/{brand}" for tenant, brand in sorted(keys)]}})
        return {(doc["tenant"], doc["brand_id"]): BrandSettings.model_validate(doc) async for doc in cursor}

    async def list(self, caller: Caller) -> list[BrandSettings]:
        """The brands a caller may see."""
        cursor = self._docs.find({"tenant": caller.tenant, **caller.brand_filter()}).sort(
            "brand_id", ASCENDING
        )
        return [BrandSettings.model_validate(doc) async for doc in cursor]

    async def save(self, settings: BrandSettings, expected: int) -> bool:
        """Save over the expected version; whether it still was that one."""
        fields = {**settings.model_dump(), "version": expected + 1}
        key = f"{settings.tenant}/{settings.brand_id}"
        if expected == 0:
            try:
                await self._docs.insert_one({"_id": key, **fields})
            except DuplicateKeyError:
                return False
            return True
        done = await self._docs.replace_one({"_id": key, "version": expected}, fields)
        return bool(done.matched_count)


class Desks:
    """The desks of tenants, loaded for one batch: the agents and the work it may concern.

    The desk itself is fenced and keeps what its newest save changed of agents and work; those are
    documents of their own, mirrored after the fence has held. Whatever a crash left unmirrored is laid
    over what is loaded, and mirrored with the next save. A transaction would do as well until the process
    dies in one: its locks would stay for a minute.
    """

    def __init__(self, database: Database, events: Sequence[Event]) -> None:
        self._agents, self._work = database["agents"], database["work"]
        self._fenced = FencedDocuments(database["desks"], Desk)
        self._events = events
        self._loaded: dict[str, Desk] = {}

    async def find(self, ids: Collection[str], published: Published) -> dict[str, Stored[Desk]]:
        """The desks of these tenants."""
        found = await self._fenced.find(ids, published)
        return {
            tenant: await self._fill(found.get(tenant) or Stored(tenant, Desk(id=tenant))) for tenant in ids
        }

    async def _fill(self, stored: Stored[Desk]) -> Stored[Desk]:
        tenant, newest = stored.id, stored.state
        members = {m.id: m for m in await self._find_members(tenant)}
        named, groups = desk_inputs(self._events, tenant, members | newest.members)
        work = {w.id: w for w in await self._find_work({"_id": {"$in": sorted(named)}, "tenant": tenant})}
        for brands, room in groups:
            scope = {} if "*" in brands else {"brand_id": {"$in": sorted(brands)}}
            waiting = await self._find_work({"tenant": tenant, "state": "waiting", **scope}, room)
            work |= {w.id: w for w in waiting if w.id not in work}
        self._loaded[tenant] = newest.model_copy(update={"members": members, "work": work})
        laid_over = newest.model_copy(
            update={"members": _laid_over(members, newest.members), "work": _laid_over(work, newest.work)}
        )
        return replace(stored, state=laid_over)

    async def save(self, changed: Sequence[Stored[Desk]]) -> None:
        """Save desks, then the agents and work they have changed.

        Raises:
            FenceLost: somebody else has saved one of the desks.
        """
        changes = [replace(stored, state=self._changes(stored.state)) for stored in changed]
        await self._fenced.save(changes)
        members = [(stored, one) for stored in changes for one in stored.state.members.values()]
        work = [(stored, one) for stored in changes for one in stored.state.work.values()]
        await write_mirrors(
            self._agents, [_mirror_part(f"{m.tenant}/{m.id}", m, s.revision) for s, m in members]
        )
        await write_mirrors(self._work, [_mirror_part(w.id, w, s.revision) for s, w in work])

    def _changes(self, desk: Desk) -> Desk:
        before = self._loaded[desk.id]
        return desk.model_copy(
            update={
                "members": {id: one for id, one in desk.members.items() if before.members.get(id) != one},
                "work": {id: one for id, one in desk.work.items() if before.work.get(id) != one},
            }
        )

    async def _find_members(self, tenant: str) -> list[DeskMember]:
        return [_member(doc) async for doc in self._agents.find({"tenant": tenant})]

    async def _find_work(self, query: Document, limit: int = 0) -> list[Work]:
        cursor = self._work.find(query)
        if limit:
            cursor = cursor.sort([("rank", ASCENDING), ("waiting_since", ASCENDING)]).limit(limit)
        return [Work.model_validate({**doc, "id": doc["_id"]}) async for doc in cursor]


P = TypeVar("P", DeskMember, Work)


def _laid_over(loaded: dict[str, P], newest: dict[str, P]) -> dict[str, P]:
    return {**loaded, **{id: one for id, one in newest.items() if loaded.get(id) != one}}


def _member(doc: Document) -> DeskMember:
    return DeskMember.model_validate({**doc, "id": doc["agent_id"]})


def _mirror_part(key: str, part: DeskMember | Work, revision: int) -> UpdateOne:
    """Upsert of a part, which a reader that has lost its desk can't set back."""
    fields = {**part.model_dump(exclude={"id"}), "desk_revision": revision}
    if isinstance(part, DeskMember):
        fields["agent_id"] = part.id
    return UpdateOne({"_id": key, "desk_revision": {"$lt": revision + 1}}, {"$set": fields}, upsert=True)


class Agents:
    """Agents as the desk knows them."""

    def __init__(self, database: Database) -> None:
        self._docs = database["agents"]

    async def list(self, tenant: str) -> list[DeskMember]:
        """All agents of a tenant, by name."""
        found = [_member(doc) async for doc in self._docs.find({"tenant": tenant})]
        return sorted(found, key=lambda agent: (agent.name, agent.id))

    async def get(self, tenant: str, id: str) -> DeskMember | None:
        """One agent of a tenant."""
        doc = await self._docs.find_one({"_id": f"{tenant}/{id}"})
        return _member(doc) if doc else None
