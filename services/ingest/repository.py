"""What ingest keeps; the only code that names its fields."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel, InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from libs.common.auth import Caller
from libs.common.events.ingest import Line, VisitorUpdate
from libs.common.kafka import Fact, Position
from libs.common.mongo import Database, Document, FencedDocuments, only_duplicates, positions, write_mirrors
from services.ingest.channels import Channel
from services.ingest.domain import Visitor

CLAIMS_KEPT = timedelta(days=14)
"""Longer than any network goes on delivering (7 days)."""

INDEXES: dict[str, list[IndexModel]] = {
    "channels": [
        IndexModel([("tenant", ASCENDING), ("brand_id", ASCENDING), ("_id", ASCENDING)], name="brand")
    ],
    "claims": [IndexModel("expires_at", name="expires", expireAfterSeconds=0)],
    "sends": [IndexModel("expires_at", name="expires", expireAfterSeconds=0)],
    "visitors": [],
    "lines": [
        IndexModel([("identity_id", ASCENDING), ("seq", ASCENDING)], name="history"),
        IndexModel("cause", name="cause"),
    ],
}


class Channels:
    """Channels and their sealed secrets."""

    def __init__(self, database: Database) -> None:
        self._docs = database["channels"]

    async def add(self, channel: Channel, sealed: Sequence[str]) -> None:
        """Keep a new channel."""
        await self._docs.insert_one(
            {"_id": channel.id, **channel.model_dump(exclude={"id"}), "secrets": list(sealed)}
        )

    async def visible(self, caller: Caller, brand: str | None) -> list[Channel]:
        """The channels a caller may see."""
        query: Document = {"tenant": caller.tenant, **caller.brand_filter()}
        if brand is not None:
            query["brand_id"] = brand if caller.sees(brand) else {"$in": []}
        cursor = self._docs.find(query, {"secrets": 0}).sort([("brand_id", ASCENDING), ("_id", ASCENDING)])
        return [_channel(doc) async for doc in cursor]

    async def get(self, caller: Caller, id: str) -> Channel | None:
        """One channel, if the caller may see it."""
        doc = await self._docs.find_one({"_id": id, "tenant": caller.tenant}, {"secrets": 0})
        channel = _channel(doc) if doc else None
        return channel if channel and caller.sees(channel.brand_id) else None

    async def with_secrets(self, id: str) -> tuple[Channel, list[str]] | None:
        """A channel with its sealed secrets, for traffic that names the channel only."""
        doc = await self._docs.find_one({"_id": id})
        return (_channel(doc), list(doc["secrets"])) if doc else None

    async def find(self, ids: Collection[str]) -> dict[str, tuple[Channel, list[str]]]:
        """The same for many."""
        cursor = self._docs.find({"_id": {"$in": sorted(ids)}})
        return {doc["_id"]: (_channel(doc), list(doc["secrets"])) async for doc in cursor}

    async def change(self, tenant: str, id: str, version: int, changes: Document) -> bool:
        """Change a channel if it still has this version; whether it had."""
        done = await self._docs.update_one(
            {"_id": id, "tenant": tenant, "version": version}, {"$set": changes, "$inc": {"version": 1}}
        )
        return bool(done.modified_count)

    async def add_secret(self, tenant: str, id: str, sealed: str) -> bool:
        """Make a secret the first of at most two; whether there is such a channel."""
        done = await self._docs.update_one(
            {"_id": id, "tenant": tenant},
            {"$push": {"secrets": {"$each": [sealed], "$position": 0, "$slice": 2}}, "$inc": {"version": 1}},
        )
        return bool(done.modified_count)


def _channel(doc: Document) -> Channel:
    return Channel.model_validate({**doc, "id": doc["_id"]})


class Claims:
    """Which delivery first brought an event: the same one again is no repeat, another one is."""

    def __init__(self, database: Database) -> None:
        self._docs = database["claims"]

    async def claim(self, brought: dict[str, Position]) -> set[str]:
        """Claim events for the deliveries that brought them.

        Args:
            brought: event id → delivery.

        Returns:
            The ids whose claim holds: new ones, and those this same delivery has claimed before.
        """
        expires = datetime.now(UTC) + CLAIMS_KEPT
        writes = [
            InsertOne({"_id": id, "position": str(position), "expires_at": expires})
            for id, position in brought.items()
        ]
        if not writes:
            return set()
        try:
            await self._docs.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            if not only_duplicates(error):
                raise
            taken = {writes[one["index"]]._doc["_id"] for one in (error.details or {})["writeErrors"]}  # noqa: SLF001
            first = await positions(self._docs, taken)
            return {id for id, position in brought.items() if first.get(id, position) == position}
        return set(brought)


class Sends:
    """What was sent to networks: claimed before, confirmed after."""

    def __init__(self, database: Database) -> None:
        self._docs = database["sends"]

    async def claim(self, message_ids: Collection[str]) -> dict[str, str]:
        """Claim messages before they are sent; the state of those claimed before."""
        expires = datetime.now(UTC) + CLAIMS_KEPT
        cursor = self._docs.find({"_id": {"$in": sorted(message_ids)}})
        known: dict[str, str] = {doc["_id"]: doc["state"] async for doc in cursor}
        new = [
            InsertOne({"_id": id, "state": "claimed", "expires_at": expires})
            for id in message_ids
            if id not in known
        ]
        await write_mirrors(self._docs, new)
        return known

    async def confirm(self, states: dict[str, str]) -> None:
        """Write down what became of them."""
        if states:
            await self._docs.bulk_write(
                [UpdateOne({"_id": id}, {"$set": {"state": state}}) for id, state in states.items()],
                ordered=False,
            )


class Visitors:
    """Live-chat visitors and their lines."""

    def __init__(self, database: Database) -> None:
        self._lines = database["lines"]
        self._visitors = database["visitors"]
        self.fenced = FencedDocuments(self._visitors, Visitor)

    async def get(self, id: str) -> Visitor | None:
        """One visitor."""
        doc = await self._visitors.find_one({"_id": id})
        return Visitor.model_validate({**doc, "id": id}) if doc else None

    async def mirror(self, facts: Sequence[Fact]) -> None:
        """Write the lines these facts tell of."""
        writes = []
        for fact in facts:
            event = fact.event
            if isinstance(event, VisitorUpdate) and event.line:
                fields = event.line.model_dump()
                key = f"{event.identity_id}:{event.line.seq:012}"
                fields |= {"_id": key, "identity_id": event.identity_id, "tenant": event.tenant}
                writes.append(
                    InsertOne(
                        {
                            **fields,
                            "line_id": event.line.id,
                            "cause": event.cause,
                            "position": str(fact.cause),
                        }
                    )
                )
        await write_mirrors(self._lines, writes)

    async def known(self, ids: Iterable[str]) -> dict[str, Position]:
        """Of these event ids those that have a line, with the record that brought it."""
        return await positions(self._lines, ids, by="cause")

    async def history(self, identity: str, after: int, limit: int = 200) -> list[Line]:
        """The next lines behind `after`, oldest first."""
        cursor = self._lines.find({"identity_id": identity, "seq": {"$gt": after}})
        return [_line(doc) async for doc in cursor.sort("seq", ASCENDING).limit(limit)]


def _line(doc: Any) -> Line:
    return Line.model_validate({**doc, "id": doc["line_id"]})
