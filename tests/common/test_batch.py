"""The one way of a batch: crash it anywhere, redeliver, cut batches differently; the result is the same."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.batch import FenceLost, Published, Stored, apply, fold
from libs.common.events import Event, Unacceptable
from libs.common.events.ingest import SocialEvent
from libs.common.events.routing import ConversationFact
from libs.common.kafka import Batch, Fact, Position, Record
from libs.common.topics import ROUTING_COMMANDS, SOCIAL_EVENTS
from services.routing.domain import conversation
from services.routing.domain.story import Conversation
from tests.examples import brand_of, claim, message, reply

decide = partial(conversation.decide, brand_of=brand_of)


class Died(Exception):
    """The process was killed here."""


class World:
    """Log, database and topic of one reader, which may die before or after each of its steps."""

    def __init__(self, records: Sequence[Record], deaths: Collection[int] = ()) -> None:
        self.records = list(records)
        self.docs: dict[str, Stored[Conversation]] = {}
        self.mirror: dict[str, Position] = {}
        self.published: list[Fact] = []
        self.dead: list[Position] = []
        self.committed: dict[tuple[str, int], int] = {}
        self._deaths = set(deaths)
        self._step = 0

    def step(self) -> None:
        self._step += 1
        if self._step in self._deaths:
            raise Died

    async def find(self, ids: Collection[str], published: Published) -> dict[str, Stored[Conversation]]:
        self.step()
        return {
            id: replace(
                doc,
                pending=tuple(
                    f
                    for f in doc.pending
                    if f.cause.offset >= published.get((f.cause.topic, f.cause.partition), 0)
                ),
            )
            for id, doc in self.docs.items()
            if id in ids
        }

    async def save(self, changed: Sequence[Stored[Conversation]]) -> None:
        self.step()
        for doc in changed:
            held = self.docs.get(doc.id)
            if (held.revision if held else 0) != doc.revision:
                raise FenceLost
            self.docs[doc.id] = replace(doc, revision=doc.revision + 1)
        self.step()

    async def project(self, facts: Sequence[Fact]) -> None:
        self.step()
        for fact in facts:
            self.mirror.setdefault(fact.cause_id, fact.cause)

    async def publish_facts(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            self.step()
            self.published.append(fact)

    async def bury(self, record: Any, group: str, reason: str, stack: str = "") -> None:
        self.step()
        self.dead.append(record)

    def batches(self, sizes: Sequence[int]) -> list[list[Record]]:
        """What is not committed, cut into batches of these sizes (over and over)."""
        waiting = [
            r
            for r in self.records
            if r.position.offset >= self.committed.get((r.position.topic, r.position.partition), 0)
        ]
        cut, at = [], 0
        while waiting:
            size = sizes[at % len(sizes)]
            cut.append(waiting[:size])
            waiting, at = waiting[size:], at + 1
        return cut

    async def run(self, sizes: Sequence[int]) -> None:
        """One life of a process: until all is committed, or it dies."""
        published: dict[tuple[str, int], int] = dict(self.committed)
        for records in self.batches(sizes):
            known = {r.event.id: self.mirror[r.event.id] for r in records if r.event.id in self.mirror}
            raw = {r.position: r.position for r in records}
            batch = Batch(records, published, self, "routing", raw)  # type: ignore[arg-type]
            await apply(
                batch,
                documents=self,
                target=conversation.target,
                decide=decide,
                project=self.project,
                known=known,
            )
            self.step()
            for record in records:
                at = (record.position.topic, record.position.partition)
                published[at] = self.committed[at] = max(
                    self.committed.get(at, 0), record.position.offset + 1
                )

    def live(self, sizes: Sequence[int]) -> None:
        """As many lives as it takes."""
        while True:
            try:
                asyncio.run(self.run(sizes))
            except Died:
                continue
            return


def logged(events: Sequence[Event]) -> list[Record]:
    """Events as they stand in the log: each topic with its own offsets."""
    offsets = {SOCIAL_EVENTS.name: 0, ROUTING_COMMANDS.name: 0}
    records = []
    for event in events:
        topic = SOCIAL_EVENTS.name if isinstance(event, SocialEvent) else ROUTING_COMMANDS.name
        records.append(Record(event, Position(topic, 3, offsets[topic])))
        offsets[topic] += 1
    return records


def told(world: World) -> list[tuple[str, str]]:
    """Facts as a reader counts them: each id once, in the order of first sight."""
    return list(dict.fromkeys((fact.event.id, fact.event.type) for fact in world.published))


authors = st.sampled_from(["anna", "ben"])
inputs = st.one_of(
    st.builds(message, authors, st.integers(0, 30)),
    st.builds(claim, authors, st.integers(0, 10)),
    st.builds(reply, authors, st.integers(0, 10)),
)
histories = st.lists(inputs, max_size=12)
cuts = st.lists(st.integers(1, 5), min_size=1, max_size=4)


@given(histories, cuts, st.sets(st.integers(1, 120), max_size=12))
def test_dying_anywhere_changes_neither_state_nor_facts(
    events: list[Event], sizes: list[int], deaths: set[int]
) -> None:
    calm, troubled = World(logged(events)), World(logged(events), deaths)
    calm.live([500])
    troubled.live(sizes)
    assert set(told(troubled)) == set(told(calm))
    assert {id: doc.state for id, doc in troubled.docs.items()} == {
        id: doc.state for id, doc in calm.docs.items()
    }
    assert set(troubled.mirror) == set(calm.mirror)


@given(histories, cuts, st.sets(st.integers(1, 120), max_size=12))
def test_facts_of_a_conversation_have_no_gaps_and_come_in_order(
    events: list[Event], sizes: list[int], deaths: set[int]
) -> None:
    world = World(logged(events), deaths)
    world.live(sizes)
    first_seen: dict[str, dict[int, None]] = {}
    for fact in world.published:
        if isinstance(fact.event, ConversationFact):
            first_seen.setdefault(fact.event.conversation_id, {}).setdefault(fact.event.version)
    for versions in first_seen.values():
        assert list(versions) == list(range(1, len(versions) + 1))


@given(histories, st.integers(0, 11))
def test_a_record_that_comes_again_at_another_offset_is_a_repeat(events: list[Event], which: int) -> None:
    if not events:
        return
    again = [*events, events[which % len(events)]]
    once, twice = World(logged(events)), World(logged(again))
    once.live([3])
    twice.live([3])
    assert told(twice) == told(once)


@given(histories)
def test_a_reader_that_has_lost_its_partition_publishes_nothing(events: list[Event]) -> None:
    records = logged(events)
    world = World(records)
    zombie = dict(asyncio.run(world.find([], {})).items())
    world.live([500])
    before = len(world.published)
    late = fold(records, zombie, conversation.target, decide, {})
    if late.changed:
        with pytest.raises(FenceLost):
            asyncio.run(world.save(late.changed))
    assert len(world.published) == before


def test_a_planted_bug_is_caught_publishing_before_saving() -> None:
    """The checker itself: if facts went out before the save, a death between would tell of what never was."""

    class Careless(World):
        async def save(self, changed: Sequence[Stored[Conversation]]) -> None:
            await self.publish_facts([fact for doc in changed for fact in doc.pending])
            self.step()
            for doc in changed:  # no fence, pending forgotten
                self.docs[doc.id] = replace(doc, revision=doc.revision + 1, pending=(), applied={})

    events = [message("anna", 1), message("anna", 2)]
    seen = set()
    for death in range(1, 12):
        world = Careless(logged(events), [death])
        world.live([1])
        seen.add(len(told(world)))
    assert len(seen) > 1


def test_what_can_never_be_decided_is_put_aside_and_the_rest_goes_on() -> None:
    def picky(state: Conversation | None, event: Event) -> tuple[Conversation | None, Sequence[Event]]:
        if event.id == bad.id:
            raise Unacceptable("not this one")
        return decide(state, event)

    bad = message("anna", 2)
    records = logged([message("anna", 1), bad, message("anna", 3)])
    folded = fold(records, {}, conversation.target, picky, {})
    assert [(record.event.id, str(error)) for record, error in folded.dead] == [(bad.id, "not this one")]
    [doc] = folded.changed
    assert doc.state.view.messages == 2


def test_a_bug_of_ours_in_one_record_is_put_aside_too() -> None:
    def broken(state: Conversation | None, event: Event) -> tuple[Conversation | None, Sequence[Event]]:
        raise KeyError(event.id)

    folded = fold(logged([message("anna", 1)]), {}, conversation.target, broken, {})
    assert len(folded.dead) == 1
    assert folded.changed == []
