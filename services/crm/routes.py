"""Crm over HTTP: contacts, who is behind a conversation, what happened with them."""

from typing import Annotated, Any, Literal

import phonenumbers
from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import EmailStr, Field, field_validator

from libs.common.auth import Caller, CurrentCaller
from libs.common.commands import NewCommand, Outcomes, carry_out, look_up
from libs.common.events import Frozen, Instant, now
from libs.common.events.crm import ContactView, EditContact, IdentityView
from libs.common.problems import RESPONSES, Problem, not_found
from services.crm.repository import Contacts, Identities, Timeline, TimelineEntry

router = APIRouter(prefix="/v1", responses={code: RESPONSES[code] for code in (401, 404, 422)})
Id = Annotated[str, Path(max_length=100)]
Limit = Annotated[int, Query(ge=1, le=200, description="At most so many.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]
_REGION = "DE"


class Contact(Frozen):
    """A person over all channels of one brand."""

    id: str
    brand_id: str
    name: str | None
    email: str | None
    phone: str | None
    note: str | None
    picture: str | None
    identities: list[IdentityView]
    first_seen_at: Instant
    last_seen_at: Instant
    version: int


class ContactSummary(Frozen):
    """A contact in a list."""

    id: str
    brand_id: str
    name: str | None
    email: str | None
    phone: str | None
    picture: str | None
    first_seen_at: Instant
    version: int


class ContactPage(Frozen):
    """One page of contacts."""

    items: list[ContactSummary]
    next: str | None = None


class TimelinePage(Frozen):
    """One page of what happened, newest first."""

    items: list[TimelineEntry]
    next: str | None = None


class ContactChange(Frozen):
    """What is to be written down; fields that are left out stay, null clears."""

    name: str | None = Field(default=None, max_length=200)
    email: EmailStr | None = None
    phone: str | None = Field(default=None, max_length=40)
    note: str | None = Field(default=None, max_length=10_000)

    @field_validator("phone")
    @classmethod
    def _international(cls, given: str | None) -> str | None:
        """A number as the whole world dials it (E.164)."""
        if not given:
            return None
        try:
            number = phonenumbers.parse(given, _REGION)
        except phonenumbers.NumberParseException:
            raise ValueError("not a telephone number") from None
        if not phonenumbers.is_possible_number(number):
            raise ValueError("not a telephone number")
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


class Outcome(Frozen):
    """What became of a command."""

    id: str
    status: Literal["pending", "done", "refused"]
    contact: ContactSummary | None = None
    problem: dict[str, Any] | None = None


@router.get("/conversations/{id}/contact")
async def get_contact_behind(request: Request, response: Response, caller: CurrentCaller, id: Id) -> Contact:
    """Who is behind a conversation."""
    contacts: Contacts = request.state.contacts
    return await _whole(request, response, caller, await contacts.behind(caller, id))


@router.get("/contacts")
async def list_contacts(
    request: Request,
    caller: CurrentCaller,
    brand: Annotated[str | None, Query(max_length=100)] = None,
    q: Annotated[
        str | None, Query(max_length=100, description="Beginning of a name, handle, address or number.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ContactPage:
    """Contacts I may see."""
    contacts: Contacts = request.state.contacts
    items, following = await contacts.list(caller, brand, q, cursor, limit)
    return ContactPage(items=[ContactSummary.model_validate(v.model_dump()) for v in items], next=following)


@router.get("/contacts/{id}")
async def get_contact(request: Request, response: Response, caller: CurrentCaller, id: Id) -> Contact:
    """One contact with its identities; the ETag is wanted back when it is changed."""
    contacts: Contacts = request.state.contacts
    return await _whole(request, response, caller, await contacts.get(caller, id))


@router.get("/contacts/{id}/timeline")
async def get_timeline(
    request: Request, caller: CurrentCaller, id: Id, cursor: Cursor = None, limit: Limit = 50
) -> TimelinePage:
    """What happened with a contact over all channels, newest first."""
    contact = await _contact(request, caller, id)
    timeline: Timeline = request.state.timeline
    items, following = await timeline.list(caller.tenant, contact.identity_ids, cursor, limit)
    return TimelinePage(items=items, next=following)


@router.patch("/contacts/{id}", response_model=Outcome, responses={c: RESPONSES[c] for c in (409, 412)})
async def edit_contact(
    request: Request,
    caller: CurrentCaller,
    said: NewCommand,
    id: Id,
    body: ContactChange,
    if_match: Annotated[str | None, Header(max_length=100)] = None,
) -> JSONResponse:
    """Write down what is known of a contact."""
    contact = await _contact(request, caller, id)
    expected = (if_match or "").strip('" W/')
    if if_match is not None and not expected.isdigit():
        raise Problem(422, "invalid", "If-Match is not an ETag of ours", "Send the ETag you have read.")
    command = EditContact(
        id=said.id,
        tenant=caller.tenant,
        at=now(),
        brand_id=contact.brand_id,
        contact_id=id,
        by=caller.id,
        expected_version=int(expected) if expected else None,
        fingerprint=said.fingerprint,
        changes=body.model_dump(exclude_unset=True),
    )
    outcomes: Outcomes = request.state.outcomes
    location = f"{request.scope.get('root_path', '')}/v1/commands/{command.id}"
    return await carry_out(request.state.bus, outcomes, said, command, location)


@router.get("/commands/{id}", response_model=Outcome)
async def get_outcome(request: Request, caller: CurrentCaller, id: Id) -> JSONResponse:
    """What became of a command that was answered with 202."""
    outcomes: Outcomes = request.state.outcomes
    return await look_up(outcomes, caller.tenant, id)


async def _contact(request: Request, caller: Caller, id: str) -> ContactView:
    contacts: Contacts = request.state.contacts
    found = await contacts.get(caller, id)
    if found is None:
        raise not_found("contact")
    return found


async def _whole(request: Request, response: Response, caller: Caller, view: ContactView | None) -> Contact:
    if view is None:
        raise not_found("contact")
    identities: Identities = request.state.identities
    timeline: Timeline = request.state.timeline
    found = await identities.find(caller.tenant, view.identity_ids)
    counted = [
        one.model_copy(update={"messages": await timeline.messages_of(caller.tenant, one.id)})
        for one in found
    ]
    response.headers["ETag"] = f'"{view.version}"'
    seen = [one.last_seen_at for one in found] or [view.first_seen_at]
    return Contact(
        **view.model_dump(exclude={"tenant", "identity_ids"}), identities=counted, last_seen_at=max(seen)
    )
