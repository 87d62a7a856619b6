"""The generic channel: signed webhooks in and out, by the Standard Webhooks specification.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
The body is our canonical event in a small form; `services/ingest/README.md` shows it.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field, ValidationError
from standardwebhooks.webhooks import Webhook, hmac_data

from libs.common.events import Frozen, Instant, Unacceptable, derive_id
from libs.common.events.ingest import Action, Actor, Attachment, SocialEvent, SocialObject, identity_id
from libs.common.events.routing import SendMessage
from services.ingest.channels import Channel, Manifest, OutgoingRequest, RawItem, RawRequest, Verdict

TOLERANCE = timedelta(minutes=5)
MAX_DEPTH = 20
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Item(Frozen):
    """Body of a delivery."""

    type: Literal["message", "comment", "mention", "review", "post", "reaction"] = "message"
    action: Action = "create"
    id: str | None = Field(default=None, min_length=1, max_length=300)
    """The sender's id of what was said; an update or delete names the same. Default: `webhook-id`."""
    version: int = Field(default=1, ge=1)
    thread: str = Field(min_length=1, max_length=300)
    text: str = Field(default="", max_length=50_000)
    subject: str | None = Field(default=None, max_length=500)
    at: Instant | None = None
    author: Actor
    url: str | None = Field(default=None, max_length=2_000, pattern=r"^https?://")
    lang: str | None = Field(default=None, max_length=35)
    rating: float | None = None
    in_reply_to: str | None = Field(default=None, max_length=300)
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=50)
    audience: Literal["public", "followers", "direct", "group"] = "direct"


MANIFEST = Manifest(
    network="webhook",
    name="Signed webhook",
    receives=("webhook",),
    replies=("message",),
    max_length=50_000,
    attachments=True,
    resend_is_safe=True,
    settings_schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "callback_url": {
                "type": "string",
                "format": "uri",
                "description": "Where agents' answers are posted, signed.",
            }
        },
    },
)


def verify(request: RawRequest, secrets: Sequence[str], now: datetime) -> Verdict:
    """Whether one of the secrets signed these bytes, and not too long ago."""
    try:
        sent = int(request.headers.get("webhook-timestamp", ""))
    except ValueError:
        return "bad_signature"
    if not any(_signed(request, secret) for secret in secrets):
        return "bad_signature"
    return "ok" if abs(now.timestamp() - sent) <= TOLERANCE.total_seconds() else "stale"


def _signed(request: RawRequest, secret: str) -> bool:
    id, sent = (request.headers.get(name, "") for name in SIGNED[:2])
    expected = hmac_data(_key(secret), f"{id}.{sent}.".encode() + request.body)
    given = request.headers.get("webhook-signature", "")
    return any(hmac.compare_digest(expected, signature) for signature in _signatures(given))


def _signatures(header: str) -> list[bytes]:
    """The `v1` signatures of a header that may hold several, for several secrets."""
    encoded = [one.removeprefix("v1,") for one in header.split(" ")[:10] if one.startswith("v1,")]
    try:
        return [base64.b64decode(one, validate=True) for one in encoded]
    except (binascii.Error, ValueError):
        return []


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_") + "==")


def split(request: RawRequest, received_at: datetime) -> list[RawItem]:
    """One delivery is one item."""
    return [RawItem(request.headers.get("webhook-id", ""), received_at, request.body)]


def normalise(item: RawItem, channel: Channel) -> list[SocialEvent]:
    """The event of an item."""
    said = _read(item.body)
    native = said.id or item.key
    identity = identity_id(channel.tenant, channel.brand_id, channel.id, said.author.id)
    return [
        SocialEvent(
            id=derive_id("event", channel.id, item.key),
            type=f"social.{said.type}.{said.action}",
            tenant=channel.tenant,
            at=said.at or item.received_at,
            brand_id=channel.brand_id,
            channel_id=channel.id,
            network=channel.network,
            identity_id=identity,
            action=said.action,
            actor=said.author,
            audience=said.audience,
            reply=MANIFEST.reply_rules(),
            raw_ref=item.ref,
            object=SocialObject(
                id=derive_id("object", channel.id, native),
                native_id=native,
                kind=said.type,
                thread_id=said.thread,
                text=said.text,
                subject=said.subject,
                lang=said.lang,
                url=said.url,
                in_reply_to=said.in_reply_to,
                rating=said.rating,
                attachments=said.attachments,
                version=said.version,
            ),
        )
    ]


def _read(body: bytes) -> Item:
    if body.count(b"[") + body.count(b"{") > 10_000 or _depth(body) > MAX_DEPTH:
        raise Unacceptable("the body is nested too deeply")
    try:
        return Item.model_validate_json(body)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)[:10]
        raise Unacceptable(
            "; ".join(f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in problems)
        ) from None


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for byte in body:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def request_for(
    order: SendMessage, channel: Channel, secrets: Sequence[str], now: datetime
) -> OutgoingRequest:
    """An agent's answer, signed; the message's id is the idempotency key, also when it is sent again."""
    url = channel.settings.get("callback_url")
    if not url:
        raise Unacceptable("This channel has no callback address: set callback_url in its settings.")
    body = json.dumps(
        {
            "type": "message.send",
            "id": order.message_id,
            "thread": order.thread_id,
            "text": order.text,
            "at": order.at.isoformat(),
            "in_reply_to": order.in_reply_to,
            "to": {"id": order.to.id, "handle": order.to.handle, "name": order.to.name},
            "author": {"name": order.author.name, "picture": order.author.picture},
        },
        ensure_ascii=False,
    )
    headers = {
        "content-type": "application/json",
        "webhook-id": order.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(order.message_id, now, body) for secret in secrets
        ),
    }
    return OutgoingRequest(url, headers, body.encode())


def new_secret(entropy: bytes) -> str:
    """A secret in the form the specification wants.

    Args:
        entropy: 24 to 64 random bytes.
    """
    return "whsec_" + base64.b64encode(entropy).decode()
