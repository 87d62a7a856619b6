"""Health for orchestrators: /live (restart me), /ready (send me work), /startup; /metrics beside them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from libs.common.kafka import Bus, Reader

Check = Callable[[], Awaitable[None]]
_PATIENCE_SECONDS = 2.0


def checks_of(database: Any, bus: Bus, readers: Sequence[Reader]) -> dict[str, Check]:
    """What must work for a service to be ready: its engines answer, no reader is failing."""

    async def mongo() -> None:
        await database.command("ping")

    async def kafka() -> None:
        await bus.ping()

    async def consuming() -> None:
        failing = [reader.group for reader in readers if not reader.works]
        if failing:
            raise RuntimeError(f"batches fail or hang in {', '.join(failing)}")

    return {"mongodb": mongo, "kafka": kafka, "readers": consuming}


def health_router(checks: Callable[[], Mapping[str, Check] | None]) -> APIRouter:
    """The health routes of a process.

    Args:
        checks: gives the checks, by name, or none while the process is still starting.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/startup")
    async def startup() -> JSONResponse:
        started = checks() is not None
        return JSONResponse({"status": "started" if started else "starting"}, 200 if started else 503)

    @router.get("/ready")
    async def ready() -> JSONResponse:
        named = checks()
        if named is None:
            return JSONResponse({"status": "starting"}, 503)
        results = await asyncio.gather(*(_ask(check) for check in named.values()))
        report = dict(zip(named, results, strict=True))
        ok = all(result == "ok" for result in results)
        return JSONResponse({"status": "ready" if ok else "not ready", "checks": report}, 200 if ok else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


async def _ask(check: Check) -> str:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await check()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is wrong
        return (
            f"{type(error).__name__}: {error}"[:200]
            if isinstance(error, RuntimeError)
            else type(error).__name__
        )
    return "ok"
