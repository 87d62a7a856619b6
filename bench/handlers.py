"""Records per second through each reader, as a ratio to a raw loop that reads and writes the same."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from cryptography.fernet import Fernet
from pydantic import SecretStr
from pymongo import InsertOne, ReplaceOne

from bench.results import Result
from deploy.engines import Engines
from deploy.indexes import apply_indexes
from libs.common.commands import Outcomes
from libs.common.events import derive_id, now
from libs.common.events.ingest import Delivery
from libs.common.kafka import Batch, Bus, KafkaSettings, Reader, build_broker, open_bus
from libs.common.mongo import MongoSettings, open_database
from libs.common.topics import CONVERSATIONS, DELIVERIES, FEED, SOCIAL_EVENTS, Topic
from services.crm import handlers as crm
from services.crm.repository import Identities, Timeline
from services.ingest import handlers as ingest
from services.ingest.channels import Channel
from services.ingest.registry import Registry
from services.ingest.repository import Channels, Claims
from services.ingest.vault import Vault
from services.notify import handlers as notify
from services.notify.repository import Archive
from services.routing import handlers as routing

PEOPLE, EACH = 1_000, 8
GOAL = 0.5


@dataclass
class Lab:
    """Engines, a database prefix of its own, a bus."""

    kafka: KafkaSettings
    mongo: MongoSettings
    bus: Bus
    tenant: str

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[Any]:
        async with open_database(self.mongo, name) as database:
            yield database


@asynccontextmanager
async def open_lab(engines: Engines) -> AsyncIterator[Lab]:
    kafka = KafkaSettings(servers=engines.kafka_servers, idempotent=engines.idempotent, poll_ms=5)
    driver = os.environ.get("DRIVER", "motor")
    mongo = MongoSettings.model_validate(
        {"uri": engines.mongo_uri, "prefix": f"b{uuid4().hex[:6]}_", "driver": driver}
    )
    await apply_indexes(mongo)
    async with open_bus(kafka) as bus:
        yield Lab(kafka, mongo, bus, f"bench-{uuid4().hex[:6]}")


async def measure_handlers(engines: Engines) -> list[Result]:
    """Fill the first topic, then let one reader after the other work, each followed by its raw loop."""
    async with open_lab(engines) as lab:
        async with lab.database("ingest") as database:
            await _fill(lab, database)
            registry = Registry(Channels(database), _VAULT)
            results = [
                await _compare(
                    "ingest normaliser",
                    lab,
                    [DELIVERIES],
                    lambda broker, bus: ingest.read_deliveries(broker, bus, registry, Claims(database), 5),
                    database,
                    {"claims": _insert},
                    produces=SOCIAL_EVENTS,
                )
            ]
        async with lab.database("routing") as database:
            outcomes = Outcomes(database["outcomes"])
            results.append(
                await _compare(
                    "routing conversations",
                    lab,
                    [SOCIAL_EVENTS],
                    lambda broker, bus: routing.read_conversation_inputs(broker, bus, database, outcomes, 5),
                    database,
                    {"conversations": _replace, "messages": _insert},
                    produces=CONVERSATIONS,
                )
            )
        async with lab.database("crm") as database:
            results.append(
                await _compare(
                    "crm identities",
                    lab,
                    [SOCIAL_EVENTS],
                    lambda broker, bus: crm.read_social_events(broker, bus, Identities(database), 5),
                    database,
                    {"identities": _replace},
                )
            )
            results.append(
                await _compare(
                    "crm timeline",
                    lab,
                    [CONVERSATIONS],
                    lambda broker, bus: crm.read_conversations(broker, bus, Timeline(database), 5),
                    database,
                    {"timeline": _insert},
                )
            )
        results.append(
            await _compare(
                "notify facts",
                lab,
                [CONVERSATIONS],
                lambda broker, bus: notify.read_facts(broker, bus, 5),
                None,
                {},
                produces=FEED,
            )
        )
        async with lab.database("notify") as database:
            results.append(
                await _compare(
                    "notify archive",
                    lab,
                    [FEED],
                    lambda broker, bus: notify.read_feed(broker, bus, Archive(database), 5),
                    database,
                    {"entries": _insert},
                )
            )
        return results


_VAULT = Vault([SecretStr(Fernet.generate_key().decode())])


async def _fill(lab: Lab, database: Any) -> None:
    channel = Channel(
        id=f"c-{lab.tenant}",
        tenant=lab.tenant,
        brand_id="acme",
        network="webhook",
        name="b",
        created_at=now(),
    )
    await Channels(database).add(channel, [_VAULT.seal("whsec_eA==")])
    text = "Guten Tag, wo bleibt meine Bestellung? Ich warte seit zwei Wochen. " * 6
    for each in range(EACH):
        deliveries = []
        for person in range(PEOPLE):
            body = f'{{"thread":"t","text":"{text}{each}","author":{{"id":"p{person}","name":"Person {person}"}}}}'
            key = f"{person}-{each}"
            # Real deliveries of one channel stand in one partition; many channels spread: so do these.
            deliveries.append(
                Delivery.model_construct(
                    id=derive_id("d", lab.tenant, key),
                    type="delivery.received",
                    tenant=lab.tenant,
                    at=now(),
                    brand_id="acme",
                    channel_id=channel.id,
                    network="webhook",
                    headers={"webhook-id": key},
                    body=body.encode(),
                )
            )
        await lab.bus.publish(deliveries)


Writer = Callable[[dict[str, Any]], Any]


def _insert(doc: dict[str, Any]) -> Any:
    return InsertOne(doc)


def _replace(doc: dict[str, Any]) -> Any:
    return ReplaceOne({"_id": doc["_id"]}, doc, upsert=True)


async def _compare(
    name: str,
    lab: Lab,
    topics: Sequence[Topic],
    make: Callable[[Any, Bus], Reader],
    database: Any,
    writes: dict[str, Writer],
    produces: Topic | None = None,
) -> Result:
    records, seconds = await _run_reader(lab, topics, make)
    docs = (
        {
            collection: [doc async for doc in database[collection].find().limit(20_000)]
            for collection in writes
        }
        if database is not None
        else {}
    )
    raw = await _run_raw(lab, topics[0], records, database, docs, writes, produces)
    rate, raw_rate = records / seconds, records / raw
    print(f"  {name:24} {rate:8.0f}/s   raw {raw_rate:8.0f}/s   ratio {rate / raw_rate:.2f}", flush=True)
    return Result(f"handler: {name}", rate, "records/s", rate / raw_rate, GOAL)


async def _run_reader(
    lab: Lab, topics: Sequence[Topic], make: Callable[[Any, Bus], Reader]
) -> tuple[int, float]:
    """From the first batch to the last, without the time to join the group."""
    total = await _count(lab, topics[0])
    broker = build_broker(lab.kafka)
    reader = make(broker, lab.bus)
    seen, began, ended = 0, 0.0, 0.0
    handle = reader.handle

    async def counted(batch: Batch) -> None:
        nonlocal seen, began, ended
        began = began or time.perf_counter()
        await handle(batch)
        seen += len(batch.records)
        ended = time.perf_counter()

    reader.handle = counted
    async with broker:
        await broker.start()
        deadline = time.monotonic() + 120
        while seen < total and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
    return seen, ended - began


async def _count(lab: Lab, topic: Topic) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=lab.kafka.servers)
    await consumer.start()
    try:
        parts = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        return sum((await consumer.end_offsets(parts)).values())
    finally:
        await consumer.stop()


async def _run_raw(
    lab: Lab,
    topic: Topic,
    records: int,
    database: Any,
    docs: dict[str, list[dict[str, Any]]],
    writes: dict[str, Writer],
    produces: Topic | None,
) -> float:
    """The least that could do the same work: read, one bulk write per collection, send on, commit."""
    consumer = AIOKafkaConsumer(
        topic.name,
        bootstrap_servers=lab.kafka.servers,
        group_id=f"raw-{uuid4().hex}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=lab.kafka.servers,
        acks="all",
        enable_idempotence=lab.kafka.idempotent,
        compression_type="lz4",
    )
    await consumer.start()
    await producer.start()
    try:
        seen, began = 0, 0.0
        while seen < records:
            found = await consumer.getmany(timeout_ms=1_000, max_records=500)
            began = began or time.perf_counter()
            batch = [record for many in found.values() for record in many]
            for collection, write in writes.items():
                await _write_raw(database, collection, docs[collection], write, seen, len(batch))
            if produces is not None:
                sent = [await producer.send(f"raw.{topic.name}", r.value, key=r.key) for r in batch]
                await asyncio.gather(*sent)
            seen += len(batch)
            await consumer.commit()
        return time.perf_counter() - began
    finally:
        await consumer.stop()
        await producer.stop()


async def _write_raw(
    database: Any, collection: str, docs: list[dict[str, Any]], write: Writer, seen: int, count: int
) -> None:
    if not docs or not count:
        return
    chosen = [docs[(seen + n) % len(docs)] for n in range(count)]
    if write is _insert:
        chosen = [{**doc, "_id": f"{seen + n}-{uuid4().hex}"} for n, doc in enumerate(chosen)]
    else:
        chosen = list({doc["_id"]: doc for doc in chosen}.values())
    await database[f"raw_{collection}"].bulk_write([write(doc) for doc in chosen], ordered=False)
