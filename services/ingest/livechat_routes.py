"""The live chat's door for visitors: a WebSocket, and REST for networks that let none through."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator
from typing import Annotated, Any

from aiokafka.errors import KafkaError
from email_validator import EmailNotValidError, validate_email
from fastapi import APIRouter, Header, Path, Query, Request, Response, WebSocket, WebSocketDisconnect
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import Field, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from libs.common.events import Frozen, derive_id, now
from libs.common.events.ingest import Delivery, Line, Receipt, ReceiptState, VisitorSignal
from libs.common.events.routing import AgentSignal, conversation_id
from libs.common.kafka import Bus
from libs.common.problems import RESPONSES, Problem
from services.ingest.channels import Channel
from services.ingest.channels.livechat import MAX_LENGTH, LivechatSettings, VisitorMessage, visitor_identity
from services.ingest.domain import LIVECHAT, Visitor
from services.ingest.hub import Listener, VisitorHub
from services.ingest.registry import Connected, Registry
from services.ingest.repository import Visitors
from services.ingest.tokens import VisitorTokens

router = APIRouter(
    prefix="/v1/livechat/{channel_id}",
    tags=["live chat"],
    responses={code: RESPONSES[code] for code in (401, 403, 404, 422, 429)},
)
ChannelId = Annotated[str, Path(max_length=100)]

_HELLO_SECONDS = 10.0
_SILENCE_SECONDS = 90.0
_NEW_VISITORS = RateLimitItemPerMinute(60)
_LINES = RateLimitItemPerMinute(60)
_SIGNALS = RateLimitItemPerMinute(240)


class AnyOrigin:
    """Lets pages of other origins read the live chat's answers, refusals too.

    No cookie is looked at here and which pages may embed a channel is checked by each route, so the
    header gives nobody anything; without it a widget could not tell a refusal from a broken line.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header to what a page has asked from another origin."""
        origin = dict(scope["headers"]).get(b"origin") if scope["type"] == "http" else None
        if origin is None or "/v1/livechat/" not in scope["path"]:
            await self._app(scope, receive, send)
            return

        async def readable(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await self._app(scope, receive, readable)


class Limiter:
    """How much one address or visitor may ask of us, in this process."""

    def __init__(self) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    async def check(self, limit: RateLimitItemPerMinute, *whose: str) -> None:
        """Count one, or 429.

        Raises:
            Problem: too many in the last minute.
        """
        if not await self._windows.hit(limit, *whose):
            raise Problem(
                429,
                "too-many",
                "Too many requests",
                "Wait a minute, then go on.",
                headers={"Retry-After": "60"},
            )


class VisitorToken(Frozen):
    """Keep it: it is how you are known again."""

    token: str
    visitor_id: str


class LineIn(Frozen):
    """A line of the visitor; sent again with the same `client_id` it is still one line."""

    client_id: str = Field(min_length=8, max_length=100)
    text: str = Field(min_length=1, max_length=MAX_LENGTH, pattern=r"\S")
    email: str | None = Field(default=None, max_length=320)


class Accepted(Frozen):
    """The line is ours now."""

    client_id: str


class LinesOut(Frozen):
    """Lines behind the asked one."""

    lines: list[Line]
    open: bool
    read_seq: int


class Signals(Frozen):
    """What the visitor's browser tells besides lines."""

    typing: bool | None = None
    ack: int | None = Field(default=None, ge=0, le=2**53)
    seen: int | None = Field(default=None, ge=0, le=2**53)


class WidgetConfig(Frozen):
    """What the widget shows before anybody writes."""

    title: str
    color: str
    greeting: dict[str, str]
    offline: dict[str, str]
    open: bool


