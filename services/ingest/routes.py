"""Ingest over HTTP: channels to connect, and the door networks deliver through."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import Field, ValidationError

from libs.common.auth import Caller, CurrentCaller, require
from libs.common.events import Frozen, now
from libs.common.problems import RESPONSES, Problem, forbidden, not_found
from services.ingest.channels import Channel, Manifest, livechat
from services.ingest.channels.webhook import new_secret
from services.ingest.registry import KINDS, Registry, manifest_of
from services.ingest.repository import Channels
from services.ingest.vault import Vault

router = APIRouter(prefix="/v1", responses={code: RESPONSES[code] for code in (401, 404, 422)})
Admin = Annotated[Caller, Depends(require("admin", "lead"))]
Id = Annotated[str, Path(max_length=100)]


class ChannelView(Frozen):
    """A channel without its secrets."""

    id: str
    brand_id: str
    network: str
    name: str
    status: str
    settings: dict[str, Any]
    version: int
    created_at: Any
    hook_url: str | None = None


class ChannelWithSecret(ChannelView):
    """The same, with a new secret: it is shown this once."""

    secret: str | None = None


class ChannelList(Frozen):
    """Channels of the brands the caller may see."""

    items: list[ChannelView]
    next: str | None = None


class ManifestList(Frozen):
    """What kinds of channels there are."""

    items: list[Manifest]


class NewChannel(Frozen):
    """A channel to connect."""

    brand_id: str = Field(min_length=1, max_length=100)
    network: str = Field(min_length=1, max_length=50)
    name: str = Field(min_length=1, max_length=200)
    settings: dict[str, Any] = {}


class ChannelChange(Frozen):
    """What is to change; settings are replaced as a whole."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    settings: dict[str, Any] | None = None


@router.get("/networks")
async def list_networks(_: CurrentCaller) -> ManifestList:
    """The kinds of channels, with what each can do."""
    return ManifestList(items=[manifest_of(network) for network in sorted(KINDS)])


@router.get("/channels")
async def list_channels(
    request: Request, caller: CurrentCaller, brand: Annotated[str | None, Query(max_length=100)] = None
) -> ChannelList:
    """Channels I may see."""
    channels: Channels = request.state.channels
    return ChannelList(items=[_view(request, channel) for channel in await channels.visible(caller, brand)])


@router.post("/channels", status_code=201, responses={403: RESPONSES[403]})
async def add_channel(
    request: Request, response: Response, caller: Admin, body: NewChannel
) -> ChannelWithSecret:
    """Connect a channel; its secret is in this answer and in no other."""
    if not caller.sees(body.brand_id):
        raise forbidden("You may not manage this brand.")
    if body.network not in KINDS:
        raise Problem(422, "unknown-network", "No such network", f"Known are: {', '.join(sorted(KINDS))}.")
    settings = await _checked(request, body.network, body.settings)
    channel = Channel(
        id=secrets.token_hex(12),
        tenant=caller.tenant,
        brand_id=body.brand_id,
        network=body.network,
        name=body.name,
        settings=settings,
        created_at=now(),
    )
    secret = new_secret(secrets.token_bytes(32))
    channels, vault = _kept(request)
    await channels.add(channel, [vault.seal(secret)])
    response.headers["ETag"] = f'"{channel.version}"'
    return ChannelWithSecret(**_view(request, channel).model_dump(), secret=secret)


@router.get("/channels/{id}")
async def get_channel(request: Request, response: Response, caller: CurrentCaller, id: Id) -> ChannelView:
    """One channel; the ETag is wanted back when it is changed."""
    channel = await _channel(request, caller, id)
    response.headers["ETag"] = f'"{channel.version}"'
    return _view(request, channel)


@router.patch("/channels/{id}", responses={code: RESPONSES[code] for code in (403, 412, 428)})
async def change_channel(
    request: Request,
    response: Response,
    caller: Admin,
    id: Id,
    body: ChannelChange,
    if_match: Annotated[str | None, Header(max_length=100)] = None,
) -> ChannelView:
    """Rename a channel or change its settings."""
    channel = await _channel(request, caller, id)
    if if_match is None:
        raise Problem(428, "if-match-required", "If-Match is missing", "Send the ETag you have read.")
    changes: dict[str, Any] = {"name": body.name} if body.name else {}
    if body.settings is not None:
        changes["settings"] = await _checked(request, channel.network, body.settings)
    if if_match.strip('" W/') != str(channel.version):
        raise _changed_meanwhile()
    return await _change(request, response, channel, changes)


