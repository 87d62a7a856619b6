"""The feed: nobody misses anything, nobody gets anything twice."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events import derive_id
from libs.common.events.notify import FeedEntry
from libs.common.kafka import KafkaSettings, Position, Record, Tailed
from libs.common.topics import FEED
from services.notify import hub as module
from services.notify.domain import entry
from services.notify.hub import Hub, Told, partition_of, told
from tests.examples import at

TENANT = "agency"
PART = partition_of(TENANT)


def record(
    number: int,
    brand: str | None = "acme",
    tenant: str = TENANT,
    id: int | None = None,
    ephemeral: bool = False,
) -> Record:
    feed_entry = FeedEntry(
        id=derive_id("e", id if id is not None else number),
        type="x",
        tenant=tenant,
        at=at(number),
        brand_id=brand,
        about="c",
        ephemeral=ephemeral,
        data={},
    )
    return Record(feed_entry, Position(FEED.name, PART, number))


def shown(one: Record) -> Told:
    assert isinstance(one.event, FeedEntry)
    return told(one.event, one.position.offset)


class Archive:
    """Entries by number, kept as the real one keeps them: an id once."""

    def __init__(self) -> None:
        self.kept: dict[str, Told] = {}
        self.end = -1

    def keep(self, records: Sequence[Record]) -> None:
        for one in records:
            entry_ = shown(one)
            if not entry_.ephemeral:
                self.kept.setdefault(entry_.id, entry_)
            self.end = max(self.end, one.position.offset)

    async def kept_to(self, partition: int) -> int:
        return self.end

    async def between(self, tenant: str, after: int, before: int, limit: int) -> list[Told]:
        found = sorted(
            (one for one in self.kept.values() if one.tenant == tenant and after < one.number < before),
            key=lambda one: one.number,
        )
        return found[:limit]


def hub_with(records: Sequence[Record], archive: Archive, oldest: int = 0) -> Hub:
    hub = Hub(KafkaSettings(), archive)
    nexts = dict.fromkeys(range(FEED.partitions), 0) | {
        PART: records[-1].position.offset + 1 if records else oldest
    }
    begins = dict.fromkeys(range(FEED.partitions), 0) | {
        PART: records[0].position.offset if records else oldest
    }
    hub.take(Tailed(list(records), dict.fromkeys(range(FEED.partitions), oldest), begins, nexts))
    return hub


@given(st.lists(st.integers(0, 25), max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_history_and_what_comes_make_the_whole(history: list[int], ring_start: int, seen: int) -> None:
    """Entries come again under new numbers; an agent resumes anywhere, with only the newest in memory."""
    brands = ("acme", "other", None)

    async def run() -> None:
        records = [record(n, brands[id % 3], id=id, ephemeral=id % 5 == 0) for n, id in enumerate(history)]
        archive = Archive()
        archive.keep(records)
        split = min(ring_start, len(records))
        half = split + (len(records) - split) // 2
        hub = hub_with(records[split:half], archive) if half > split else hub_with([], archive, split)
        if split >= half and split:
            return
        after = min(seen, half - 1)
        async with hub.connected(TENANT, lambda brand: brand in (None, "acme")) as connection:
            missed = await hub.missed(connection, after)
            if half < len(records):
                hub.take(Tailed(records[half:], {}, {}, {PART: len(records)}))
            live = [connection.waiting.get_nowait() for _ in range(connection.waiting.qsize())]
        got = [*(missed or []), *live]
        numbers = [one.number for one in got]
        assert numbers == sorted(set(numbers))
        assert all(one.brand_id in (None, "acme") for one in got)
        wanted = {
            one.id
            for one in map(shown, records)
            if one.number > after and one.brand_id in (None, "acme") and not one.ephemeral
        }
        already = {one.id for one in map(shown, records) if one.number <= after}
        assert {one.id for one in got if not one.ephemeral} >= wanted - already

    asyncio.run(run())


async def test_who_was_away_too_long_must_reload() -> None:
    archive = Archive()
    hub = hub_with([record(100)], archive, oldest=50)
    async with hub.connected(TENANT, lambda _: True) as connection:
        assert await hub.missed(connection, 10) is None
        assert await hub.missed(connection, 500) is None
        assert await hub.missed(connection, 100) == []


async def test_a_slow_connection_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_AT_MOST", 3)
    hub = hub_with([], Archive())
    async with hub.connected(TENANT, lambda _: True) as connection:
        hub.take(Tailed([record(n) for n in range(5)], {}, {}, {PART: 5}))
        assert connection.too_slow.is_set()
        got = [connection.waiting.get_nowait().number for _ in range(3)]
        hub.take(Tailed([record(n) for n in range(5, 8)], {}, {}, {PART: 8}))
        assert (got, connection.waiting.empty()) == ([0, 1, 2], True)  # no gap: what comes later is resumed


async def test_other_tenants_on_the_same_partition_stay_apart() -> None:
    hub = hub_with([], Archive())
    async with hub.connected(TENANT, lambda _: True) as connection:
        hub.take(Tailed([record(0, tenant="stranger")], {}, {}, {PART: 1}))
        assert connection.waiting.empty()


async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RING", 10)
    archive = Archive()
    hub = hub_with([], archive)
    records = [record(n) for n in range(100)]
    archive.keep(records)
    hub.take(Tailed(records, {}, {}, {PART: 100}))
    ring = hub._ring(TENANT)
    assert (len(ring.entries), len(ring.ids), ring.start) == (10, 10, 90)
    async with hub.connected(TENANT, lambda _: True) as connection:
        missed = await hub.missed(connection, 4)
        assert missed and [one.number for one in missed] == list(range(5, 100))


def test_the_same_fact_makes_the_same_entry() -> None:
    from functools import partial

    from services.routing.domain import conversation
    from tests.examples import brand_of, message

    _, facts = partial(conversation.decide, brand_of=brand_of)(None, message("anna", 1))
    made = [entry(fact) for fact in facts]
    assert made == [entry(fact) for fact in facts]
    assert [one.type for one in made if one] == [
        "conversation.opened",
        "message.received",
        "conversation.queued",
    ]
