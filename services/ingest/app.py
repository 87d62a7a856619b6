"""Ingest put together: the only file that knows all the others."""

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
from services.ingest import handlers, hook_routes, livechat_routes, routes
from services.ingest.hub import VisitorHub
from services.ingest.livechat_routes import AnyOrigin, Limiter
from services.ingest.outbound import Outbound
from services.ingest.registry import Registry
from services.ingest.repository import Channels, Claims, Sends, Visitors
from services.ingest.sender import Sender
from services.ingest.settings import Settings
from services.ingest.tokens import VisitorTokens
from services.ingest.vault import Vault


class State(TypedDict):
    """What a request finds in `request.state`."""

    verifier: Verifier
    bus: Bus
    channels: Channels
    vault: Vault
    registry: Registry
    visitors: Visitors
    hub: VisitorHub
    tokens: VisitorTokens
    limiter: Limiter
    outbound: Outbound
    public_url: str
    dead: DeadLetters


def create_app(settings: Settings) -> FastAPI:
    """The ingest service: its readers run as long as the application does."""
    vault = Vault(settings.vault_keys)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        async with (
            open_database(settings.mongo, "ingest") as database,
            open_bus(settings.kafka) as bus,
            httpx.AsyncClient(timeout=5) as client,
        ):
            channels, visitors = Channels(database), Visitors(database)
            registry = Registry(channels, vault)
            outbound = Outbound(client, allow_private=settings.allow_private_callbacks)
            sender = Sender(registry, Sends(database), outbound)
            broker, poll_ms = build_broker(settings.kafka), settings.kafka.poll_ms
            readers = []
            if not settings.doors_only:
                readers = [
                    handlers.read_deliveries(broker, bus, registry, Claims(database), poll_ms),
                    handlers.read_orders(broker, bus, sender, poll_ms),
                    handlers.read_livechat(broker, bus, visitors, poll_ms),
                ]
            hub = VisitorHub(settings.kafka)
            async with broker, hub.run():
                await broker.start()
                app.state.checks = checks_of(database, bus, readers)
                yield State(
                    verifier=Verifier(settings.auth, client),
                    bus=bus,
                    channels=channels,
                    vault=vault,
                    registry=registry,
                    visitors=visitors,
                    hub=hub,
                    tokens=VisitorTokens(vault),
                    limiter=Limiter(),
                    outbound=outbound,
                    public_url=settings.public_url,
                    dead=DeadLetters(settings.kafka, bus, handlers.SOURCES),
                )

    app = service_app("ingest", lifespan)
    app.add_middleware(AnyOrigin)
    for router in (hook_routes.router, routes.router, livechat_routes.router, dead.router):
        app.include_router(router)
    return app