class Chat:
    """One visitor of one channel, as a request or socket has proven."""

    def __init__(self, state: Any, channel: Channel, visitor_id: str) -> None:
        self.channel = channel
        self.visitor_id = visitor_id
        self.identity = visitor_identity(channel, visitor_id)
        self.conversation = conversation_id(self.identity, visitor_id)
        self.hub: VisitorHub = state.hub
        self.visitors: Visitors = state.visitors
        self._bus: Bus = state.bus
        self._limiter: Limiter = state.limiter

    @property
    def open(self) -> bool:
        """Whether somebody is there now."""
        return _settings(self.channel).hours.is_open(now())

    async def say(self, line: LineIn) -> None:
        """Take a line; when this returns Kafka has it.

        Raises:
            Problem: too many lines, a wrong e-mail address, or Kafka does not answer.
        """
        await self._limiter.check(_LINES, "lines", self.identity)
        said = VisitorMessage(
            visitor_id=self.visitor_id,
            client_id=line.client_id,
            text=line.text,
            email=_email(line.email),
            at=now(),
        )
        delivery = Delivery.model_construct(
            id=derive_id("delivery", self.channel.id, self.visitor_id, line.client_id),
            type="delivery.received",
            tenant=self.channel.tenant,
            at=said.at,
            brand_id=self.channel.brand_id,
            channel_id=self.channel.id,
            network=LIVECHAT,
            headers={"webhook-id": line.client_id},
            body=said.model_dump_json().encode(),
        )
        await self._publish(delivery)

    async def signal(self, signals: Signals) -> None:
        """Pass on typing, and what was shown and seen."""
        await self._limiter.check(_SIGNALS, "signals", self.identity)
        if signals.typing is not None:
            at = now()
            await self._publish(
                VisitorSignal(
                    id=derive_id("typing", self.identity, at.isoformat()),
                    tenant=self.channel.tenant,
                    at=at,
                    brand_id=self.channel.brand_id,
                    channel_id=self.channel.id,
                    identity_id=self.identity,
                    conversation_id=self.conversation,
                    typing=signals.typing,
                )
            )
        for state, seq in (("delivered", signals.ack), ("read", signals.seen)):
            if seq:
                await self._confirm(state, seq)  # type: ignore[arg-type]

    async def _confirm(self, state: ReceiptState, seq: int) -> None:
        lines = await self.visitors.history(self.identity, max(seq - 20, 0), 20)
        for line in lines:
            if line.direction == "outgoing" and line.seq <= seq and line.conversation_id:
                target = _Target(self.channel.tenant, self.identity, line.conversation_id, line.id)
                await self._publish(Receipt.of(target, state, now()))

    async def _publish(self, event: Any) -> None:
        try:
            await self._bus.publish([event])
        except KafkaError:
            raise Problem(503, "not-accepted", "Not accepted", "Send the same again in a moment.") from None


class _Target:
    def __init__(self, tenant: str, identity_id: str, conversation_id: str, message_id: str) -> None:
        self.tenant, self.identity_id = tenant, identity_id
        self.conversation_id, self.message_id = conversation_id, message_id


# -- REST --------------------------------------------------------------------------------------


@router.get("/config")
async def get_config(request: Request, channel_id: ChannelId) -> WidgetConfig:
    """How the widget looks, and whether somebody is there."""
    connected = await _connected(request.state, channel_id, request.headers.get("origin"))
    settings = _settings(connected.channel)
    return WidgetConfig(
        title=settings.title,
        color=settings.color,
        greeting=settings.greeting.model_dump(),
        offline=settings.offline.model_dump(),
        open=settings.hours.is_open(now()),
    )


@router.post("/visitors", status_code=201)
async def add_visitor(request: Request, channel_id: ChannelId) -> VisitorToken:
    """Become a visitor of this channel."""
    connected = await _connected(request.state, channel_id, request.headers.get("origin"))
    limiter: Limiter = request.state.limiter
    await limiter.check(_NEW_VISITORS, "visitors", request.client.host if request.client else "")
    tokens: VisitorTokens = request.state.tokens
    visitor = secrets.token_hex(12)
    return VisitorToken(token=tokens.sign(connected.channel.id, visitor), visitor_id=visitor)


