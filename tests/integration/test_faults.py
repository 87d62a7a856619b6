"""Faults under load: killed services, restarted engines; nothing lost, doubled or out of order."""

import asyncio
import os
import random
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from libs.common.mongo import MongoSettings, open_database
from libs.common.topics import CONVERSATIONS, SOCIAL_EVENTS, Topic
from tests.stack import Agency, Stack, said, until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

VISITORS, EVENTS, KILLS = 200, 2_000, 5


class Load:
    """Visitors who write in order and deliver each message until it is acknowledged."""

    def __init__(self, agency: Agency, channel: dict[str, Any], visitors: int, events: int) -> None:
        self.agency, self.channel = agency, channel
        self.plan = {f"v{n}": [f"{n}:{i}" for i in range(events // visitors)] for n in range(visitors)}
        self.acknowledged = 0
        self._places = asyncio.Semaphore(40)

    async def run(self) -> None:
        await asyncio.gather(*(self._write(visitor, texts) for visitor, texts in self.plan.items()))

    async def _write(self, visitor: str, texts: list[str]) -> None:
        for text in texts:
            while True:
                async with self._places:
                    try:
                        answer = await self.agency.deliver(self.channel, said(visitor, text), f"id-{text}")
                    except httpx.HTTPError:
                        answer = None
                if answer is not None and answer.status_code == 200:
                    self.acknowledged += 1
                    break
                await asyncio.sleep(0.1)


class Watcher:
    """An agent's client that comes back with the last number it saw."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.after: int | None = None
        self.seen: dict[str, dict[str, Any]] = {}
        self.ids: list[str] = []

    async def run(self) -> None:
        while True:
            try:
                async with self.agency.feed(after=self.after) as feed:
                    if self.after is None:
                        self.after = feed.welcome["number"]
                    while True:
                        frame = await feed.next(60)
                        assert frame["type"] == "entry", frame
                        assert frame["number"] > (self.after or -1)
                        self.after = frame["number"]
                        self.ids.append(frame["entry"]["id"])
                        if frame["entry"]["type"] == "message.received":
                            self.seen[frame["entry"]["id"]] = frame["entry"]
            except (OSError, TimeoutError, EOFError):
                await asyncio.sleep(0.1)
            except Exception as error:
                if type(error).__module__.split(".")[0] != "websockets":
                    raise
                await asyncio.sleep(0.1)


async def test_kill_minus_nine_in_the_middle_loses_and_doubles_nothing(agency: Agency, stack: Stack) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    print(f"SEED={seed}")
    chance = random.Random(seed)
    channel = await agency.channel()
    load, watcher = Load(agency, channel, VISITORS, EVENTS), Watcher(agency)
    watching = asyncio.create_task(watcher.run())
    loading = asyncio.create_task(load.run())
    for number in range(KILLS):
        goal = EVENTS * (number + chance.random()) / (KILLS + 1)
        await until(lambda goal=goal: asyncio.sleep(0, load.acknowledged >= goal), 120)  # type: ignore[misc]
        await asyncio.sleep(chance.random() * 0.3)
        stack.kill()
        await asyncio.to_thread(stack.start)
    await asyncio.wait_for(loading, 120)
    await until(lambda: asyncio.sleep(0, len(watcher.seen) >= EVENTS), 60)
    watching.cancel()
    await check_everything(agency, stack, load, watcher, seed)


async def check_everything(agency: Agency, stack: Stack, load: Load, watcher: Watcher, seed: int) -> None:
    expected = {text for texts in load.plan.values() for text in texts}
    # the topics: each event once by id, in the order each visitor wrote
    facts = [f for f in await read(stack, CONVERSATIONS) if f.tenant == agency.tenant]
    versions: dict[str, list[int]] = {}
    received: dict[str, list[str]] = {}
    for fact in facts:
        if fact.version in versions.setdefault(fact.conversation_id, []):
            continue
        versions[fact.conversation_id].append(fact.version)
        if fact.type == "message.received":
            received.setdefault(fact.current.contact.id, []).append(fact.message.text)
    assert all(seen == list(range(1, len(seen) + 1)) for seen in versions.values()), seed
    assert received == load.plan, seed
    social = {e.object.text for e in await read(stack, SOCIAL_EVENTS) if e.tenant == agency.tenant}
    assert social == expected, seed
    # the database
    async with open_database(MongoSettings(uri=stack.engines.mongo_uri), "routing") as database:
        kept = [
            d
            async for d in database["messages"]
            .find({"tenant": agency.tenant})
            .sort([("conversation_id", 1), ("number", 1)])
        ]
        views = [d["view"] async for d in database["conversations"].find({"view.tenant": agency.tenant})]
    assert len(kept) == EVENTS, seed
    by_conversation: dict[str, list[str]] = {}
    for doc in kept:
        by_conversation.setdefault(doc["conversation_id"], []).append(doc["text"])
    assert sorted(by_conversation.values()) == sorted(load.plan.values()), seed
    assert sum(view["messages"] for view in views) == EVENTS, seed
    # what the agent's client received
    told: dict[str, list[str]] = {}
    for entry in watcher.seen.values():
        told.setdefault(entry["data"]["conversation"]["contact"]["id"], []).append(
            entry["data"]["message"]["text"]
        )
    assert told == load.plan, seed
    assert len(watcher.ids) == len(set(watcher.ids)), seed


async def read(stack: Stack, topic: Topic) -> list[Any]:
    """All events of a topic, in order per partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.engines.kafka_servers)
    await consumer.start()
    try:
        parts = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        consumer.assign(parts)
        await consumer.seek_to_beginning(*parts)
        ends = await consumer.end_offsets(parts)
        events: list[Any] = []
        while any([await consumer.position(at) < ends[at] for at in parts]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    try:
                        events.append(topic.decode(record.value))
                    except ValueError:
                        continue  # another test's poison
        return events
    finally:
        await consumer.stop()


@pytest.mark.parametrize("engine", ["kafka", "mongodb"])
async def test_an_engine_that_dies_under_load_comes_back_and_nothing_is_lost(
    agency: Agency, stack: Stack, engine: str
) -> None:
    process = getattr(stack.engines, engine)
    if process is None:
        pytest.skip("the engines are not ours to restart")
    channel = await agency.channel()
    load = Load(agency, channel, 20, 200)
    loading = asyncio.create_task(load.run())
    await until(lambda: asyncio.sleep(0, load.acknowledged >= 50), 30)
    process.kill()

    async def not_ready() -> bool:
        return (await agency.http.get("/ready")).status_code == 503

    await until(not_ready, 30)
    await asyncio.to_thread(process.start)
    await asyncio.wait_for(loading, 90)

    async def ready() -> bool:
        return (await agency.http.get("/ready")).status_code == 200

    await until(ready, 60)

    async def complete() -> bool:
        found = await agency.conversations(limit=100)
        return len(found) == 20 and sum(one["last_message"]["number"] for one in found) == 200

    await until(complete, 60)
    for one in await agency.conversations(limit=100):
        texts = [message["text"] for message in await agency.messages(one["id"])]
        assert texts == load.plan[one["contact"]["id"]]
