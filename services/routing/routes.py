"""Routing over HTTP: lists to read, commands to give; no rules here."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from libs.common.auth import Caller, CurrentCaller, require
from libs.common.commands import NewCommand, Outcomes, carry_out, look_up
from libs.common.events import Frozen, derive_id, now
from libs.common.events import routing as contract
from libs.common.events.routing import Agent, AgentSignal, Author, ConversationView, Message, Presence, Status
from libs.common.kafka import Bus
from libs.common.problems import RESPONSES, Problem, not_found
from services.routing.domain.rules import BrandSettings, Queue, Rule
from services.routing.repository import Agents, Brands, Conversations, Messages, View, view_filter

router = APIRouter(prefix="/v1", responses={code: RESPONSES[code] for code in (401, 404, 422)})
_COMMAND: dict[str, Any] = {"responses": {code: RESPONSES[code] for code in (409,)}}

Id = Annotated[str, Path(max_length=100)]
Limit = Annotated[int, Query(ge=1, le=200, description="At most so many.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]


class Page(Frozen):
    """One page of a list."""

    next: str | None = Field(default=None, description="Cursor of the next page; none: this was the last.")


class ConversationPage(Page):
    """Conversations, newest activity first."""

    items: list[ConversationView]


class MessagePage(Page):
    """Messages of a conversation, newest first."""

    items: list[Message]


class AgentView(Frozen):
    """An agent with presence and load."""

    id: str
    name: str
    picture: str | None = None
    presence: Presence = "offline"
    capacity: int = 5
    load: int = 0


class AgentPage(Page):
    """Agents by name."""

    items: list[AgentView]


class Brand(Frozen):
    """A brand the caller may see."""

    id: str
    name: str
    queues: list[Queue]


class BrandPage(Page):
    """Brands."""

    items: list[Brand]


class SettingsBody(Frozen):
    """How a brand's conversations are routed."""

    name: str = Field(min_length=1, max_length=200)
    queues: list[Queue] = Field(min_length=1, max_length=200)
    default_queue: str
    rules: list[Rule] = Field(default=[], max_length=1_000)


class Me(Frozen):
    """The caller."""

    id: str
    name: str
    picture: str | None
    tenant: str
    roles: list[str]
    brands: list[str]
    presence: AgentView


class Outcome(Frozen):
    """What became of a command."""

    id: str
    status: Literal["pending", "done", "refused"]
    conversation: ConversationView | None = None
    message: Message | None = None
    problem: dict[str, Any] | None = None


class AssignBody(Frozen):
    """To whom."""

    agent_id: str = Field(min_length=1, max_length=200)


class TextBody(Frozen):
    """What is written."""

    text: str = Field(min_length=1, max_length=50_000, pattern=r"\S")


class ReadBody(Frozen):
    """How far."""

    up_to: int = Field(ge=0, le=2**53)


class TypingBody(Frozen):
    """Whether."""

    typing: bool


class PresenceBody(Frozen):
    """Whether the caller takes work, and how much at once."""

    status: Presence
    capacity: int | None = Field(default=None, ge=0, le=100)


# -- who and what there is ---------------------------------------------------------------------


@router.get("/me")
async def get_me(request: Request, caller: CurrentCaller) -> Me:
    """Who am I, and am I taking work?"""
    agents: Agents = request.state.agents
    known = await agents.get(caller.tenant, caller.id)
    mine = AgentView.model_validate(known.model_dump()) if known else _unknown(caller)
    return Me(
        id=caller.id,
        name=caller.name,
        picture=caller.picture,
        tenant=caller.tenant,
        roles=sorted(caller.roles),
        brands=sorted(caller.brands),
        presence=mine,
    )


@router.put("/me/presence")
async def set_presence(
    request: Request, caller: CurrentCaller, body: PresenceBody, said: NewCommand
) -> AgentView:
    """Say whether I take work; the distributor hears of it at once."""
    bus: Bus = request.state.bus
    await bus.publish(
        [
            contract.SetPresence(
                id=said.id,
                tenant=caller.tenant,
                at=now(),
                agent=_agent(caller),
                brands=tuple(sorted(caller.brands)),
                status=body.status,
                capacity=body.capacity,
            )
        ]
    )
    agents: Agents = request.state.agents
    known = await agents.get(caller.tenant, caller.id)
    mine = AgentView.model_validate(known.model_dump()) if known else _unknown(caller)
    capacity = mine.capacity if body.capacity is None else body.capacity
    return mine.model_copy(update={"presence": body.status, "capacity": capacity})


@router.get("/agents")
async def list_agents(request: Request, caller: CurrentCaller) -> AgentPage:
    """All colleagues who have ever signed in, with presence and load."""
    agents: Agents = request.state.agents
    found = await agents.list(caller.tenant)
    return AgentPage(items=[AgentView.model_validate(agent.model_dump()) for agent in found])


@router.get("/brands")
async def list_brands(request: Request, caller: CurrentCaller) -> BrandPage:
    """The brands I may see, with their queues."""
    brands: Brands = request.state.brands
    return BrandPage(
        items=[Brand(id=b.brand_id, name=b.name, queues=list(b.queues)) for b in await brands.list(caller)]
    )


