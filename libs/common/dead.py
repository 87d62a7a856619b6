"""Dead letters: list, show and replay the records a reader could not accept."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import APIRouter, Depends, Path, Query, Request

from libs.common.auth import Caller, require
from libs.common.events import Frozen
from libs.common.kafka import REPLAY_FOR, Bus, KafkaSettings, Position
from libs.common.problems import RESPONSES, not_found
from libs.common.topics import Topic

REPLAYED = "dead_replayed"
"""Header of the mark that says a dead letter was replayed; the mark's key is the letter's id."""


class DeadLetter(Frozen):
    """A record that was put aside, and why."""

    id: str
    topic: str
    group: str
    position: str
    reason: str
    at: str
    replayed: bool = False


class DeadLetterDetail(DeadLetter):
    """The same with where it failed and what it says; bodies may hold personal data."""

    stack: str
    body: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Found:
    letter: DeadLetterDetail
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    topic: str


class DeadLetters:
    """The dead-letter topics of one service.

    Args:
        sources: what its readers read: (topic, group).
    """

    def __init__(self, settings: KafkaSettings, bus: Bus, sources: Sequence[tuple[Topic, str]]) -> None:
        self._settings = settings
        self._bus = bus
        self._sources = sources

    async def newest(self, limit: int = 100) -> list[DeadLetter]:
        """The newest dead letters, newest first."""
        found = await self._read()
        newest = sorted(found.values(), key=lambda one: one.letter.at, reverse=True)[:limit]
        return [DeadLetter.model_validate(one.letter.model_dump()) for one in newest]

    async def show(self, id: str) -> DeadLetterDetail | None:
        """One dead letter with its body."""
        found = (await self._read()).get(id)
        return found.letter if found else None

    async def replay(self, id: str) -> bool:
        """Put a record back on its topic, for the group that could not accept it; whether it exists."""
        found = (await self._read()).get(id)
        if found is None:
            return False
        original = [(name, value) for name, value in found.headers if not name.startswith("dead_")]
        original = [(name, value) for name, value in original if name != REPLAY_FOR]
        group = found.letter.group.encode()
        await self._bus.send_raw(found.letter.topic, found.key, found.value, [*original, (REPLAY_FOR, group)])
        await self._bus.send_raw(found.topic, id.encode(), b"", [(REPLAYED, b"1"), ("dead_id", id.encode())])
        return True

    async def _read(self) -> dict[str, _Found]:
        consumer = AIOKafkaConsumer(**self._settings.client(), enable_auto_commit=False)
        await consumer.start()
        try:
            return _parse(await self._all(consumer))
        finally:
            await consumer.stop()

    async def _all(self, consumer: AIOKafkaConsumer) -> list[Any]:
        """All records of the topics up to where they end now."""
        names = {topic.dead(group) for topic, group in self._sources}
        parts = [
            TopicPartition(name, number)
            for name in sorted(names)
            for number in sorted(consumer.partitions_for_topic(name) or await _partitions(consumer, name))
        ]
        if not parts:
            return []
        consumer.assign(parts)
        begin, end = await asyncio.gather(consumer.beginning_offsets(parts), consumer.end_offsets(parts))
        missing = {at for at in parts if end[at] > begin[at]}
        for at in parts:
            consumer.seek(at, begin[at])
        records: list[Any] = []
        while missing:
            for many in (await consumer.getmany(timeout_ms=500)).values():
                records += many
            missing = {at for at in missing if await consumer.position(at) < end[at]}
        return records


async def _partitions(consumer: AIOKafkaConsumer, name: str) -> set[int]:
    await consumer._client.add_topic(name)  # noqa: SLF001 - aiokafka asks for metadata only when subscribed
    return consumer.partitions_for_topic(name) or set()


def _parse(records: list[Any]) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    replayed: set[str] = set()
    for record in records:
        headers = {name: value.decode(errors="replace") for name, value in record.headers}
        id = headers.get("dead_id", "")
        if REPLAYED in headers:
            replayed.add(id)
            continue
        source = Position.parse(headers["dead_position"])
        letter = DeadLetterDetail(
            id=id,
            topic=source.topic,
            group=headers["dead_group"],
            position=str(source),
            reason=headers["dead_reason"],
            at=headers["dead_at"],
            stack=headers["dead_stack"],
            body=(record.value or b"").decode(errors="replace"),
            headers=headers,
        )
        found[id] = _Found(letter, record.key, record.value, list(record.headers), record.topic)
    for id in replayed & found.keys():
        one = found[id]
        found[id] = _Found(
            one.letter.model_copy(update={"replayed": True}), one.key, one.value, one.headers, one.topic
        )
    return found


class DeadLetterList(Frozen):
    """Dead letters, newest first."""

    items: list[DeadLetter]


class Replayed(Frozen):
    """What was put back."""

    id: str
    status: str = "replayed"


router = APIRouter(
    prefix="/v1/dead", tags=["operations"], responses={c: RESPONSES[c] for c in (401, 403, 404)}
)
Operator = Annotated[Caller, Depends(require("operator"))]
_Id = Annotated[str, Path(max_length=100)]


@router.get("")
async def list_dead_letters(
    request: Request, _: Operator, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> DeadLetterList:
    """The newest dead letters of this service, over all tenants."""
    dead: DeadLetters = request.state.dead
    return DeadLetterList(items=await dead.newest(limit))


@router.get("/{id}")
async def show_dead_letter(request: Request, _: Operator, id: _Id) -> DeadLetterDetail:
    """One dead letter with its body and where it failed."""
    dead: DeadLetters = request.state.dead
    found = await dead.show(id)
    if found is None:
        raise not_found("dead letter")
    return found


@router.post("/{id}/replay")
async def replay_dead_letter(request: Request, _: Operator, id: _Id) -> Replayed:
    """Give a record to its reader again, after the cause was mended."""
    dead: DeadLetters = request.state.dead
    if not await dead.replay(id):
        raise not_found("dead letter")
    return Replayed(id=id)
