"""Our own channel: the live-chat widget. Visitors prove themselves at the socket, not by a signature."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator

from libs.common.events import Frozen, Instant, Unacceptable, derive_id
from libs.common.events.ingest import Actor, ReplyRules, SocialEvent, SocialObject, identity_id
from libs.common.events.routing import SendMessage
from services.ingest.channels import Channel, Manifest, OutgoingRequest, RawItem, RawRequest, Verdict

MAX_LENGTH = 4_000
_TIME = r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$"


class Span(Frozen):
    """Opening hours of a day, local time; a day may have several."""

    weekday: int = Field(ge=0, le=6, description="Monday is 0.")
    start: str = Field(pattern=_TIME, alias="from")
    until: str = Field(pattern=_TIME)


class Hours(Frozen):
    """When somebody is there."""

    timezone: str = "Europe/Berlin"
    spans: tuple[Span, ...] = Field(default=(), max_length=100)

    @field_validator("timezone")
    @classmethod
    def _exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("not a time zone of the IANA database") from None
        return name

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody is there at this moment; without spans: always."""
        local = moment.astimezone(ZoneInfo(self.timezone))
        clock = f"{local:%H:%M}"
        return not self.spans or any(
            span.weekday == local.weekday() and span.start <= clock < span.until for span in self.spans
        )


class Texts(Frozen):
    """The same in both languages."""

    de: str = Field(max_length=1_000)
    en: str = Field(max_length=1_000)


class LivechatSettings(Frozen):
    """How the widget of a channel looks and when somebody is there."""

    title: str = Field(default="Chat", max_length=100)
    color: str = Field(default="#2456c4", pattern=r"^#[0-9a-fA-F]{6}$")
    greeting: Texts = Texts(de="Hallo! Wie können wir helfen?", en="Hello! How can we help?")
    offline: Texts = Texts(
        de="Gerade ist niemand da. Hinterlassen Sie Ihre E-Mail-Adresse, wir melden uns.",
        en="Nobody is here right now. Leave your e-mail address and we will get back to you.",
    )
    origins: tuple[str, ...] = Field(default=(), max_length=100)
    """Pages that may embed the widget, such as `https://shop.example`; none: all."""
    hours: Hours = Hours()


class VisitorMessage(Frozen):
    """Body of a live-chat delivery, made by our own socket."""

    visitor_id: str = Field(min_length=1, max_length=100)
    client_id: str = Field(min_length=1, max_length=100)
    text: str = Field(min_length=1, max_length=MAX_LENGTH)
    email: str | None = Field(default=None, max_length=320)
    at: Instant


MANIFEST = Manifest(
    network="livechat",
    name="Live chat",
    receives=("socket",),
    replies=("message",),
    max_length=MAX_LENGTH,
    resend_is_safe=True,
    settings_schema=LivechatSettings.model_json_schema(),
)


def verify(request: RawRequest, secrets: Sequence[str], now: datetime) -> Verdict:
    """Nobody posts live-chat lines as webhooks: visitors come by the socket, with their token."""
    return "bad_signature"


def split(request: RawRequest, received_at: datetime) -> list[RawItem]:
    """One delivery is one line."""
    return [RawItem(request.headers.get("webhook-id", ""), received_at, request.body)]


def normalise(item: RawItem, channel: Channel) -> list[SocialEvent]:
    """The event of a line."""
    try:
        said = VisitorMessage.model_validate_json(item.body)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        raise Unacceptable("; ".join(f"{one['loc']}: {one['msg']}" for one in problems)) from None
    native = f"{said.visitor_id}:{said.client_id}"
    return [
        SocialEvent(
            id=derive_id("event", channel.id, native),
            type="social.message.create",
            tenant=channel.tenant,
            at=said.at,
            brand_id=channel.brand_id,
            channel_id=channel.id,
            network=channel.network,
            identity_id=visitor_identity(channel, said.visitor_id),
            action="create",
            actor=Actor(
                id=said.visitor_id,
                name=said.email,
                handle=f"#{said.visitor_id[:4]}",
                email=said.email,
                kind="person",
            ),
            reply=ReplyRules(max_length=MAX_LENGTH),
            client_id=said.client_id,
            raw_ref=item.ref,
            object=SocialObject(
                id=derive_id("object", channel.id, native),
                native_id=native,
                kind="message",
                thread_id=said.visitor_id,
                text=said.text,
            ),
        )
    ]


def visitor_identity(channel: Channel, visitor_id: str) -> str:
    """Id of a visitor as everybody else knows them."""
    return identity_id(channel.tenant, channel.brand_id, channel.id, visitor_id)


def request_for(
    order: SendMessage, channel: Channel, secrets: Sequence[str], now: datetime
) -> OutgoingRequest:
    """Lines to visitors are written by the live-chat reader, not sent to another system."""
    raise Unacceptable("Live-chat lines are not sent over HTTP.")
