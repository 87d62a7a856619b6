"""The agents' open connections of this process: everyone gets what is new, and what they have missed.

An entry's offset on the feed's topic is its number. Every instance tails the whole topic into a bounded
ring per partition; who comes back with the last number they saw gets the rest from the ring, older
entries from the archive, and `reset` when even that does not reach.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from aiokafka.partitioner import murmur2

from libs.common.events.notify import FeedEntry
from libs.common.kafka import KafkaSettings, Tailed, tail
from libs.common.logs import frames
from libs.common.topics import FEED

log = structlog.get_logger(__name__)

RING = 2_000
"""Entries of each partition kept in memory."""
WAITING_AT_MOST = 1_000
"""Entries that may wait for one connection; a slower one is closed and comes back."""
REPLAYED_AT_MOST = 5_000
"""Entries somebody may have missed; more, and loading the lists anew is quicker."""
_ARCHIVE_SECONDS = 5.0


class Told:
    """An entry with its number, encoded once for all connections."""

    __slots__ = ("_frame", "brand_id", "entry", "ephemeral", "id", "number", "tenant")

    def __init__(
        self,
        number: int,
        tenant: str,
        brand_id: str | None,
        id: str,
        *,
        ephemeral: bool,
        entry: dict[str, Any],
    ) -> None:
        self.number = number
        self.tenant = tenant
        self.brand_id = brand_id
        self.id = id
        self.ephemeral = ephemeral
        self.entry = entry
        self._frame: str | None = None

    @property
    def frame(self) -> str:
        """The entry as a WebSocket frame."""
        if self._frame is None:
            self._frame = json.dumps({"type": "entry", "number": self.number, "entry": self.entry})
        return self._frame


def told(entry: FeedEntry, number: int) -> Told:
    """An entry of the feed's topic as agents get it."""
    public = entry.model_dump(mode="json", exclude={"tenant", "about"})
    shown = {**public, "subject": entry.about}
    return Told(number, entry.tenant, entry.brand_id, entry.id, ephemeral=entry.ephemeral, entry=shown)


class OldEntries(Protocol):
    """Entries older than the ring: `services.notify.repository.Archive`."""

    async def kept_to(self, partition: int) -> int:
        """Number of the newest entry looked at for keeping."""

    async def between(self, tenant: str, after: int, before: int, limit: int) -> list[Told]:
        """A tenant's entries between two numbers."""


Sees = Callable[[str | None], bool]
"""Whether a connection's agent may see a brand."""


@dataclass(slots=True)
class Ring:
    """The newest entries of one partition; an entry that comes again is dropped."""

    start: int = 0
    """Number from which on nothing is missing here."""
    next: int = 0
    """Number the next entry will have, or more."""
    oldest: int = 0
    """The oldest number that is kept at all."""
    entries: deque[Told] = field(default_factory=deque)
    ids: set[str] = field(default_factory=set)

    def add(self, one: Told) -> bool:
        """Take an entry in; whether it is new."""
        self.next = max(self.next, one.number + 1)
        if one.id in self.ids:
            return False
        self.entries.append(one)
        self.ids.add(one.id)
        if len(self.entries) > RING:
            oldest = self.entries.popleft()
            self.ids.discard(oldest.id)
            self.start = oldest.number + 1
        return True


class Connection:
    """One agent's open connection."""

    def __init__(self, tenant: str, sees: Sees) -> None:
        self.tenant = tenant
        self.sees = sees
        self.waiting: asyncio.Queue[Told] = asyncio.Queue(WAITING_AT_MOST)
        self.too_slow = asyncio.Event()

    def tell(self, one: Told) -> None:
        """Put an entry where the connection will find it, if its agent may see it.

        Once one did not fit none is taken any more: what waits has no gap, and whoever comes back with
        the last number they saw misses nothing.
        """
        if self.too_slow.is_set() or not self.sees(one.brand_id):
            return
        try:
            self.waiting.put_nowait(one)
        except asyncio.QueueFull:
            self.too_slow.set()


class Hub:
    """Tails the feed and hands it to connections."""

    def __init__(self, settings: KafkaSettings, archive: OldEntries) -> None:
        self._settings = settings
        self._archive = archive
        self._rings: dict[int, Ring] = {}
        self._connections: dict[str, set[Connection]] = {}
        self._ready = asyncio.Event()

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Tail as long as the service runs."""
        task = asyncio.create_task(self._tail())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @asynccontextmanager
    async def connected(self, tenant: str, sees: Sees) -> AsyncIterator[Connection]:
        """Be told what is new from now on."""
        await self._ready.wait()
        connection = Connection(tenant, sees)
        self._connections.setdefault(tenant, set()).add(connection)
        try:
            yield connection
        finally:
            self._connections[tenant].discard(connection)
            if not self._connections[tenant]:
                del self._connections[tenant]

    def newest(self, tenant: str) -> int:
        """Number of the newest entry; -1 before the first."""
        return self._ring(tenant).next - 1

    async def missed(self, connection: Connection, after: int) -> list[Told] | None:
        """What an agent has missed since `after`, oldest first; none: too much, or too long ago."""
        ring, partition = self._ring(connection.tenant), partition_of(connection.tenant)
        recent, start = list(ring.entries), ring.start
        if after >= ring.next or after + 1 < ring.oldest:
            return None
        old: list[Told] = []
        if after + 1 < start:
            if not await self._is_archived(partition, start - 1):
                return None
            old = await self._archive.between(connection.tenant, after, start, REPLAYED_AT_MOST + 1)
        found = old + [one for one in recent if one.tenant == connection.tenant and not one.ephemeral]
        found = [one for one in found if one.number > after and connection.sees(one.brand_id)]
        return found if len(found) <= REPLAYED_AT_MOST else None

    async def _is_archived(self, partition: int, number: int) -> bool:
        """Whether the archive reaches this entry; it may be a moment behind."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_ARCHIVE_SECONDS):
                while await self._archive.kept_to(partition) < number:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)  # another process may be the one that archives
                return True
        return False

    def _ring(self, tenant: str) -> Ring:
        return self._rings[partition_of(tenant)]

    async def _tail(self) -> None:
        while True:
            try:
                async for found in tail(self._settings, FEED, RING):
                    self.take(found)
            except Exception as error:  # noqa: BLE001 - the broker is away: come back, connections resume
                log.warning("tail.failed", topic=FEED.name, stack=frames(error))
                self._ready.clear()
                self._rings.clear()
                for connection in [c for many in self._connections.values() for c in many]:
                    connection.too_slow.set()
                await asyncio.sleep(1)

    def take(self, found: Tailed) -> None:
        """Take in what the tail has read, and tell those who are here."""
        if not self._rings:
            self._rings = {
                part: Ring(start=begin, next=begin, oldest=found.oldest[part])
                for part, begin in found.begins.items()
            }
        for record in found.records:
            entry = record.event
            assert isinstance(entry, FeedEntry)
            one = told(entry, record.position.offset)
            if self._rings[record.position.partition].add(one):
                for connection in self._connections.get(one.tenant, ()):
                    connection.tell(one)
        for part, following in found.nexts.items():
            self._rings[part].next = max(self._rings[part].next, following)
        self._ready.set()


def partition_of(tenant: str) -> int:
    """Partition of a tenant's feed: Kafka's default for its key."""
    hashed: int = murmur2(tenant.encode())
    return (hashed & 0x7FFFFFFF) % FEED.partitions
