"""The door networks deliver through: prove, publish, answer; nothing else."""

from typing import Annotated

from aiokafka.errors import KafkaError
from fastapi import APIRouter, Path, Request, Response
from starlette.requests import ClientDisconnect

from libs.common.events import derive_id, now
from libs.common.events.ingest import Delivery
from libs.common.kafka import Bus
from libs.common.problems import RESPONSES, Problem
from services.ingest.channels import Channel, RawRequest
from services.ingest.channels.webhook import SIGNED
from services.ingest.registry import KINDS, Connected, Registry, manifest_of

MAX_BODY = 1_000_000

router = APIRouter(prefix="/v1", tags=["deliveries"], responses={404: RESPONSES[404]})
Id = Annotated[str, Path(max_length=100)]


@router.post(
    "/hooks/{channel_id}",
    status_code=200,
    responses={code: RESPONSES[code] for code in (401, 413, 503)},
    openapi_extra={
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}} for name in SIGNED
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"type": "object"},
                    "example": {
                        "type": "message",
                        "thread": "order-42",
                        "text": "Wo bleibt mein Paket?",
                        "author": {"id": "u-1", "name": "Mia Kunz"},
                    },
                }
            },
        },
    },
)
async def receive_webhook(request: Request, channel_id: Id) -> Response:
    """Take a signed delivery; the answer comes when Kafka has it."""
    connected = await _connected(request, channel_id)
    raw = RawRequest(
        {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]},
        await _body(request),
    )
    _verify(connected, raw)
    bus: Bus = request.state.bus
    try:
        await bus.publish([_delivery(connected.channel, raw)])
    except KafkaError:
        raise Problem(503, "not-accepted", "Not accepted", "Deliver the same again in a moment.") from None
    return Response(status_code=200)


async def _connected(request: Request, channel_id: str) -> Connected:
    registry: Registry = request.state.registry
    connected = await registry.get(channel_id)
    if (
        connected is None
        or connected.channel.status != "active"
        or ("webhook" not in manifest_of(connected.channel.network).receives)
    ):
        raise Problem(404, "unknown-channel", "No such channel", "It was never connected, or is disabled.")
    return connected


async def _body(request: Request) -> bytes:
    """The body as it comes, refused as soon as it is too large."""
    too_large = Problem(413, "too-large", "The body is too large", f"At most {MAX_BODY} bytes are taken.")
    if int(request.headers.get("content-length") or 0) > MAX_BODY:
        raise too_large
    chunks = bytearray()
    try:
        async for chunk in request.stream():
            chunks += chunk
            if len(chunks) > MAX_BODY:
                raise too_large
    except ClientDisconnect:
        raise Problem(400, "incomplete", "The body is incomplete", "Deliver it again.") from None
    return bytes(chunks)


def _verify(connected: Connected, raw: RawRequest) -> None:
    verdict = KINDS[connected.channel.network].verify(raw, connected.secrets, now())
    if verdict == "stale":
        raise Problem(401, "stale-signature", "The signature is too old", "Sign again with the present time.")
    if verdict != "ok":
        raise Problem(
            401, "bad-signature", "The signature does not fit", "Sign the raw body with the channel's secret."
        )


def _delivery(channel: Channel, raw: RawRequest) -> Delivery:
    at = now()
    key = raw.headers.get("webhook-id", "")
    return Delivery.model_construct(
        id=derive_id("delivery", channel.id, key, at.isoformat()),
        type="delivery.received",
        tenant=channel.tenant,
        at=at,
        brand_id=channel.brand_id,
        channel_id=channel.id,
        network=channel.network,
        headers={"webhook-id": key},
        body=raw.body,
    )