@router.get("/lines")
async def get_lines(
    request: Request,
    channel_id: ChannelId,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    wait: Annotated[float, Query(ge=0, le=25)] = 0,
    authorization: Annotated[str | None, Header()] = None,
) -> LinesOut:
    """Lines behind `after`; with `wait` the answer comes when there is one, or after so many seconds."""
    chat = await _chat(request, channel_id, authorization)
    async with chat.hub.listening(chat.identity) as listener:
        lines = await chat.visitors.history(chat.identity, after)
        if not lines and wait:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await listener.updates.get()
            lines = await chat.visitors.history(chat.identity, after)
    visitor = await chat.visitors.get(chat.identity)
    return LinesOut(lines=lines, open=chat.open, read_seq=visitor.read_seq if visitor else 0)


@router.post("/lines", status_code=202)
async def add_line(
    request: Request,
    channel_id: ChannelId,
    body: LineIn,
    authorization: Annotated[str | None, Header()] = None,
) -> Accepted:
    """Say something."""
    chat = await _chat(request, channel_id, authorization)
    await chat.say(body)
    return Accepted(client_id=body.client_id)


@router.post("/signals", status_code=204)
async def add_signals(
    request: Request,
    channel_id: ChannelId,
    body: Signals,
    authorization: Annotated[str | None, Header()] = None,
) -> None:
    """Tell that one is typing, and which lines were shown and seen."""
    chat = await _chat(request, channel_id, authorization)
    await chat.signal(body)


@router.options("/{path}", include_in_schema=False)
async def preflight(request: Request, channel_id: ChannelId, path: str) -> Response:  # noqa: ARG001 - part of the address
    """Let the pages a channel allows ask from their own origin."""
    await _connected(request.state, channel_id, request.headers.get("origin"))
    allowed = {
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "authorization, content-type",
        "Access-Control-Max-Age": "600",
    }
    return Response(status_code=204, headers=allowed)


# -- WebSocket ---------------------------------------------------------------------------------


@router.websocket("/socket")
async def open_socket(socket: WebSocket, channel_id: str) -> None:
    """The widget's live connection; `docs/livechat.md` describes its frames."""
    await socket.accept()
    try:
        connected = await _connected(socket.state, channel_id, socket.headers.get("origin"))
        async with asyncio.timeout(_HELLO_SECONDS):
            hello = await _frame(socket)
    except Problem as problem:
        await socket.close(4403, str(problem.body["title"]))
        return
    except (TimeoutError, WebSocketDisconnect):
        await _close(socket, 4408, "no hello")
        return
    tokens: VisitorTokens = socket.state.tokens
    visitor = tokens.read(channel_id, str(hello.get("token", "")))
    after = hello.get("after")
    if hello.get("type") != "hello" or visitor is None or (after is not None and not isinstance(after, int)):
        await _close(socket, 4401, "become a visitor anew")
        return
    chat = Chat(socket.state, connected.channel, visitor)
    try:
        async with chat.hub.listening(chat.identity) as listener:
            await _converse(socket, chat, listener, after or 0)
    except WebSocketDisconnect:
        return


async def _converse(socket: WebSocket, chat: Chat, listener: Listener, after: int) -> None:
    visitor = await chat.visitors.get(chat.identity) or Visitor(id=chat.identity, tenant="", channel_id="")
    await socket.send_json(
        {"type": "welcome", "seq": visitor.seq, "open": chat.open, "read_seq": visitor.read_seq}
    )
    talking = asyncio.create_task(_tell(socket, chat, listener, after))
    hearing = asyncio.create_task(_hear(socket, chat))
    slow = asyncio.create_task(listener.too_slow.wait())
    done, open_ = await asyncio.wait({talking, hearing, slow}, return_when=asyncio.FIRST_COMPLETED)
    for task in open_:
        task.cancel()
    await asyncio.gather(*open_, *done, return_exceptions=True)
    await _close(socket, 4429 if slow in done else 1000, "come back with your last line")