@router.get("/brands/{id}/settings", responses={403: RESPONSES[403]})
async def get_brand_settings(
    request: Request, response: Response, caller: CurrentCaller, id: Id
) -> SettingsBody:
    """How a brand is routed; the ETag is wanted back when it is changed."""
    found = await _brand(request, caller, id)
    response.headers["ETag"] = f'"{found.version}"'
    return SettingsBody.model_validate(found.model_dump())


@router.put(
    "/brands/{id}/settings", responses={code: RESPONSES[code] for code in (403, 412, 428)}, status_code=200
)
async def put_brand_settings(
    request: Request,
    response: Response,
    id: Id,
    body: SettingsBody,
    caller: Annotated[Caller, Depends(require("admin", "lead"))],
    if_match: Annotated[str | None, Header(max_length=100)] = None,
) -> SettingsBody:
    """Change how a brand is routed, if nobody else has meanwhile."""
    found = await _brand(request, caller, id)
    if if_match is None:
        raise Problem(428, "if-match-required", "If-Match is missing", "Send the ETag you have read.")
    _check_queues(body)
    brands: Brands = request.state.brands
    changed = BrandSettings.model_validate({**body.model_dump(), "brand_id": id, "tenant": caller.tenant})
    if if_match.strip('" W/') != str(found.version) or not await brands.save(changed, found.version):
        raise Problem(412, "changed-meanwhile", "Somebody has changed it", "Read it again, then change it.")
    response.headers["ETag"] = f'"{found.version + 1}"'
    return body


async def _brand(request: Request, caller: Caller, id: str) -> BrandSettings:
    if not caller.sees(id):
        raise not_found("brand")
    brands: Brands = request.state.brands
    found = (await brands.find([(caller.tenant, id)])).get((caller.tenant, id))
    return found or BrandSettings(tenant=caller.tenant, brand_id=id, name=id)


def _check_queues(body: SettingsBody) -> None:
    known = {queue.id for queue in body.queues}
    wanted = [body.default_queue, *(rule.queue for rule in body.rules)]
    errors = [
        {"pointer": "/body/queues", "detail": f"There is no queue {id}."} for id in wanted if id not in known
    ]
    if errors:
        raise Problem(422, "invalid", "A queue is missing", "Add it or name another.", errors=errors[:20])


# -- conversations -----------------------------------------------------------------------------


