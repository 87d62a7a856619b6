"""Crm's readers: who speaks, what happened with them, what people write down about them."""

from collections.abc import Sequence

from faststream.kafka import KafkaBroker

from libs.common.batch import apply
from libs.common.commands import Outcomes
from libs.common.events.routing import ConversationFact
from libs.common.kafka import Batch, Bus, Fact, Reader, listen
from libs.common.topics import CONVERSATIONS, CRM_COMMANDS, SOCIAL_EVENTS
from services.crm import domain
from services.crm.repository import Contacts, Identities, Timeline

IDENTITIES_GROUP, TIMELINE_GROUP, CONTACTS_GROUP = "crm-identities", "crm-timeline", "crm-contacts"
SOURCES = ((SOCIAL_EVENTS, IDENTITIES_GROUP), (CONVERSATIONS, TIMELINE_GROUP), (CRM_COMMANDS, CONTACTS_GROUP))


def read_social_events(broker: KafkaBroker, bus: Bus, identities: Identities, poll_ms: int) -> Reader:
    """Who speaks: one order per person."""

    async def on_social_events(batch: Batch) -> None:
        await apply(
            batch,
            documents=identities.fenced,
            target=domain.identity_of,
            decide=domain.remember,
            project=_nothing,
            known={},
        )

    return listen(broker, bus, [SOCIAL_EVENTS], IDENTITIES_GROUP, on_social_events, poll_ms=poll_ms)


def read_conversations(broker: KafkaBroker, bus: Bus, timeline: Timeline, poll_ms: int) -> Reader:
    """What happened: mirrored, nothing to decide."""

    async def on_conversations(batch: Batch) -> None:
        await timeline.mirror([r.event for r in batch.records if isinstance(r.event, ConversationFact)])

    return listen(broker, bus, [CONVERSATIONS], TIMELINE_GROUP, on_conversations, poll_ms=poll_ms)


def read_contact_commands(
    broker: KafkaBroker, bus: Bus, contacts: Contacts, outcomes: Outcomes, poll_ms: int
) -> Reader:
    """What is written down about contacts: one order per brand."""

    async def on_contact_commands(batch: Batch) -> None:
        known = await outcomes.positions([record.event.id for record in batch.records])
        await apply(
            batch,
            documents=contacts.fenced,
            target=domain.contact_of,
            decide=domain.edit,
            project=outcomes.record,
            known=known,
        )

    return listen(broker, bus, [CRM_COMMANDS], CONTACTS_GROUP, on_contact_commands, poll_ms=poll_ms)


async def _nothing(_: Sequence[Fact]) -> None:
    """Identities have no mirrors here."""
