"""MongoDB: the one place that knows the driver, and documents with one writer."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Generic, Literal, TypeVar

from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import SecretStr
from pymongo import AsyncMongoClient, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError

from libs.common.batch import FenceLost, Published, Stored
from libs.common.events import Frozen
from libs.common.kafka import Fact, Position
from libs.common.topics import decode_recorded, topic_of

S = TypeVar("S", bound=Frozen)
Document = dict[str, Any]
Database = Any
"""`AsyncIOMotorDatabase` or PyMongo's `AsyncDatabase`: only what both share is used."""
DUPLICATE_KEY = 11000


class MongoSettings(Frozen):
    """Where MongoDB is, and with which driver it is spoken to."""

    uri: SecretStr = SecretStr("mongodb://127.0.0.1:27017/?replicaSet=rs0")
    prefix: str = ""
    """Put before database names, so that several installations can share a server."""
    driver: Literal["motor", "pymongo"] = "motor"


@asynccontextmanager
async def open_database(settings: MongoSettings, name: str) -> AsyncIterator[Database]:
    """A service's database; writes count when a majority has them on disk."""
    client_type: Any = AsyncIOMotorClient if settings.driver == "motor" else AsyncMongoClient
    client = client_type(
        settings.uri.get_secret_value(),
        tz_aware=True,
        w="majority",
        journal=True,
        serverSelectionTimeoutMS=8_000,
        appname=f"resonanz-{name}",
        maxPoolSize=50,
    )
    try:
        yield client[settings.prefix + name]
    finally:
        closing = client.close()
        if closing is not None:
            await closing


class FencedDocuments(Generic[S]):
    """Documents with one writer each, in one collection: see `libs.common.batch`."""

    def __init__(self, collection: Any, model: type[S]) -> None:
        self._collection = collection
        self._model = model

    async def find(self, ids: Collection[str], published: Published) -> dict[str, Stored[S]]:
        """The documents of these ids, in one query."""
        cursor = self._collection.find({"_id": {"$in": sorted(ids)}})
        return {doc["_id"]: self._load(doc, published) async for doc in cursor}

    async def save(self, changed: Sequence[Stored[S]]) -> None:
        """Save all in one bulk write, each only over the revision it was made from.

        Raises:
            FenceLost: at least one was saved by somebody else meanwhile; the others may be saved.
        """
        try:
            result = await self._collection.bulk_write([self._write(doc) for doc in changed], ordered=False)
        except BulkWriteError as error:
            if only_duplicates(error):
                raise FenceLost from None
            raise
        if result.inserted_count + result.matched_count != len(changed):
            raise FenceLost

    def _write(self, doc: Stored[S]) -> Any:
        fields = {
            "_id": doc.id,
            **doc.state.model_dump(exclude={"id"}),
            "revision": doc.revision + 1,
            "applied": [[topic, part, offset] for (topic, part), offset in doc.applied.items()],
            "pending": [_dump_fact(fact) for fact in doc.pending],
        }
        if doc.revision == 0:
            return InsertOne(fields)
        return ReplaceOne({"_id": doc.id, "revision": doc.revision}, fields)

    def _load(self, doc: Document, published: Published) -> Stored[S]:
        pending = [entry for entry in doc["pending"] if _unpublished(entry, published)]
        return Stored(
            id=doc["_id"],
            state=self._model.model_validate({**doc, "id": doc["_id"]}),
            revision=doc["revision"],
            applied={(topic, part): offset for topic, part, offset in doc["applied"]},
            pending=tuple(_load_fact(entry) for entry in pending),
        )


def newest(key: str, fields: Document, version: int) -> UpdateOne:
    """Upsert of a mirrored document, which an older version never overwrites.

    A stale one tries to insert a second document of the same id: `write_mirrors` expects that.
    """
    return UpdateOne(
        {"_id": key, "version": {"$lt": version}}, {"$set": {**fields, "version": version}}, upsert=True
    )


async def write_mirrors(collection: Any, writes: Sequence[Any]) -> None:
    """Write documents that mirror facts; those that are there already, or newer, stay as they are."""
    if not writes:
        return
    try:
        await collection.bulk_write(list(writes), ordered=False)
    except BulkWriteError as error:
        if not only_duplicates(error):
            raise


async def positions(collection: Any, ids: Iterable[str], by: str = "_id") -> dict[str, Position]:
    """Of these ids those that are mirrored, each with the record that first brought it.

    Args:
        by: the indexed field that holds the id.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    cursor = collection.find({by: {"$in": wanted}}, {by: 1, "position": 1})
    return {doc[by]: Position.parse(doc["position"]) async for doc in cursor if "position" in doc}


def only_duplicates(error: BulkWriteError) -> bool:
    """Whether a bulk write failed for nothing but ids that exist already."""
    details: Mapping[str, Any] = error.details or {}
    return not details.get("writeConcernErrors") and all(
        one["code"] == DUPLICATE_KEY for one in details.get("writeErrors", [])
    )


def _dump_fact(fact: Fact) -> Document:
    topic = topic_of(fact.event)
    return {
        "kind": topic.name if topic else type(fact.event).__name__,
        "body": fact.body,
        "cause": str(fact.cause),
        "cause_id": fact.cause_id,
        "trace": fact.trace,
    }


def _unpublished(entry: Document, published: Published) -> bool:
    cause = Position.parse(entry["cause"])
    return cause.offset >= published.get((cause.topic, cause.partition), 0)


def _load_fact(entry: Document) -> Fact:
    event = decode_recorded(entry["kind"], entry["body"])
    return Fact(event, Position.parse(entry["cause"]), entry["cause_id"], entry["trace"])
