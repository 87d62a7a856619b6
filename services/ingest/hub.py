"""The open live-chat sockets of this process, and what is told to them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from libs.common.events.ingest import VisitorUpdate
from libs.common.events.routing import AgentSignal
from libs.common.kafka import KafkaSettings, tail
from libs.common.logs import frames
from libs.common.topics import AGENT_SIGNALS, VISITOR_UPDATES, Topic

log = structlog.get_logger(__name__)

WAITING_AT_MOST = 300
"""Updates that may wait for one socket; a slower one is closed and comes back with its last line."""


class Listener:
    """One open socket's place to wait."""

    def __init__(self) -> None:
        self.updates: asyncio.Queue[VisitorUpdate | AgentSignal] = asyncio.Queue(WAITING_AT_MOST)
        self.too_slow = asyncio.Event()

    def tell(self, update: VisitorUpdate | AgentSignal) -> None:
        """Put an update where the socket will find it; after one that did not fit, none any more."""
        if self.too_slow.is_set():
            return
        try:
            self.updates.put_nowait(update)
        except asyncio.QueueFull:
            self.too_slow.set()


class VisitorHub:
    """Tails what visitors are to be told and hands it to those who are here."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._listeners: dict[str, set[Listener]] = {}
        self._ready: dict[str, asyncio.Event] = {}

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Tail as long as the service runs."""
        topics = (VISITOR_UPDATES, AGENT_SIGNALS)
        self._ready = {topic.name: asyncio.Event() for topic in topics}
        tasks = [asyncio.create_task(self._tail(topic)) for topic in topics]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    @asynccontextmanager
    async def listening(self, identity_id: str) -> AsyncIterator[Listener]:
        """Be told what a visitor is to be told from now on."""
        for event in self._ready.values():
            await event.wait()
        listener = Listener()
        self._listeners.setdefault(identity_id, set()).add(listener)
        try:
            yield listener
        finally:
            self._listeners[identity_id].discard(listener)
            if not self._listeners[identity_id]:
                del self._listeners[identity_id]

    async def _tail(self, topic: Topic) -> None:
        while True:
            try:
                async for found in tail(self._settings, topic, 0):
                    self._ready[topic.name].set()
                    for record in found.records:
                        self._tell(record.event)
            except Exception as error:  # noqa: BLE001 - the broker is away: come back, sockets resume
                log.warning("tail.failed", topic=topic.name, stack=frames(error))
                self._close_all()
                await asyncio.sleep(1)

    def _tell(self, event: Any) -> None:
        for listener in self._listeners.get(event.identity_id, ()):
            listener.tell(event)

    def _close_all(self) -> None:
        """Something may have been missed: let them all come back with the last line they have."""
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.too_slow.set()