@router.post("/channels/{id}/disable", responses={403: RESPONSES[403]})
async def disable_channel(request: Request, response: Response, caller: Admin, id: Id) -> ChannelView:
    """Take no more traffic, within two seconds on every instance."""
    channel = await _channel(request, caller, id)
    return await _change(request, response, channel, {"status": "disabled"})


@router.post("/channels/{id}/enable", responses={403: RESPONSES[403]})
async def enable_channel(request: Request, response: Response, caller: Admin, id: Id) -> ChannelView:
    """Take traffic again."""
    channel = await _channel(request, caller, id)
    return await _change(request, response, channel, {"status": "active"})


@router.post("/channels/{id}/secret", responses={403: RESPONSES[403]})
async def rotate_secret(request: Request, caller: Admin, id: Id) -> ChannelWithSecret:
    """Make a new secret; the one before stays good until the next rotation."""
    channel = await _channel(request, caller, id)
    channels, vault = _kept(request)
    secret = new_secret(secrets.token_bytes(32))
    await channels.add_secret(caller.tenant, id, vault.seal(secret))
    _registry(request).forget(id)
    view = _view(request, channel.model_copy(update={"version": channel.version + 1}))
    return ChannelWithSecret(**view.model_dump(), secret=secret)


async def _channel(request: Request, caller: Caller, id: str) -> Channel:
    found = await _kept(request)[0].get(caller, id)
    if found is None:
        raise not_found("channel")
    return found


async def _change(
    request: Request, response: Response, channel: Channel, changes: dict[str, Any]
) -> ChannelView:
    if changes and not await _kept(request)[0].change(channel.tenant, channel.id, channel.version, changes):
        raise _changed_meanwhile()
    _registry(request).forget(channel.id)
    after = channel.model_copy(update={**changes, "version": channel.version + bool(changes)})
    response.headers["ETag"] = f'"{after.version}"'
    return _view(request, after)


def _changed_meanwhile() -> Problem:
    return Problem(412, "changed-meanwhile", "Somebody has changed it", "Read it again, then change it.")


async def _checked(request: Request, network: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as the kind of channel wants them, or 422 that says what is wrong."""
    if network == "livechat":
        try:
            parsed = livechat.LivechatSettings.model_validate(settings)
        except ValidationError as error:
            problems = [
                {"pointer": "/body/settings/" + "/".join(map(str, one["loc"])), "detail": one["msg"]}
                for one in error.errors(include_url=False, include_context=False)[:20]
            ]
            raise Problem(422, "invalid", "The settings are not valid", errors=problems) from None
        return parsed.model_dump(mode="json", by_alias=True)
    unknown = set(settings) - {"callback_url"}
    url = settings.get("callback_url")
    if unknown or (url is not None and (not isinstance(url, str) or len(url) > 2_000)):
        raise Problem(
            422, "invalid", "The settings are not valid", "A webhook channel takes callback_url, a URL."
        )
    if url:
        await _check_callback(request, url)
    return dict(settings)


async def _check_callback(request: Request, url: str) -> None:
    from services.ingest.outbound import Outbound, Rejected, Unreachable  # noqa: PLC0415

    outbound: Outbound = request.state.outbound
    try:
        await outbound.checked_address(url)
    except (Rejected, ValueError) as error:
        raise Problem(422, "bad-callback", "The callback address is not allowed", str(error)) from None
    except Unreachable:
        return


def _view(request: Request, channel: Channel) -> ChannelView:
    url = f"{request.state.public_url}/api/ingest/v1/hooks/{channel.id}"
    hook = url if "webhook" in manifest_of(channel.network).receives else None
    return ChannelView(**channel.model_dump(exclude={"tenant"}), hook_url=hook)


def _kept(request: Request) -> tuple[Channels, Vault]:
    return request.state.channels, request.state.vault


def _registry(request: Request) -> Registry:
    registry: Registry = request.state.registry
    return registry
