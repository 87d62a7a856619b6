"""Kafka: reading batches with FastStream, writing events, and the dead-letter topics."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from time import monotonic, perf_counter
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from pydantic import SecretStr, ValidationError

from libs.common import telemetry
from libs.common.events import Event, Frozen, derive_id
from libs.common.logs import frames
from libs.common.topics import Topic, topic_named, topic_of

log = structlog.get_logger(__name__)

MAX_RECORDS = 500
"""Records in one batch: enough that many share one database flush, few enough to redo."""
MAX_BUGS_IN_A_ROW = 1_000
"""Records in a row we could not read or decide: then it is our bug, not the data, and we stop."""
_TRACEPARENT = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_LONGEST_WAIT_SECONDS = 10.0
_STUCK_SECONDS = 60.0
_COMMITTED_SECONDS = 3.0
REPLAY_FOR = "replay_for"
"""Header of a replayed dead letter: only this group takes it, the others have had it."""


class KafkaSettings(Frozen):
    """Where Kafka is and how to sign in to it."""

    servers: str = "127.0.0.1:9092"
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str = "PLAIN"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    idempotent: bool = True
    """Only to be switched off for stand-ins that have no idempotent producer."""
    poll_ms: int = 5
    """How long an idle reader sleeps, in milliseconds: the most an event waits for it."""

    def client(self) -> dict[str, Any]:
        """Arguments every aiokafka client takes."""
        password = self.sasl_password.get_secret_value() if self.sasl_password else None
        return {
            "bootstrap_servers": self.servers,
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": password,
            "request_timeout_ms": 8_000,
        }


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a record stands in the log: a name that no other record has."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Read what `str` wrote."""
        topic, partition, offset = text.rsplit("/", 2)
        return cls(topic, int(partition), int(offset))


@dataclass(frozen=True, slots=True)
class Record:
    """An event as it was read: its place in the log, the trace it belongs to."""

    event: Event
    position: Position
    trace: str | None = None


@dataclass(frozen=True)
class Fact:
    """An event to be recorded and published because of the record at `cause`."""

    event: Event
    cause: Position
    cause_id: str
    """Id of the event that was read there."""
    trace: str | None = None

    @cached_property
    def body(self) -> str:
        """The event as JSON, made once: it is saved with its document and published as it is."""
        return self.event.model_dump_json(exclude_none=True)


class Bus:
    """The one way to write on topics."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def publish(self, events: Iterable[Event], trace: str | None = None) -> None:
        """Write events and wait until all in-sync replicas have them.

        Raises:
            KafkaError: not acknowledged; write the same again, ids do not change.
        """
        trace = trace or telemetry.current_trace()
        await self._send([(event, event.model_dump_json(exclude_none=True), trace) for event in events])

    async def publish_facts(self, facts: Iterable[Fact]) -> None:
        """Write what a batch caused, each in the trace of its cause."""
        here = telemetry.current_trace()
        await self._send([(fact.event, fact.body, telemetry.onward(fact.trace, here)) for fact in facts])

    async def bury(
        self, record: "ConsumerRecord[bytes, bytes]", group: str, reason: str, stack: str = ""
    ) -> None:
        """Put a record that can't be accepted on the dead-letter topic, with the reason."""
        at = Position(record.topic, record.partition, record.offset)
        log.warning("record.dead", topic=at.topic, position=str(at), group=group)
        telemetry.DEAD.labels(group, at.topic).inc()
        dead = {
            "dead_id": derive_id("dead", group, str(at)),
            "dead_group": group,
            "dead_position": str(at),
            "dead_reason": reason[:2_000],
            "dead_stack": stack[-4_000:],
            "dead_at": datetime.now(UTC).isoformat(),
        }
        headers = [*record.headers, *((name, text.encode()) for name, text in dead.items())]
        await self._producer.send_and_wait(
            topic_named(at.topic).dead(group), record.value, key=record.key, headers=headers
        )

    async def ping(self) -> None:
        """Ask a broker for its metadata; raises when none answers."""
        await self._producer.client.fetch_all_metadata()

    async def send_raw(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]]
    ) -> None:
        """Write a record as it is: the replay of a dead letter, or the mark that it was replayed."""
        await self._producer.send_and_wait(topic, value, key=key, headers=list(headers))

    async def _send(self, outgoing: Sequence[tuple[Event, str, str | None]]) -> None:
        sent = []
        for event, body, trace in outgoing:
            topic = topic_of(event)
            if topic is not None:
                sent.append(
                    await self._producer.send(
                        topic.name,
                        body.encode(),
                        key=event.key.encode(),
                        headers=_headers(event, topic, trace),
                    )
                )
        if sent:
            await asyncio.gather(*sent)


