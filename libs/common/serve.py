"""One process: services mounted below `/api`, health and metrics beside them, started and stopped in order."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from libs.common.health import Check, health_router
from libs.common.logs import configure_logs
from libs.common.problems import SCHEMA, answer_problems
from libs.common.settings import ServiceSettings
from libs.common.telemetry import RequestTelemetry, configure_telemetry

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[Any]]
_OURS: Any = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI's own telemetry would make three more spans per request: `RequestTelemetry` makes the one."""
_SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
]


def service_app(name: str, lifespan: Lifespan) -> FastAPI:
    """A service's application, with what all of them share: problems, telemetry, one OpenAPI form."""
    app = FastAPI(
        title=f"Resonanz {name}",
        version="1",
        lifespan=lifespan,
        docs_url="/docs",
        redoc_url=None,
        servers=[{"url": f"/api/{name}"}],
        root_path_in_servers=False,
        telemetry=_OURS,
    )
    app.state.checks = None
    answer_problems(app)
    app.add_middleware(RequestTelemetry, service=name)
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = SCHEMA
        return document

    app.openapi = openapi  # type: ignore[method-assign]
    return app


def assemble(apps: Mapping[str, FastAPI], settings: ServiceSettings) -> FastAPI:
    """One application out of services, whose lifespans it runs."""
    mounted = {f"/api/{name}/": _Mounted(app) for name, app in apps.items()}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for one in mounted.values():
                one.state = await stack.enter_async_context(one.app.router.lifespan_context(one.app))
            yield

    def checks() -> Mapping[str, Check] | None:
        if any(app.state.checks is None for app in apps.values()):
            return None
        return {
            f"{name}.{what}": check for name, app in apps.items() for what, check in app.state.checks.items()
        }

    whole = FastAPI(lifespan=lifespan, openapi_url=None, telemetry=_OURS)
    whole.add_middleware(_Dispatch, apps=mounted)
    whole.add_middleware(SecurityHeaders)
    if settings.allowed_origins:
        whole.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.allowed_origins),
            allow_methods=["*"],
            allow_headers=["authorization", "content-type", "idempotency-key", "if-match", "prefer"],
            expose_headers=["etag", "location"],
        )
    whole.include_router(health_router(checks))
    return whole


def run(settings: ServiceSettings, apps: Mapping[str, FastAPI], whole: FastAPI | None = None) -> None:
    """Serve until told to stop; then answer what is open, finish the batch in hand, commit, leave."""
    name = "-".join(apps) if len(apps) == 1 else "resonanz"
    configure_logs(name, settings.log_level, human=settings.environment == "dev")
    configure_telemetry(name, settings.otlp_endpoint, settings.trace_ratio)
    uvicorn.run(
        whole or assemble(apps, settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
        ws_max_size=1_000_000,
        ws_ping_interval=None,
        ws_per_message_deflate=False,  # frames are small: it would cost more than it saves
        server_header=False,
        h11_max_incomplete_event_size=64_000,
    )


class _Mounted:
    """A service's application with the state its lifespan has made."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.state: Any = {}


class _Dispatch:
    """Hands a service's requests to it straight, without a walk through the routes of the pages."""

    def __init__(self, app: ASGIApp, apps: Mapping[str, _Mounted]) -> None:
        self._pages = app
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            for prefix, mounted in self._apps.items():
                if scope["path"].startswith(prefix):
                    inner = {
                        **scope,
                        "root_path": scope.get("root_path", "") + prefix[:-1],
                        "state": dict(mounted.state or {}),
                    }
                    await mounted.app(inner, receive, send)
                    return
        await self._pages(scope, receive, send)


class SecurityHeaders:
    """Headers every answer carries."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add them where the answer has none of its own."""

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in _SECURITY_HEADERS if pair[0] not in present),
                ]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
