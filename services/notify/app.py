"""Notify put together: the only file that knows all the others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from fastapi import FastAPI

from libs.common import dead
from libs.common.auth import Verifier
from libs.common.dead import DeadLetters
from libs.common.health import checks_of
from libs.common.kafka import Bus, build_broker, open_bus
from libs.common.mongo import open_database
from libs.common.serve import service_app
from services.notify import handlers, routes
from services.notify.hub import Hub
from services.notify.repository import Archive
from services.notify.settings import Settings


class State(TypedDict):
    """What a request finds in `request.state`."""

    verifier: Verifier
    bus: Bus
    hub: Hub
    dead: DeadLetters


def create_app(settings: Settings) -> FastAPI:
    """The notify service: its readers run as long as the application does."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        async with (
            open_database(settings.mongo, "notify") as database,
            open_bus(settings.kafka) as bus,
            httpx.AsyncClient(timeout=5) as client,
        ):
            archive = Archive(database)
            hub = Hub(settings.kafka, archive)
            broker, poll_ms = build_broker(settings.kafka), settings.kafka.poll_ms
            readers = [
                handlers.read_facts(broker, bus, poll_ms),
                handlers.read_feed(broker, bus, archive, poll_ms),
            ]
            async with broker, hub.run():
                await broker.start()
                app.state.checks = checks_of(database, bus, readers)
                yield State(
                    verifier=Verifier(settings.auth, client),
                    bus=bus,
                    hub=hub,
                    dead=DeadLetters(settings.kafka, bus, handlers.SOURCES),
                )

    app = service_app("notify", lifespan)
    app.include_router(routes.router)
    app.include_router(dead.router)
    return app
