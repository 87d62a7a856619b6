"""The one way to handle a batch: find, decide, save with the facts, publish; then the offset is committed.

`docs/one-way.md` explains it on a page. In short: a document is saved together with the facts it
produced (`pending`) and with how far it has applied each partition (`applied`), fenced by its revision.
Whatever a crash leaves undone is found there by the next reader of the same records and done again,
identically.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Protocol, TypeVar

from libs.common.events import Event, Frozen, Unacceptable
from libs.common.kafka import Batch, Fact, Position, Record
from libs.common.logs import frames

S = TypeVar("S", bound=Frozen)
Published = Mapping[tuple[str, int], int]
"""Per topic and partition: everything below this offset was handled and its facts published."""


class FenceLost(Exception):
    """Another reader has saved one of the documents meanwhile: read them again, publish nothing."""


@dataclass(frozen=True, slots=True)
class Stored(Generic[S]):
    """A document with one writer, as it is kept."""

    id: str
    state: S
    revision: int = 0
    """Rises with every save; a save of an older one fails."""
    applied: Mapping[tuple[str, int], int] = field(default_factory=dict)
    """Per topic and partition: the offset of the newest record this state has taken in."""
    pending: tuple[Fact, ...] = ()
    """Facts of the newest saves that may not have been published yet."""


class Documents(Protocol[S]):
    """Where documents with one writer are kept: `libs.common.mongo.FencedDocuments`."""

    async def find(self, ids: Collection[str], published: Published) -> dict[str, Stored[S]]:
        """The documents of these ids; of their pending facts those not known to be published."""

    async def save(self, changed: Sequence[Stored[S]]) -> None:
        """Save all of them at once, or raise `FenceLost` for those that somebody else has saved."""


Decide = Callable[[S | None, Event], tuple[S | None, Sequence[Event]]]
"""(state, event) → (new state, what it causes). Pure: no clock, no I/O, same answer every time."""
Project = Callable[[Sequence[Fact]], Awaitable[None]]
"""Write messages, outcomes, lists: documents that only mirror facts, named by derived ids."""


@dataclass(slots=True)
class Folded(Generic[S]):
    """What a batch comes to."""

    changed: list[Stored[S]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    dead: list[tuple[Record, Exception]] = field(default_factory=list)


async def apply(
    batch: Batch,
    *,
    documents: Documents[S],
    target: Callable[[Event], str],
    decide: Decide[S],
    project: Project,
    known: Mapping[str, Position],
) -> list[Fact]:
    """Take a batch into its documents, publish what follows.

    Args:
        documents: the fenced documents this reader is the one writer of.
        target: id of the document an event belongs to.
        known: of the batch's event ids those handled before, with the record that first brought
            them: the same record again is a redelivery, another one a repeat.

    Returns:
        The facts that were published.

    Raises:
        FenceLost: this reader no longer owns a document's partition, or read it too early.
    """
    found = await documents.find({target(r.event) for r in batch.records}, batch.published)
    folded = fold(batch.records, found, target, decide, known)
    for record, error in folded.dead:
        await batch.bury(record, str(error), "" if isinstance(error, Unacceptable) else frames(error))
    if folded.changed:
        await documents.save(folded.changed)
    if folded.facts:
        await asyncio.gather(project(folded.facts), batch.bus.publish_facts(folded.facts))
    return folded.facts


def fold(
    records: Sequence[Record],
    found: Mapping[str, Stored[S]],
    target: Callable[[Event], str],
    decide: Decide[S],
    known: Mapping[str, Position],
) -> Folded[S]:
    """Decide a batch, record by record. Pure; however records are cut into batches, facts are the same."""
    folded: Folded[S] = Folded()
    current = dict(found)
    changed: dict[str, None] = {}
    stateless: dict[str, list[tuple[Position, tuple[Fact, ...]]]] = {}
    """What was decided about documents before they began to exist, in this batch."""
    seen = {fact.cause_id: fact.cause for doc in found.values() for fact in doc.pending}
    seen.update(known)
    for stored in found.values():
        folded.facts.extend(stored.pending)
    for record in records:
        event, position = record.event, record.position
        if seen.setdefault(event.id, position) != position:
            continue
        doc_id, partition = target(event), (position.topic, position.partition)
        doc = current.get(doc_id)
        if doc is not None and position.offset <= doc.applied.get(partition, -1):
            continue
        try:
            state, caused = decide(doc.state if doc else None, event)
        except Exception as error:  # noqa: BLE001 - pure code: it would raise for ever; the rest goes on
            folded.dead.append((record, error))
            continue
        facts = tuple(Fact(one, position, event.id, record.trace) for one in caused)
        folded.facts.extend(facts)
        if state is None:
            stateless.setdefault(doc_id, []).append((position, facts))
            continue
        if doc is None:
            doc = Stored(doc_id, state)
            for earlier, its_facts in stateless.get(doc_id, ()):
                doc = _applied(doc, state, earlier, its_facts)
        current[doc_id] = _applied(doc, state, position, facts)
        changed[doc_id] = None
    folded.changed = [current[doc_id] for doc_id in changed]
    return folded


def _applied(doc: Stored[S], state: S, position: Position, facts: tuple[Fact, ...]) -> Stored[S]:
    applied = {**doc.applied, (position.topic, position.partition): position.offset}
    return replace(doc, state=state, applied=applied, pending=doc.pending + facts)
