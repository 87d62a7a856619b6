"""Answers on their way to networks: claimed before, sent, confirmed after; order per person kept."""

import asyncio
from collections.abc import Sequence
from itertools import groupby
from time import monotonic
from types import ModuleType

from libs.common.events import Unacceptable, now
from libs.common.events.ingest import Receipt, ReceiptState
from libs.common.events.routing import SendMessage
from services.ingest.outbound import Outbound, Rejected, Unreachable
from services.ingest.registry import KINDS, Connected, Registry
from services.ingest.repository import Sends

AT_ONCE = 50
"""People answered at the same time by one instance."""
PAUSE_SECONDS = 30.0
"""How long a channel whose callback was unreachable is not tried: others must not wait for it."""
_KNOWN: dict[str, ReceiptState] = {"sent": "sent", "failed": "failed", "unclear": "unclear"}


class Sender:
    """Sends orders and says what became of them."""

    def __init__(self, registry: Registry, sends: Sends, outbound: Outbound) -> None:
        self._registry = registry
        self._sends = sends
        self._outbound = outbound
        self._paused: dict[str, float] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def send(self, orders: Sequence[SendMessage]) -> list[Receipt]:
        """Send a batch; what was sent before a crash is not sent again unless the receiver can tell."""
        channels = await self._registry.find({order.channel_id for order in orders})
        known = await self._sends.claim({order.message_id for order in orders})
        by_person = groupby(
            sorted(orders, key=lambda order: order.identity_id), lambda order: order.identity_id
        )
        groups = [list(group) for _, group in by_person]
        done = await asyncio.gather(*(self._send_in_order(group, channels, known) for group in groups))
        receipts = [receipt for group in done for receipt in group]
        await self._sends.confirm({receipt.message_id: receipt.state for receipt in receipts})
        return receipts

    async def _send_in_order(
        self, orders: Sequence[SendMessage], channels: dict[str, Connected], known: dict[str, str]
    ) -> list[Receipt]:
        async with self._places:
            return [
                await self._send_one(order, channels.get(order.channel_id), known.get(order.message_id))
                for order in orders
            ]

    async def _send_one(self, order: SendMessage, connected: Connected | None, before: str | None) -> Receipt:
        if before in _KNOWN:
            return Receipt.of(order, _KNOWN[before], order.at)
        if connected is None or connected.channel.status != "active":
            return _failed(order, "The channel is not connected any more.")
        kind: ModuleType = KINDS[order.network]
        if before == "claimed" and not kind.MANIFEST.resend_is_safe:
            return Receipt.of(order, "unclear", now(), failure="It may have been sent: look at the network.")
        if self._paused.get(order.channel_id, 0.0) > monotonic():
            return _failed(order, "The channel's callback does not answer. Send again in a minute.")
        try:
            await self._outbound.post(kind.request_for(order, connected.channel, connected.secrets, now()))
        except Unreachable as error:
            self._paused[order.channel_id] = monotonic() + PAUSE_SECONDS
            return _failed(order, f"{error} Send again in a minute.")
        except (Rejected, Unacceptable) as error:
            return _failed(order, str(error))
        return Receipt.of(order, "sent", now())


def _failed(order: SendMessage, reason: str) -> Receipt:
    return Receipt.of(order, "failed", now(), failure=reason)
