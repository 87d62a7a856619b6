"""The feed's archive; the only code that names its fields."""

import json
from collections.abc import Sequence
from datetime import timedelta

from pymongo import ASCENDING, IndexModel, InsertOne, UpdateOne

from libs.common.events.notify import FeedEntry
from libs.common.kafka import Record
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

    async def keep(self, records: Sequence[Record]) -> None:
        """Keep entries under their first number, then say how far each partition is kept."""
        writes = []
        for record in records:
            entry = record.event
            if isinstance(entry, FeedEntry) and not entry.ephemeral:
                writes.append(
                    InsertOne(
                        {
                            "_id": entry.id,
                            "tenant": entry.tenant,
                            "brand_id": entry.brand_id,
                            "number": record.position.offset,
                            "expires_at": entry.at + KEPT,
                            "entry": json.dumps(told(record).entry),
                        }
                    )
                )
        await write_mirrors(self._entries, writes)
        ends = {record.position.partition: record.position.offset for record in records}
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
        return [
            Told(
                doc["number"],
                tenant,
                doc["brand_id"],
                doc["_id"],
                ephemeral=False,
                entry=json.loads(doc["entry"]),
            )
            async for doc in cursor
        ]