@router.get("/conversations")
async def list_conversations(
    request: Request,
    caller: CurrentCaller,
    view: View = "all",
    queue: Annotated[str | None, Query(max_length=64)] = None,
    brand: Annotated[str | None, Query(max_length=100)] = None,
    status: Status | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ConversationPage:
    """Conversations of a view: mine, a brand's queue, or all I may see."""
    if view == "queue" and not (brand and queue):
        raise Problem(422, "invalid", "Which queue?", "Name `brand` and `queue` with view=queue.")
    conversations: Conversations = request.state.conversations
    chosen = view_filter(caller, view, brand, queue if view == "queue" else None)
    items, following = await conversations.list(caller, chosen, status, cursor, limit)
    return ConversationPage(items=items, next=following)


@router.get("/conversations/{id}")
async def get_conversation(request: Request, caller: CurrentCaller, id: Id) -> ConversationView:
    """One conversation."""
    return await _conversation(request, caller, id)


@router.get("/conversations/{id}/messages")
async def list_messages(
    request: Request,
    caller: CurrentCaller,
    id: Id,
    cursor: Annotated[str | None, Query(pattern=r"^\d{1,15}$")] = None,
    limit: Limit = 50,
) -> MessagePage:
    """Messages and notes of a conversation, newest first."""
    await _conversation(request, caller, id)
    messages: Messages = request.state.messages
    items, following = await messages.list(caller.tenant, id, int(cursor) if cursor else None, limit)
    return MessagePage(items=items, next=following)


async def _conversation(request: Request, caller: Caller, id: str) -> ConversationView:
    conversations: Conversations = request.state.conversations
    found = await conversations.get(caller, id)
    if found is None:
        raise not_found("conversation")
    return found


# -- commands ----------------------------------------------------------------------------------


async def _give(
    request: Request,
    caller: Caller,
    said: NewCommand,
    id: str,
    make: Callable[..., contract.ConversationCommand],
    **more: Any,
) -> JSONResponse:
    found = await _conversation(request, caller, id)
    command = make(
        id=said.id,
        tenant=caller.tenant,
        at=now(),
        identity_id=found.identity_id,
        conversation_id=id,
        by=_author(caller),
        fingerprint=said.fingerprint,
        **more,
    )
    outcomes: Outcomes = request.state.outcomes
    location = f"{request.scope.get('root_path', '')}/v1/commands/{command.id}"
    return await carry_out(request.state.bus, outcomes, said, command, location)


@router.post("/conversations/{id}/claim", response_model=Outcome, **_COMMAND)
async def claim(request: Request, caller: CurrentCaller, said: NewCommand, id: Id) -> JSONResponse:
    """Take a conversation that nobody has."""
    return await _give(request, caller, said, id, contract.ClaimConversation)


@router.post("/conversations/{id}/assign", response_model=Outcome, **_COMMAND)
async def assign(
    request: Request, caller: CurrentCaller, said: NewCommand, id: Id, body: AssignBody
) -> JSONResponse:
    """Give a conversation to a colleague, or take it from one."""
    agents: Agents = request.state.agents
    agent = await agents.get(caller.tenant, body.agent_id)
    found = await _conversation(request, caller, id)
    if body.agent_id == caller.id:
        to = _agent(caller)
    elif agent and ("*" in agent.brands or found.brand_id in agent.brands):
        to = Agent(id=agent.id, name=agent.name, picture=agent.picture)
    else:
        raise Problem(422, "no-such-agent", "No such agent", "Choose one of /agents who may see this brand.")
    return await _give(request, caller, said, id, contract.AssignConversation, agent=to)


@router.post("/conversations/{id}/unassign", response_model=Outcome, **_COMMAND)
async def unassign(request: Request, caller: CurrentCaller, said: NewCommand, id: Id) -> JSONResponse:
    """Give a conversation back to its queue."""
    return await _give(request, caller, said, id, contract.UnassignConversation)


@router.post("/conversations/{id}/replies", response_model=Outcome, **_COMMAND)
async def reply(
    request: Request, caller: CurrentCaller, said: NewCommand, id: Id, body: TextBody
) -> JSONResponse:
    """Answer the contact on the channel they used."""
    return await _give(request, caller, said, id, contract.ReplyToConversation, text=body.text)


@router.post("/conversations/{id}/notes", response_model=Outcome, **_COMMAND)
async def add_note(
    request: Request, caller: CurrentCaller, said: NewCommand, id: Id, body: TextBody
) -> JSONResponse:
    """Write something only colleagues see."""
    return await _give(request, caller, said, id, contract.AddNote, text=body.text)


@router.post("/conversations/{id}/resolve", response_model=Outcome, **_COMMAND)
async def resolve(request: Request, caller: CurrentCaller, said: NewCommand, id: Id) -> JSONResponse:
    """It is done."""
    return await _give(request, caller, said, id, contract.ChangeStatus, status="resolved")


@router.post("/conversations/{id}/reopen", response_model=Outcome, **_COMMAND)
async def reopen(request: Request, caller: CurrentCaller, said: NewCommand, id: Id) -> JSONResponse:
    """It is not done after all."""
    return await _give(request, caller, said, id, contract.ChangeStatus, status="open")


@router.post("/conversations/{id}/snooze", response_model=Outcome, **_COMMAND)
async def snooze(request: Request, caller: CurrentCaller, said: NewCommand, id: Id) -> JSONResponse:
    """Put it away until the contact writes again."""
    return await _give(request, caller, said, id, contract.ChangeStatus, status="snoozed")


@router.post("/conversations/{id}/pending", response_model=Outcome, **_COMMAND)
async def await_answer(request: Request, caller: CurrentCaller, said: NewCommand, id: Id) -> JSONResponse:
    """An answer from outside, or of a bot, is awaited."""
    return await _give(request, caller, said, id, contract.ChangeStatus, status="pending")


@router.post("/conversations/{id}/read", response_model=Outcome, **_COMMAND)
async def mark_read(
    request: Request, caller: CurrentCaller, said: NewCommand, id: Id, body: ReadBody
) -> JSONResponse:
    """I have seen the messages up to this number."""
    return await _give(request, caller, said, id, contract.MarkRead, up_to=body.up_to)


@router.post("/conversations/{id}/typing", status_code=204)
async def signal_typing(request: Request, caller: CurrentCaller, id: Id, body: TypingBody) -> None:
    """I am writing, or have stopped: colleagues and the contact see it for a few seconds."""
    found = await _conversation(request, caller, id)
    at = now()
    bus: Bus = request.state.bus
    await bus.publish(
        [
            AgentSignal(
                id=derive_id("typing", caller.id, id, at.isoformat()),
                tenant=caller.tenant,
                at=at,
                brand_id=found.brand_id,
                channel_id=found.channel_id,
                network=found.network,
                identity_id=found.identity_id,
                conversation_id=id,
                agent=_agent(caller),
                typing=body.typing,
            )
        ]
    )


@router.get("/commands/{id}", response_model=Outcome)
async def get_outcome(request: Request, caller: CurrentCaller, id: Id) -> JSONResponse:
    """What became of a command that was answered with 202."""
    outcomes: Outcomes = request.state.outcomes
    return await look_up(outcomes, caller.tenant, id)


def _author(caller: Caller) -> Author:
    return Author(kind="agent", id=caller.id, name=caller.name, picture=caller.picture)


def _agent(caller: Caller) -> Agent:
    return Agent(id=caller.id, name=caller.name, picture=caller.picture)


def _unknown(caller: Caller) -> AgentView:
    return AgentView(id=caller.id, name=caller.name, picture=caller.picture)
