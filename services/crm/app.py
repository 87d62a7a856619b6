"""Crm put together: the only file that knows all the others."""

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
from services.crm import handlers, routes
from services.crm.repository import Contacts, Identities, Timeline
from services.crm.settings import Settings


class State(TypedDict):
    """What a request finds in `request.state`."""

    verifier: Verifier
    bus: Bus
    outcomes: Outcomes
    contacts: Contacts
    identities: Identities
    timeline: Timeline
    dead: DeadLetters


def create_app(settings: Settings) -> FastAPI:
    """The crm service: its readers run as long as the application does."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        async with (
            open_database(settings.mongo, "crm") as database,
            open_bus(settings.kafka) as bus,
            httpx.AsyncClient(timeout=5) as client,
        ):
            contacts, identities = Contacts(database), Identities(database)
            timeline, outcomes = Timeline(database), Outcomes(database["outcomes"])
            broker, poll_ms = build_broker(settings.kafka), settings.kafka.poll_ms
            readers = [
                handlers.read_social_events(broker, bus, identities, poll_ms),
                handlers.read_conversations(broker, bus, timeline, poll_ms),
                handlers.read_contact_commands(broker, bus, contacts, outcomes, poll_ms),
            ]
            async with broker:
                await broker.start()
                app.state.checks = checks_of(database, bus, readers)
                yield State(
                    verifier=Verifier(settings.auth, client),
                    bus=bus,
                    outcomes=outcomes,
                    contacts=contacts,
                    identities=identities,
                    timeline=timeline,
                    dead=DeadLetters(settings.kafka, bus, handlers.SOURCES),
                )

    app = service_app("crm", lifespan)
    app.include_router(routes.router)
    app.include_router(dead.router)
    return app
