"""Routing's readers: everything about conversations in one, the desk in another."""

import asyncio
from collections.abc import Sequence
from functools import partial

from faststream.kafka import KafkaBroker

from libs.common.batch import apply
from libs.common.commands import Outcomes
from libs.common.events.ingest import SocialEvent
from libs.common.events.routing import ConversationCommand
from libs.common.kafka import Batch, Bus, Fact, Reader, listen
from libs.common.mongo import Database
from libs.common.topics import DESK, RECEIPTS, ROUTING_COMMANDS, SOCIAL_EVENTS
from services.routing.domain import conversation, desk
from services.routing.domain.rules import BrandSettings
from services.routing.repository import Brands, Conversations, Desks, Messages

GROUP = "routing"
DESK_GROUP = "routing-desk"
SOURCES = ((SOCIAL_EVENTS, GROUP), (ROUTING_COMMANDS, GROUP), (RECEIPTS, GROUP), (DESK, DESK_GROUP))


def read_conversation_inputs(
    broker: KafkaBroker, bus: Bus, database: Database, outcomes: Outcomes, poll_ms: int
) -> Reader:
    """What people say, what agents want and what became of answers: one order per person."""
    conversations, messages, brands = Conversations(database), Messages(database), Brands(database)

    async def on_conversation_inputs(batch: Batch) -> None:
        events = [record.event for record in batch.records]
        social = [event for event in events if isinstance(event, SocialEvent)]
        commands = [event.id for event in events if isinstance(event, ConversationCommand)]
        settings, brought, done = await asyncio.gather(
            brands.find({(event.tenant, event.brand_id) for event in social}),
            messages.known(social),
            outcomes.positions(commands),
        )

        def brand_of(tenant: str, brand: str) -> BrandSettings:
            return settings.get((tenant, brand)) or BrandSettings(tenant=tenant, brand_id=brand, name=brand)

        await apply(
            batch,
            documents=conversations.fenced,
            target=conversation.target,
            decide=partial(conversation.decide, brand_of=brand_of),
            project=partial(_project, messages, outcomes),
            known=brought | done,
        )

    return listen(
        broker,
        bus,
        [SOCIAL_EVENTS, ROUTING_COMMANDS, RECEIPTS],
        GROUP,
        on_conversation_inputs,
        poll_ms=poll_ms,
    )


def read_desk(broker: KafkaBroker, bus: Bus, database: Database, poll_ms: int) -> Reader:
    """Who is present and what waits: one order per tenant, one decision at a time."""

    async def on_desk(batch: Batch) -> None:
        desks = Desks(database, [record.event for record in batch.records])
        await apply(
            batch, documents=desks, target=desk.target, decide=desk.decide, project=_nothing, known={}
        )

    return listen(broker, bus, [DESK], DESK_GROUP, on_desk, poll_ms=poll_ms)


async def _project(messages: Messages, outcomes: Outcomes, facts: Sequence[Fact]) -> None:
    await asyncio.gather(messages.mirror(facts), outcomes.record(facts))


async def _nothing(_: Sequence[Fact]) -> None:
    """The desk's parts are saved with it."""
