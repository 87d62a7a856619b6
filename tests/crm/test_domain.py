"""Who somebody is."""

import random

from hypothesis import given
from hypothesis import strategies as st

from libs.common.events import Event
from libs.common.events.crm import (
    AddContact,
    ContactFact,
    ContactOutcome,
    EditContact,
    IdentityFact,
    contact_id,
)
from services.crm import domain
from services.crm.domain import Contact, Identity
from tests.examples import at, identity, message


def said(name: str | None, number: int) -> Event:
    event = message("anna", number)
    return event.model_copy(update={"actor": event.actor.model_copy(update={"name": name})})


def remembered(events: list[Event]) -> tuple[Identity, list[Event]]:
    state: Identity | None = None
    told: list[Event] = []
    for event in events:
        state, more = domain.remember(state, event)
        told += more
    assert state
    return state, told


def test_the_first_event_makes_an_identity_and_asks_for_its_contact() -> None:
    state, told = remembered([said("Anna", 1)])
    assert [type(one) for one in told] == [IdentityFact, AddContact]
    assert (state.view.name, state.view.first_seen_at) == ("Anna", at(1))


@given(
    st.lists(
        st.tuples(st.sampled_from(["Anna", "Anna K.", None]), st.integers(0, 20)), min_size=1, max_size=10
    ),
    st.randoms(),
)
def test_repeats_change_nothing_and_first_and_last_are_right_in_any_order(
    said_: list[tuple[str | None, int]], chance: random.Random
) -> None:
    events = [said(name, number) for name, number in said_]
    again = [*events, *chance.sample(events, len(events))]
    state, _ = remembered(again)
    assert state.view.first_seen_at == min(event.at for event in events)
    assert state.view.last_seen_at == max(event.at for event in events)


def test_a_late_old_event_does_not_bring_back_an_old_name() -> None:
    state, told = remembered([said("Anna", 1), said("Anna Kunz", 5), said("Anna", 3)])
    assert state.view.name == "Anna Kunz"
    assert [one.type for one in told if isinstance(one, IdentityFact)] == [
        "identity.appeared",
        "identity.changed",
    ]


def add(number: int = 1, name: str | None = "Anna") -> AddContact:
    _, told = remembered([said(name, number)])
    [command] = [one for one in told if isinstance(one, AddContact)]
    return command


def edit(version: int | None = None, **changes: str | None) -> EditContact:
    return EditContact.model_validate(
        {
            "id": f"e{changes}",
            "tenant": "agency",
            "at": at(9),
            "brand_id": "acme",
            "contact_id": contact_id(identity("anna")),
            "by": "jonas",
            "expected_version": version,
            "changes": changes,
        }
    )


def test_a_contact_is_added_once() -> None:
    contact, told = domain.edit(None, add())
    assert [one.type for one in told] == ["contact.appeared"]
    assert domain.edit(contact, add()) == (contact, [])


def test_what_people_wrote_is_not_overwritten_by_the_network() -> None:
    contact, _ = domain.edit(None, add())
    contact, _ = domain.edit(contact, edit(name="Frau Kunz"))
    contact, _ = domain.edit(contact, add(5, "anna_k"))
    assert contact and contact.view.name == "Frau Kunz"


def test_an_edit_over_a_newer_version_is_refused() -> None:
    contact, _ = domain.edit(None, add())
    contact, told = domain.edit(contact, edit(1, note="VIP"))
    assert [type(one) for one in told] == [ContactFact, ContactOutcome]
    same, told = domain.edit(contact, edit(1, note="other"))
    assert same == contact
    [outcome] = told
    assert isinstance(outcome, ContactOutcome)
    assert outcome.refusal and outcome.refusal.status == 412


def test_contacts_are_found_by_beginnings_of_name_handle_and_address() -> None:
    contact, _ = domain.edit(None, add())
    contact, _ = domain.edit(contact, edit(email="Anna@Example.org", name="Anna Öztürk"))
    assert isinstance(contact, Contact)
    assert set(contact.words) == {"anna", "öztürk", "anna@example.org"}