@asynccontextmanager
async def open_bus(settings: KafkaSettings) -> AsyncIterator[Bus]:
    """A connected bus; leaving it waits until all that was sent is acknowledged."""
    producer = AIOKafkaProducer(
        **settings.client(),
        acks="all",
        enable_idempotence=settings.idempotent,
        compression_type="lz4",
        linger_ms=0,
        max_request_size=4_000_000,
    )
    await producer.start()
    try:
        yield Bus(producer)
    finally:
        await producer.stop()


def _headers(event: Event, topic: Topic, trace: str | None) -> list[tuple[str, bytes]]:
    """CloudEvents 1.0, Kafka binding, binary mode."""
    headers = [
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_id", event.id.encode()),
        ("ce_type", event.type.encode()),
        ("ce_source", f"/services/{event.source}".encode()),
        ("ce_time", event.at.isoformat().encode()),
        ("ce_subject", event.subject.encode()),
        ("ce_dataschema", f"urn:resonanz:{topic.name}:{event.type}".encode()),
    ]
    if trace:
        headers.append(("traceparent", trace.encode()))
    return headers


# -- reading -----------------------------------------------------------------------------------


@dataclass(slots=True)
class Batch:
    """Some records of one reader, decoded, in order per key."""

    records: list[Record]
    published: dict[tuple[str, int], int]
    """Per topic and partition: everything below this offset was handled and published."""
    bus: Bus
    group: str
    raw: dict[Position, "ConsumerRecord[bytes, bytes]"]

    async def bury(self, record: Record, reason: str, stack: str = "") -> None:
        """Put one record of the batch on the dead-letter topic."""
        await self.bus.bury(self.raw[record.position], self.group, reason, stack)


Handle = Callable[[Batch], Awaitable[None]]


