"""What happens to a conversation."""

from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.common.events import Event
from libs.common.events.routing import (
    Author,
    CommandOutcome,
    ConversationFact,
    ConversationView,
    SendMessage,
    ShowRead,
    WorkEvent,
)
from services.routing.domain import conversation
from services.routing.domain.story import Conversation
from tests.examples import AGENT, assign, at, brand_of, change, claim, message, receipt, reply

decide = partial(conversation.decide, brand_of=brand_of)
MIRA = Author(kind="agent", id="mira", name="Mira")


def after(*events: Event) -> tuple[Conversation, list[Event]]:
    state: Conversation | None = None
    told: Sequence[Event] = ()
    for event in events:
        state, told = decide(state, event)
    assert state
    return state, list(told)


def types(told: Sequence[Event]) -> list[str]:
    return [one.type for one in told]


def refusal(told: Sequence[Event]) -> str:
    [outcome] = [one for one in told if isinstance(one, CommandOutcome)]
    assert outcome.refusal
    return f"{outcome.refusal.status} {outcome.refusal.slug}"


def test_the_first_message_opens_queues_and_says_why() -> None:
    state, told = after(message("anna", 1, "Wo ist meine RECHNUNG?"))
    assert types(told) == ["conversation.opened", "message.received", "conversation.queued", "work.waiting"]
    assert state.view.queue_id == "billing"
    queued = told[2]
    assert isinstance(queued, ConversationFact)
    assert queued.reason and queued.reason.words == ("Rechnung",)
    assert queued.previous == {"queue_id": None}
    assert (state.view.unread, state.view.waiting_since, state.view.version) == (1, at(1), 3)


def test_claiming_twice_is_fine_for_the_owner_and_refused_for_others() -> None:
    state, told = after(message("anna", 1), claim("anna", 1))
    assert types(told) == ["conversation.assigned", "work.taken", "command.done"]
    assert types(decide(state, claim("anna", 2))[1]) == ["command.done"]
    assert refusal(decide(state, claim("anna", 3, MIRA))[1]) == "409 already-assigned"


def test_an_answer_is_sent_takes_the_conversation_and_ends_the_waiting() -> None:
    state, told = after(message("anna", 1), reply("anna", 1, "Kommt!"))
    assert types(told) == [
        "message.replied",
        "message.send",
        "conversation.assigned",
        "work.taken",
        "command.done",
    ]
    [order] = [one for one in told if isinstance(one, SendMessage)]
    assert (order.text, order.to.id, order.in_reply_to) == ("Kommt!", "anna", "anna1")
    assert (state.view.waiting_since, state.view.unread, state.view.assignee and state.view.assignee.id) == (
        None,
        0,
        "jonas",
    )


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        (message("anna", 1, max_length=3), "422 too-long"),
        (message("anna", 1, window_until=at(2)), "409 window-closed"),
    ],
)
def test_the_networks_rules_are_kept_before_sending(first: Event, wanted: str) -> None:
    state, told = after(first, reply("anna", 1, "lang genug"))
    assert refusal(told) == wanted
    assert state.view.messages == 1


def test_a_resolved_conversation_comes_back_with_the_next_message() -> None:
    state, told = after(message("anna", 1), claim("anna", 1), change("anna", 1, "resolved"))
    assert types(told) == ["conversation.status_changed", "work.finished", "command.done"]
    state, told = decide(state, message("anna", 2))  # type: ignore[assignment]
    assert types(told) == ["message.received", "conversation.status_changed", "work.taken"]
    assert state.view.status == "open"


def test_resolving_twice_is_refused() -> None:
    _, told = after(message("anna", 1), change("anna", 1, "resolved"), change("anna", 2, "resolved"))
    assert refusal(told) == "409 already-resolved"


def test_an_offer_that_comes_too_late_is_told_to_the_desk_and_changes_nothing() -> None:
    state, _ = after(message("anna", 1), claim("anna", 1))
    same, told = decide(state, assign("anna", 1, "mira", offer=7))
    assert same == state
    [refused] = told
    assert isinstance(refused, WorkEvent)
    assert (refused.type, refused.agent and refused.agent.id) == ("work.refused", "mira")


@given(st.permutations(["sent", "delivered", "read"]), st.booleans())
def test_receipts_only_move_forward(order: list[str], fails: bool) -> None:
    state, _ = after(message("anna", 1), reply("anna", 1))
    [sent] = state.outgoing
    seen = ["pending"]
    for kind in [*order, *(["failed"] if fails else [])]:
        newer, told = decide(state, receipt(sent.id, "anna", kind))
        assert newer
        state = newer
        seen += [one.message.state for one in told if isinstance(one, ConversationFact) and one.message]
    ranks = [["pending", "sent", "delivered", "read"].index(one) for one in seen]
    assert ranks == sorted(ranks)
    assert state.outgoing[0].state == "read"


def test_a_failed_answer_says_why() -> None:
    state, _ = after(message("anna", 1), reply("anna", 1))
    _, told = decide(state, receipt(state.outgoing[0].id, "anna", "failed", "no callback"))
    [fact] = told
    assert isinstance(fact, ConversationFact)
    assert fact.message
    assert (fact.message.state, fact.message.failure) == ("failed", "no callback")


def test_edits_and_deletes_reach_the_list() -> None:
    state, _ = after(message("anna", 1, "alt"))
    state, told = decide(state, message("anna", 1, "neu", "update", 2))  # type: ignore[assignment]
    assert types(told) == ["message.edited"]
    assert state.view.last_message and state.view.last_message.text == "neu"
    state, _ = decide(state, message("anna", 1, "neu", "delete", 3))  # type: ignore[assignment]
    assert state.view.last_message and state.view.last_message.text == ""


def test_reading_tells_the_contact_once() -> None:
    from libs.common.events.routing import MarkRead

    state, _ = after(message("anna", 1), message("anna", 2))
    read = MarkRead(
        id="r",
        tenant="agency",
        at=at(9),
        identity_id=state.view.identity_id,
        conversation_id=state.id,
        by=AGENT,
        up_to=2,
    )
    state, told = decide(state, read)  # type: ignore[assignment]
    assert [type(one) for one in told[:2]] == [ConversationFact, ShowRead]
    assert types(decide(state, read.model_copy(update={"id": "r2"}))[1]) == ["command.done"]


def test_a_command_for_what_is_not_there_is_refused() -> None:
    state, told = decide(None, claim("nobody", 1))
    assert state is None
    assert refusal(told) == "409 no-conversation"


@given(
    st.lists(
        st.one_of(
            st.builds(message, st.just("anna"), st.integers(1, 9)),
            st.builds(reply, st.just("anna"), st.integers(1, 9)),
            st.builds(
                change,
                st.just("anna"),
                st.integers(1, 9),
                st.sampled_from(["open", "pending", "snoozed", "resolved"]),
            ),
        ),
        max_size=15,
    )
)
def test_each_fact_shows_the_state_it_leaves_behind(events: list[Event]) -> None:
    state: Conversation | None = None
    for event in events:
        before = state.view if state else None
        state, told = decide(state, event)
        facts = [one for one in told if isinstance(one, ConversationFact)]
        shown: ConversationView | None = before
        for fact in facts:
            assert fact.version == (shown.version if shown else 0) + 1
            shown = fact.current
        if facts:
            assert state
            assert shown == state.view
