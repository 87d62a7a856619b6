"""Who somebody is: identities as the networks name them, contacts as people know them."""

from collections.abc import Sequence
from typing import Any

from libs.common.events import Event, Frozen, Refusal, derive_id
from libs.common.events.crm import (
    AddContact,
    ContactFact,
    ContactOutcome,
    ContactView,
    EditContact,
    IdentityFact,
    IdentityView,
    contact_id,
)
from libs.common.events.ingest import SocialEvent

_PROFILE = ("handle", "name", "picture", "email")


class Identity(Frozen):
    """One person on one channel."""

    id: str
    view: IdentityView


class Contact(Frozen):
    """A person of one brand."""

    id: str
    view: ContactView
    words: tuple[str, ...] = ()
    """What they are found by: lower-case beginnings of names and addresses."""


def identity_of(event: Event) -> str:
    """Id of the identity an event is about."""
    assert isinstance(event, SocialEvent)
    return event.identity_id


def contact_of(event: Event) -> str:
    """Id of the contact a command is for."""
    assert isinstance(event, AddContact | EditContact)
    return event.contact_id


def remember(state: Identity | None, event: Event) -> tuple[Identity | None, Sequence[Event]]:
    """Take an event into the profile of who said it; seen twice it changes nothing more."""
    assert isinstance(event, SocialEvent)
    if event.is_own:
        return state, ()
    if state is None:
        view = _appeared(event)
        return Identity(id=view.id, view=view), _told("identity.appeared", view, event, {})
    before = state.view
    seen = before.model_copy(
        update={
            "first_seen_at": min(before.first_seen_at, event.at),
            "last_seen_at": max(before.last_seen_at, event.at),
        }
    )
    changes = _profile_changes(before, event)
    if not changes:
        return state.model_copy(update={"view": seen}), ()
    view = seen.model_copy(update={**changes, "version": before.version + 1})
    previous = {name: getattr(before, name) for name in changes}
    return state.model_copy(update={"view": view}), _told("identity.changed", view, event, previous)


def _profile_changes(before: IdentityView, event: SocialEvent) -> dict[str, Any]:
    """What a newer event says of somebody; an older one that comes late says nothing new."""
    if event.at < before.last_seen_at:
        return {}
    said = {name: getattr(event.actor, name) for name in _PROFILE}
    return {name: value for name, value in said.items() if value and value != getattr(before, name)}


def _appeared(event: SocialEvent) -> IdentityView:
    actor = event.actor
    return IdentityView(
        id=event.identity_id,
        tenant=event.tenant,
        brand_id=event.brand_id,
        channel_id=event.channel_id,
        network=event.network,
        external_id=actor.id,
        handle=actor.handle,
        name=actor.name,
        picture=actor.picture,
        email=actor.email,
        first_seen_at=event.at,
        last_seen_at=event.at,
        version=1,
    )


def _told(kind: str, view: IdentityView, cause: SocialEvent, previous: dict[str, Any]) -> list[Event]:
    fact = IdentityFact(
        id=derive_id("identity", view.id, view.version),
        type=kind,
        tenant=view.tenant,
        at=cause.at,
        brand_id=view.brand_id,
        version=view.version,
        cause=cause.id,
        previous=previous,
        current=view,
    )
    command = AddContact(
        id=derive_id("add-contact", view.id, view.version),
        tenant=view.tenant,
        at=cause.at,
        brand_id=view.brand_id,
        contact_id=contact_id(view.id),
        identity=view,
    )
    return [fact, command]


def edit(state: Contact | None, event: Event) -> tuple[Contact | None, Sequence[Event]]:
    """Take a command into a contact."""
    if isinstance(event, AddContact):
        return _add(state, event)
    assert isinstance(event, EditContact)
    if state is None:
        return None, [_refused(event, 409, "no-contact", "No such contact", "It does not exist any more.")]
    if event.expected_version is not None and event.expected_version != state.view.version:
        return state, [
            _refused(
                event, 412, "changed-meanwhile", "Somebody has changed it", "Read it again, then change it."
            )
        ]
    changes: dict[str, Any] = {
        name: value for name, value in event.changes.items() if value != getattr(state.view, name)
    }
    after, told = _changed(state, changes, event, event.by)
    return after, [*told, _done(event, after)]


def _add(state: Contact | None, event: AddContact) -> tuple[Contact, Sequence[Event]]:
    """A new contact, or what its identity now says where the contact says nothing."""
    identity = event.identity
    if state is None:
        view = ContactView(
            id=event.contact_id,
            tenant=event.tenant,
            brand_id=event.brand_id,
            identity_ids=(identity.id,),
            name=identity.name or identity.handle,
            email=identity.email,
            picture=identity.picture,
            first_seen_at=identity.first_seen_at,
            version=1,
        )
        fact = ContactFact(
            id=derive_id("contact", view.id, 1),
            type="contact.appeared",
            tenant=view.tenant,
            at=event.at,
            brand_id=view.brand_id,
            version=1,
            cause=event.id,
            current=view,
        )
        return Contact(id=view.id, view=view, words=words_of(view, identity.handle)), [fact]
    said = {"name": identity.name or identity.handle, "email": identity.email, "picture": identity.picture}
    return _changed(state, {n: v for n, v in said.items() if v and not getattr(state.view, n)}, event, None)


def _changed(
    state: Contact, changes: dict[str, Any], cause: AddContact | EditContact, by: str | None
) -> tuple[Contact, list[Event]]:
    if not changes:
        return state, []
    before = state.view
    view = before.model_copy(update={**changes, "version": before.version + 1})
    handles = [word for word in state.words if word.startswith("@")]
    fact = ContactFact(
        id=derive_id("contact", view.id, view.version),
        type="contact.changed",
        tenant=view.tenant,
        at=cause.at,
        brand_id=view.brand_id,
        version=view.version,
        cause=cause.id,
        by=by,
        previous={name: getattr(before, name) for name in changes},
        current=view,
    )
    words = words_of(view, handles[0] if handles else None)
    return state.model_copy(update={"view": view, "words": words}), [fact]


def words_of(view: ContactView, handle: str | None) -> tuple[str, ...]:
    """Lower-case words a contact is found by."""
    words = {*(view.name or "").casefold().split(), (view.email or "").casefold(), view.phone or ""}
    if handle:
        words |= {handle.casefold().lstrip("@"), "@" + handle.casefold().lstrip("@")}
    return tuple(sorted(word[:100] for word in words if word))


def _done(command: EditContact, state: Contact) -> ContactOutcome:
    return ContactOutcome(
        id=command.id,
        type="command.done",
        tenant=command.tenant,
        at=command.at,
        contact_id=command.contact_id,
        contact=state.view,
        fingerprint=command.fingerprint,
    )


def _refused(command: EditContact, status: int, slug: str, title: str, detail: str) -> ContactOutcome:
    return ContactOutcome(
        id=command.id,
        type="command.refused",
        tenant=command.tenant,
        at=command.at,
        contact_id=command.contact_id,
        fingerprint=command.fingerprint,
        refusal=Refusal(status=status, slug=slug, title=title, detail=detail),
    )
