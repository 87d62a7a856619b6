"""Routing put together: the only file that knows all the others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from fastapi import FastAPI

from libs.common import dead
from libs.common.auth import Verifier
from libs.common.commands import Outcomes
from libs.common.dead import DeadLetters
from libs.common.health import checks_of
from libs.common.kafka import Bus, build_broker, open_bus
from libs.common.mongo import open_database
from libs.common.serve import service_app
from services.routing import handlers, routes
from services.routing.repository import Agents, Brands, Conversations, Messages
from services.routing.settings import Settings


class State(TypedDict):
    """What a request finds in `request.state`."""

    verifier: Verifier
    bus: Bus
    outcomes: Outcomes
    conversations: Conversations
    messages: Messages
    brands: Brands
    agents: Agents
    dead: DeadLetters


def create_app(settings: Settings) -> FastAPI:
    """The routing service: its readers run as long as the application does."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        async with (
            open_database(settings.mongo, "routing") as database,
            open_bus(settings.kafka) as bus,
            httpx.AsyncClient(timeout=5) as client,
        ):
            outcomes = Outcomes(database["outcomes"])
            broker = build_broker(settings.kafka)
            poll_ms = settings.kafka.poll_ms
            readers = [
                handlers.read_conversation_inputs(broker, bus, database, outcomes, poll_ms),
                handlers.read_desk(broker, bus, database, poll_ms),
            ]
            async with broker:
                await broker.start()
                app.state.checks = checks_of(database, bus, readers)
                yield State(
                    verifier=Verifier(settings.auth, client),
                    bus=bus,
                    outcomes=outcomes,
                    conversations=Conversations(database),
                    messages=Messages(database),
                    brands=Brands(database),
                    agents=Agents(database),
                    dead=DeadLetters(settings.kafka, bus, handlers.SOURCES),
                )

    app = service_app("routing", lifespan)
    app.include_router(routes.router)
    app.include_router(dead.router)
    return app
