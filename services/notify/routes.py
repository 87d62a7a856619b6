"""The feed over WebSocket, server-sent events and plain HTTP."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

from libs.common.auth import BadToken, Caller, CurrentCaller, Verifier
from libs.common.events import Frozen
from libs.common.problems import RESPONSES
from services.notify.hub import Connection, Hub, Told

router = APIRouter(prefix="/v1", responses={code: RESPONSES[code] for code in (401, 422)})
After = Annotated[int | None, Query(ge=-1, le=2**53, description="Last number you have seen.")]

_HELLO_SECONDS = 5.0
_PING_SECONDS = 20.0
_POLLED_AT_MOST = 1_000


class Numbered(Frozen):
    """An entry with its number."""

    number: int
    entry: dict[str, Any]


class FeedPage(Frozen):
    """What was missed; `reset` means that lists must be loaded anew, then go on from `number`."""

    items: list[Numbered]
    number: int
    reset: bool = False


@router.get("/feed")
async def get_feed(
    request: Request,
    caller: CurrentCaller,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=_POLLED_AT_MOST)] = 200,
) -> FeedPage:
    """Entries behind `after`, for scripts; without it only the newest number."""
    hub: Hub = request.state.hub
    async with hub.connected(caller.tenant, caller.sees) as connection:
        newest = hub.newest(caller.tenant)
        missed = await hub.missed(connection, after) if after is not None else []
    if missed is None:
        return FeedPage(items=[], number=newest, reset=True)
    items = [Numbered(number=one.number, entry=one.entry) for one in missed[:limit]]
    return FeedPage(items=items, number=items[-1].number if len(missed) > limit else newest)


@router.get("/feed/stream", response_class=StreamingResponse)
async def stream_feed(
    request: Request,
    caller: CurrentCaller,
    after: After = None,
    last_event_id: Annotated[str | None, Header(pattern=r"^-?\d{1,16}$")] = None,
) -> StreamingResponse:
    """The feed as server-sent events; `Last-Event-ID` resumes it."""
    seen = int(last_event_id) if last_event_id is not None else after
    return StreamingResponse(
        _events(request.state.hub, caller, seen),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(hub: Hub, caller: Caller, after: int | None) -> AsyncIterator[str]:
    async with hub.connected(caller.tenant, caller.sees) as connection:
        last = hub.newest(caller.tenant) if after is None else after
        missed = await hub.missed(connection, last)
        if missed is None:
            last = hub.newest(caller.tenant)
            yield f"id: {last}\nevent: reset\ndata: {{}}\n\n"
        for one in missed or []:
            last = one.number
            yield _event(one)
        while not connection.too_slow.is_set() and time.time() < caller.expires_at:
            try:
                async with asyncio.timeout(_PING_SECONDS):
                    one = await connection.waiting.get()
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if one.number > last:
                last = one.number
                yield _event(one)


def _event(one: Told) -> str:
    number = "" if one.ephemeral else f"id: {one.number}\n"
    return f"{number}event: entry\ndata: {json.dumps(one.entry)}\n\n"


@router.websocket("/feed")
async def open_feed(socket: WebSocket) -> None:
    """The feed as a WebSocket: say hello with a token, then listen."""
    await socket.accept()
    try:
        async with asyncio.timeout(_HELLO_SECONDS):
            hello = await _frame(socket)
        verifier: Verifier = socket.state.verifier
        caller = await verifier.verify(str(hello.get("token", "")))
    except TimeoutError:
        await _close(socket, 4408, "no hello")
        return
    except WebSocketDisconnect:
        return
    except Exception as error:  # noqa: BLE001 - also when the identity provider does not answer
        await _close(socket, 4401 if isinstance(error, BadToken) else 1013, "sign in again")
        return
    after = hello.get("after")
    if after is not None and (not isinstance(after, int) or isinstance(after, bool)):
        await _close(socket, 4400, "after is a number")
        return
    hub: Hub = socket.state.hub
    async with hub.connected(caller.tenant, caller.sees) as connection:
        await _serve(socket, hub, connection, caller, after)


async def _serve(
    socket: WebSocket, hub: Hub, connection: Connection, caller: Caller, after: int | None
) -> None:
    telling = asyncio.create_task(_tell(socket, hub, connection, after))
    hearing = asyncio.create_task(_hear(socket))
    slow = asyncio.create_task(connection.too_slow.wait())
    remaining = max(caller.expires_at - time.time(), 0)
    done, open_ = await asyncio.wait(
        {telling, hearing, slow}, timeout=remaining, return_when=asyncio.FIRST_COMPLETED
    )
    for task in open_:
        task.cancel()
    await asyncio.gather(*open_, *done, return_exceptions=True)
    if not done:
        await _close(socket, 4401, "the token has expired")
    elif slow in done:
        await _close(socket, 4429, "come back with the last number you saw")
    else:
        await _close(socket, 1000, "bye")


async def _tell(socket: WebSocket, hub: Hub, connection: Connection, after: int | None) -> None:
    newest = hub.newest(connection.tenant)
    await socket.send_json({"type": "welcome", "number": newest if after is None else after})
    last = newest if after is None else after
    missed = await hub.missed(connection, last)
    if missed is None:
        last = hub.newest(connection.tenant)
        await socket.send_json({"type": "reset", "number": last})
    for one in missed or []:
        last = one.number
        await socket.send_text(one.frame)
    while True:
        try:
            # Not wait_for: in Python 3.11 it may swallow the cancellation that closes a slow connection.
            async with asyncio.timeout(_PING_SECONDS):
                one = await connection.waiting.get()
        except TimeoutError:
            await socket.send_json({"type": "ping"})
            continue
        if one.number > last:
            last = one.number
            await socket.send_text(one.frame)


async def _hear(socket: WebSocket) -> None:
    """Agents have nothing to say here, but we must notice when they leave."""
    while True:
        await _frame(socket)


async def _frame(socket: WebSocket) -> dict[str, Any]:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    try:
        frame = json.loads(message.get("text") or "{}")
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    try:
        await socket.close(code, reason)
    except (RuntimeError, WebSocketDisconnect):
        return
