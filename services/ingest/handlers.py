"""Ingest's readers: deliveries become events, orders are sent, live-chat lines find their place."""

from collections.abc import Sequence
from dataclasses import replace

from faststream.kafka import KafkaBroker

from libs.common.batch import apply
from libs.common.events import Unacceptable
from libs.common.events.ingest import Delivery, SocialEvent
from libs.common.events.routing import SendMessage, ShowRead
from libs.common.kafka import Batch, Bus, Fact, Position, Reader, Record, listen
from libs.common.logs import frames
from libs.common.topics import DELIVERIES, INGEST_COMMANDS, SOCIAL_EVENTS
from services.ingest import domain
from services.ingest.channels import Channel, RawRequest
from services.ingest.registry import KINDS, Registry
from services.ingest.repository import Claims, Visitors
from services.ingest.sender import Sender

NORMALISER, SENDER, LIVECHAT = "ingest-normaliser", "ingest-sender", "ingest-livechat"
SOURCES = (
    (DELIVERIES, NORMALISER),
    (INGEST_COMMANDS, SENDER),
    (SOCIAL_EVENTS, LIVECHAT),
    (INGEST_COMMANDS, LIVECHAT),
)


def read_deliveries(
    broker: KafkaBroker, bus: Bus, registry: Registry, claims: Claims, poll_ms: int
) -> Reader:
    """What networks handed us becomes canonical events; what came before is dropped."""

    async def on_deliveries(batch: Batch) -> None:
        deliveries = [record.event for record in batch.records if isinstance(record.event, Delivery)]
        channels = await registry.find({delivery.channel_id for delivery in deliveries})
        found: list[Fact] = []
        for record in batch.records:
            delivery = record.event
            assert isinstance(delivery, Delivery)
            if delivery.channel_id not in channels:
                await batch.bury(record, "the channel does not exist any more")
                continue
            try:
                found += _normalise(record, delivery, channels[delivery.channel_id].channel)
            except Exception as error:  # noqa: BLE001 - pure code: it would raise for ever; the rest goes on
                known = isinstance(error, Unacceptable)
                await batch.bury(record, str(error) if known else "our fault", "" if known else frames(error))
        await batch.bus.publish_facts(await _unrepeated(found, claims))

    return listen(broker, bus, [DELIVERIES], NORMALISER, on_deliveries, poll_ms=poll_ms)


def _normalise(record: Record, delivery: Delivery, channel: Channel) -> list[Fact]:
    kind = KINDS[delivery.network]
    request = RawRequest(delivery.headers, delivery.body)
    facts: list[Fact] = []
    for item in kind.split(request, delivery.at):
        events = kind.normalise(replace(item, ref=str(record.position)), channel)
        facts += [Fact(event, record.position, delivery.id, record.trace) for event in events]
    return facts


async def _unrepeated(found: Sequence[Fact], claims: Claims) -> list[Fact]:
    """Those events whose claim is held by the delivery that brought them here."""
    first: dict[str, Position] = {}
    for fact in found:
        first.setdefault(fact.event.id, fact.cause)
    held = await claims.claim(first)
    return [fact for fact in found if fact.event.id in held and first[fact.event.id] == fact.cause]


def read_orders(broker: KafkaBroker, bus: Bus, sender: Sender, poll_ms: int) -> Reader:
    """Orders to other systems; live chat has its own reader."""

    async def on_orders(batch: Batch) -> None:
        records = {
            record.event.message_id: record
            for record in batch.records
            if isinstance(record.event, SendMessage) and record.event.network != domain.LIVECHAT
        }
        if not records:
            return
        orders = [record.event for record in records.values() if isinstance(record.event, SendMessage)]
        receipts = await sender.send(orders)
        await batch.bus.publish_facts(
            Fact(receipt, records[receipt.message_id].position, receipt.id, records[receipt.message_id].trace)
            for receipt in receipts
        )

    return listen(broker, bus, [INGEST_COMMANDS], SENDER, on_orders, poll_ms=poll_ms, max_records=200)


def read_livechat(broker: KafkaBroker, bus: Bus, visitors: Visitors, poll_ms: int) -> Reader:
    """Visitors' lines and agents' answers: one sequence per visitor."""

    async def on_livechat(batch: Batch) -> None:
        events = (SocialEvent, SendMessage, ShowRead)
        ours = [
            r for r in batch.records if isinstance(r.event, events) and r.event.network == domain.LIVECHAT
        ]
        if not ours:
            return
        known = await visitors.known(record.event.id for record in ours)
        await apply(
            replace(batch, records=ours),
            documents=visitors.fenced,
            target=domain.target,
            decide=domain.decide,
            project=visitors.mirror,
            known=known,
        )

    return listen(
        broker,
        bus,
        [SOCIAL_EVENTS, INGEST_COMMANDS],
        LIVECHAT,
        on_livechat,
        poll_ms=poll_ms,
        marker=b'"livechat"',
    )
