"""Notify's readers: facts become entries of the feed, entries are kept for those who are away."""

from faststream.kafka import KafkaBroker

from libs.common.kafka import Batch, Bus, Fact, Reader, listen
from libs.common.topics import AGENT_SIGNALS, AGENTS, CONTACTS, CONVERSATIONS, FEED, VISITOR_SIGNALS
from services.notify.domain import entry
from services.notify.repository import Archive

GROUP, ARCHIVE_GROUP = "notify", "notify-archive"
FACTS = (CONVERSATIONS, CONTACTS, AGENTS, VISITOR_SIGNALS, AGENT_SIGNALS)
SOURCES = (*((topic, GROUP) for topic in FACTS), (FEED, ARCHIVE_GROUP))


def read_facts(broker: KafkaBroker, bus: Bus, poll_ms: int) -> Reader:
    """Facts for agents go to their feed; a fact told twice makes the same entry twice."""

    async def on_facts(batch: Batch) -> None:
        facts = []
        for record in batch.records:
            made = entry(record.event)
            if made is not None:
                facts.append(Fact(made, record.position, record.event.id, record.trace))
        await batch.bus.publish_facts(facts)

    return listen(broker, bus, FACTS, GROUP, on_facts, poll_ms=poll_ms)


def read_feed(broker: KafkaBroker, bus: Bus, archive: Archive, poll_ms: int) -> Reader:
    """Entries are kept for agents who come back after a while."""

    async def on_feed(batch: Batch) -> None:
        await archive.keep(batch)

    return listen(broker, bus, [FEED], ARCHIVE_GROUP, on_feed, poll_ms=poll_ms)