@dataclass(slots=True)
class Reader:
    """What stands between FastStream and a handler: decode, measure, back off."""

    bus: Bus
    group: str
    handle: Handle
    marker: bytes | None = None
    """Only records whose body holds this are looked at, before they are decoded."""
    published: dict[tuple[str, int], int] = field(default_factory=dict)
    failures: int = 0
    """Batches that failed in a row: `/ready` is red while there are any."""
    bugs: int = 0
    busy_since: float | None = None
    """When the batch in hand was begun, by the monotonic clock."""

    @property
    def works(self) -> bool:
        """Whether it gets on: no batch fails, none takes for ever."""
        stuck = self.busy_since is not None and monotonic() - self.busy_since > _STUCK_SECONDS
        return not self.failures and not stuck

    async def consume(
        self, raw: Sequence["ConsumerRecord[bytes, bytes]"], consumer: AIOKafkaConsumer
    ) -> None:
        """Handle one batch, again and again until it works; returning means that it may be committed.

        Trying again here, and not by rewinding the consumer, keeps it right when a partition is taken
        away meanwhile: a rewind would fail there, and leave the batch's other partitions unrewound.
        """
        self.busy_since = monotonic()
        while raw:
            try:
                await self._attempt(raw, consumer)
                break
            except Exception as error:  # noqa: BLE001 - engines are away, or we lost a fence: try again
                self.failures += 1
                telemetry.FAILED.labels(self.group).inc()
                seen = frames(error)  # and not its message, which may quote what people wrote
                log.error("batch.failed", group=self.group, stack=seen, failures=self.failures)  # noqa: TRY400
                await asyncio.sleep(min(0.1 * 2**self.failures, _LONGEST_WAIT_SECONDS))
            ours = {(at.topic, at.partition) for at in consumer.assignment()}
            raw = [record for record in raw if (record.topic, record.partition) in ours]
        self.failures = 0
        self.busy_since = None

    async def _attempt(
        self, raw: Sequence["ConsumerRecord[bytes, bytes]"], consumer: AIOKafkaConsumer
    ) -> None:
        started = perf_counter()
        await self._learn_published(consumer)
        await self._consume(raw)
        for record in raw:
            self.published[(record.topic, record.partition)] = record.offset + 1
        self._measure(raw, consumer, perf_counter() - started)

    async def _consume(self, raw: Sequence["ConsumerRecord[bytes, bytes]"]) -> None:
        records = []
        for one in raw:
            record = await self._decode(one)
            if record is not None:
                records.append(record)
        by_position = {Position(r.topic, r.partition, r.offset): r for r in raw}
        if records:
            with telemetry.batch_span(f"{self.group} batch", (record.trace for record in records)):
                await self.handle(Batch(records, self.published, self.bus, self.group, by_position))

    async def _decode(self, raw: "ConsumerRecord[bytes, bytes]") -> Record | None:
        headers = dict(raw.headers)
        if headers.get(REPLAY_FOR, self.group.encode()) != self.group.encode():
            return None
        if self.marker is not None and raw.value and self.marker not in raw.value and raw.value[:1] == b"{":
            return None
        try:
            event = topic_named(raw.topic).decode(raw.value or b"")
        except ValidationError as error:
            await self.count_bug(raw, _reason(error))
            return None
        self.bugs = 0
        return Record(event, Position(raw.topic, raw.partition, raw.offset), _trace_of(headers))

    async def count_bug(self, raw: "ConsumerRecord[bytes, bytes]", reason: str) -> None:
        """Bury a record only we can have spoilt; too many in a row stop the reader.

        Raises:
            RuntimeError: too many in a row.
        """
        self.bugs += 1
        if self.bugs > MAX_BUGS_IN_A_ROW:
            raise RuntimeError("too many unreadable records in a row: see the dead-letter topic")
        await self.bus.bury(raw, self.group, reason)

    async def _learn_published(self, consumer: AIOKafkaConsumer) -> None:
        """Ask once per newly assigned partition how far its last owner has committed.

        While that can't be told nothing counts as published: facts are then told twice, never lost.
        """
        for at in consumer.assignment():
            if (at.topic, at.partition) not in self.published:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_COMMITTED_SECONDS):
                        self.published[(at.topic, at.partition)] = await consumer.committed(at) or 0

    def _measure(
        self, raw: Sequence["ConsumerRecord[bytes, bytes]"], consumer: AIOKafkaConsumer, seconds: float
    ) -> None:
        telemetry.BATCH_SECONDS.labels(self.group).observe(seconds)
        telemetry.BATCH_RECORDS.labels(self.group).observe(len(raw))
        counts: dict[TopicPartition, int] = {}
        for record in raw:
            at = TopicPartition(record.topic, record.partition)
            counts[at] = counts.get(at, 0) + 1
        for at, count in counts.items():
            telemetry.RECORDS.labels(self.group, at.topic).inc(count)
            end = consumer.highwater(at) if at in consumer.assignment() else None
            if end is not None:
                lag = end - self.published[(at.topic, at.partition)]
                telemetry.LAG.labels(self.group, at.topic, str(at.partition)).set(max(lag, 0))


def build_broker(settings: KafkaSettings) -> KafkaBroker:
    """FastStream's broker; it only reads, the bus writes."""
    client = settings.client()
    client.pop("security_protocol"), client.pop("sasl_mechanism")
    return KafkaBroker(settings.servers, request_timeout_ms=8_000, logger=None, graceful_timeout=20)