async def _tell(socket: WebSocket, chat: Chat, listener: Listener, after: int) -> None:
    """History first, then what comes; a line is told once, in order, none left out."""
    async for line in _history(chat, after):
        after = line.seq
        await _send_line(socket, line)
    while True:
        update = await listener.updates.get()
        if isinstance(update, AgentSignal):
            await socket.send_json({"type": "typing", "name": update.agent.name, "typing": update.typing})
        elif update.type == "visitor.read":
            await socket.send_json({"type": "read", "seq": update.read_seq})
        elif update.line and update.line.seq > after + 1:
            async for line in _history(chat, after):
                after = line.seq
                await _send_line(socket, line)
        elif update.line and update.line.seq == after + 1:
            after = update.line.seq
            await _send_line(socket, update.line)


async def _history(chat: Chat, after: int) -> AsyncIterator[Line]:
    while lines := await chat.visitors.history(chat.identity, after):
        for line in lines:
            after = line.seq
            yield line


async def _send_line(socket: WebSocket, line: Line) -> None:
    await socket.send_json(
        {"type": "line", "line": line.model_dump(mode="json", exclude={"conversation_id"})}
    )


async def _hear(socket: WebSocket, chat: Chat) -> None:
    while True:
        try:
            async with asyncio.timeout(_SILENCE_SECONDS):
                frame = await _frame(socket)
        except TimeoutError:
            return
        client_id = frame.get("client_id")
        try:
            await _answer(socket, chat, frame)
        except Problem as problem:
            await socket.send_json({"type": "problem", "problem": problem.body, "client_id": client_id})
        except ValidationError as error:
            detail = "; ".join(one["msg"] for one in error.errors(include_input=False)[:3])
            body = Problem(422, "invalid", "The message is not valid", detail).body
            await socket.send_json({"type": "problem", "problem": body, "client_id": client_id})


async def _answer(socket: WebSocket, chat: Chat, frame: dict[str, Any]) -> None:
    match frame.get("type"):
        case "message":
            line = LineIn.model_validate(frame)
            await chat.say(line)
            await socket.send_json({"type": "accepted", "client_id": line.client_id})
        case "typing":
            await chat.signal(Signals(typing=bool(frame.get("typing"))))
        case "ack" | "seen" as kind:
            await chat.signal(Signals.model_validate({kind: frame.get("seq")}))
        case "ping":
            await socket.send_json({"type": "pong"})
        case _:
            raise Problem(422, "invalid", "Unknown frame", "See the live chat's protocol.")


async def _frame(socket: WebSocket) -> dict[str, Any]:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    text = message.get("text")
    try:
        frame = json.loads(text if text is not None else message.get("bytes") or b"")
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    try:
        await socket.close(code, reason)
    except (RuntimeError, WebSocketDisconnect):
        return


# -- who may -----------------------------------------------------------------------------------


async def _connected(state: Any, channel_id: str, origin: str | None) -> Connected:
    registry: Registry = state.registry
    connected = await registry.active(channel_id, LIVECHAT)
    if connected is None:
        raise Problem(404, "unknown-channel", "No such channel", "It was never connected, or is disabled.")
    allowed = _settings(connected.channel).origins
    if origin and allowed and origin not in allowed:
        raise Problem(
            403, "origin-not-allowed", "Not from this page", "Add its origin to the channel's settings."
        )
    return connected


async def _chat(request: Request, channel_id: str, authorization: str | None) -> Chat:
    connected = await _connected(request.state, channel_id, request.headers.get("origin"))
    tokens: VisitorTokens = request.state.tokens
    visitor = tokens.read(channel_id, (authorization or "").removeprefix("Bearer "))
    if visitor is None:
        raise Problem(401, "unauthorized", "Not a visitor", "Become a visitor anew by POST …/visitors.")
    return Chat(request.state, connected.channel, visitor)


def _settings(channel: Channel) -> LivechatSettings:
    return LivechatSettings.model_validate(channel.settings)


def _email(given: str | None) -> str | None:
    if not given:
        return None
    try:
        return validate_email(given, check_deliverability=False).normalized
    except EmailNotValidError:
        raise Problem(422, "bad-email", "Not an e-mail address", "Correct it, or leave it out.") from None
