"""The feed's archive; the only code that names its fields."""

from datetime import timedelta

from pymongo import ASCENDING, IndexModel, InsertOne, UpdateOne

from libs.common.events.notify import FeedEntry
from libs.common.kafka import Batch
from libs.common.mongo import Database, write_mirrors
from services.notify.hub import Told, told

KEPT = timedelta(days=7)

INDEXES: dict[str, list[IndexModel]] = {
    "entries": [
        IndexModel([("tenant", ASCENDING), ("number", ASCENDING)], name="number"),
        IndexModel("expires_at", name="expires", expireAfterSeconds=0),
    ],
    "progress": [],
}


class Archive:
    """Entries that are too old for memory."""

    def __init__(self, database: Database) -> None:
        self._entries = database["entries"]
        self._progress = database["progress"]

    async def keep(self, batch: Batch) -> None:
        """Keep entries, as they stand on the topic, then say how far each partition is kept."""
        writes = [
            InsertOne(
                {
                    "_id": entry.id,
                    "tenant": entry.tenant,
                    "number": record.position.offset,
                    "expires_at": entry.at + KEPT,
                    "body": batch.raw[record.position].value,
                }
            )
            for record in batch.records
            if isinstance(entry := record.event, FeedEntry) and not entry.ephemeral
        ]
        await write_mirrors(self._entries, writes)
        ends = {record.position.partition: record.position.offset for record in batch.records}
        await self._progress.bulk_write(
            [UpdateOne({"_id": part}, {"$max": {"number": end}}, upsert=True) for part, end in ends.items()]
        )

    async def kept_to(self, partition: int) -> int:
        """Number of the newest entry that was looked at for keeping; -1 if none was."""
        found = await self._progress.find_one({"_id": partition})
        return int(found["number"]) if found else -1

    async def between(self, tenant: str, after: int, before: int, limit: int) -> list[Told]:
        """A tenant's entries with numbers between these two, oldest first."""
        query = {"tenant": tenant, "number": {"$gt": after, "$lt": before}}
        cursor = self._entries.find(query).sort("number", ASCENDING).limit(limit)
        return [told(FeedEntry.model_validate_json(doc["body"]), doc["number"]) async for doc in cursor]