def listen(
    broker: KafkaBroker,
    bus: Bus,
    topics: Sequence[Topic],
    group: str,
    handle: Handle,
    *,
    poll_ms: int = 5,
    max_records: int = MAX_RECORDS,
    marker: bytes | None = None,
) -> Reader:
    """Have `handle` called with the batches of some topics, the offset committed after it returns.

    Args:
        topics: joined by key: they must have equal partition counts, the range assignor then gives
            the same partition of each to the same reader.
        group: consumer group; also names the dead-letter topics.
        marker: bytes that a wanted record's body must hold; the others are passed over undecoded.
    """
    reader = Reader(bus, group, handle, marker)

    async def consume(message: KafkaMessage) -> None:
        await reader.consume(message.raw_message, message.consumer)

    broker.subscriber(
        *(topic.name for topic in topics),
        group_id=group,
        batch=True,
        max_records=max_records,
        batch_timeout_ms=poll_ms,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        auto_offset_reset="earliest",
        partition_assignment_strategy=(RangePartitionAssignor,),
        session_timeout_ms=10_000,
        max_poll_interval_ms=300_000,
        decoder=_undecoded,
    )(consume)
    return reader


@dataclass(frozen=True, slots=True)
class Tailed:
    """What a tail has read, and per partition the oldest offset there is, where it began, the next one."""

    records: list[Record]
    oldest: dict[int, int]
    begins: dict[int, int]
    nexts: dict[int, int]


async def tail(settings: KafkaSettings, topic: Topic, backlog: int) -> AsyncIterator[Tailed]:
    """Read a topic without a group: the newest records of each partition, then all that come.

    For what every instance must see, such as the feeds of its sockets. What is yielded first may hold no
    records: it says that the tail has caught up with where the topic ended when it began.

    Args:
        backlog: how many records to go back in each partition.
    """
    consumer = AIOKafkaConsumer(**settings.client(), enable_auto_commit=False)
    await consumer.start()
    try:
        parts = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        consumer.assign(parts)
        begin, end = await asyncio.gather(consumer.beginning_offsets(parts), consumer.end_offsets(parts))
        starts = {at: max(begin[at], end[at] - backlog) for at in parts}
        for at in parts:
            consumer.seek(at, starts[at])
        missing = {at for at in parts if end[at] > starts[at]}
        history: list[Record] = []
        while missing:
            history += _tailed(await consumer.getmany(*missing, timeout_ms=200))
            missing = {at for at in missing if await consumer.position(at) < end[at]}
        begins = {at.partition: starts[at] for at in parts}
        oldest = {at.partition: begin[at] for at in parts}
        yield Tailed(history, oldest, begins, {at.partition: await consumer.position(at) for at in parts})
        while True:
            found = await consumer.getmany(timeout_ms=1_000)
            if found:
                nexts = {at.partition: many[-1].offset + 1 for at, many in found.items()}
                yield Tailed(_tailed(found), oldest, begins, nexts)
    finally:
        await consumer.stop()


def _tailed(found: dict[TopicPartition, list["ConsumerRecord[bytes, bytes]"]]) -> list[Record]:
    records = []
    for raw in (one for many in found.values() for one in many):
        try:
            event = topic_named(raw.topic).decode(raw.value or b"")
        except ValidationError:
            log.warning("record.skipped", topic=raw.topic, partition=raw.partition, offset=raw.offset)
            continue
        position = Position(raw.topic, raw.partition, raw.offset)
        records.append(Record(event, position, _trace_of(dict(raw.headers))))
    return records


def _trace_of(headers: Mapping[str, bytes]) -> str | None:
    """A record's traceparent (W3C Trace Context), if it has a sound one."""
    found = headers.get("traceparent")
    return found.decode() if found and _TRACEPARENT.fullmatch(found) else None


async def _undecoded(message: KafkaMessage) -> Any:
    """Leave bodies as they are: FastStream would read `1` as a number and fail a batch as a whole."""
    return message.body


def _reason(error: ValidationError) -> str:
    """What is wrong with a body, without quoting it."""
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'body'}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False)[:10]
    )
