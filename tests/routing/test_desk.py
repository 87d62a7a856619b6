"""Who gets what waits."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from libs.common.events import Event
from libs.common.events.routing import AssignConversation
from services.routing.domain.desk import Desk, decide, desk_inputs
from tests.examples import presence, work

NAMES = ["anna", "ben", "cleo", "dora", "emil"]


def run(events: Sequence[Event], desk: Desk | None = None) -> tuple[Desk, list[AssignConversation]]:
    offers = []
    for event in events:
        desk, told = decide(desk, event)
        offers += [one for one in told if isinstance(one, AssignConversation)]
    assert desk
    return desk, offers


def test_work_goes_round_among_those_who_are_present() -> None:
    _, offers = run(
        [
            presence("jonas", "online"),
            presence("mira", "online"),
            presence("lea", "away"),
            *(work("waiting", name, 3) for name in NAMES[:4]),
        ]
    )
    assert [offer.agent.id for offer in offers] == ["jonas", "mira", "jonas", "mira"]


def test_nobody_gets_more_than_they_have_room_for_and_the_rest_waits() -> None:
    desk, offers = run(
        [presence("jonas", "online", capacity=2), *(work("waiting", name, 3) for name in NAMES)]
    )
    assert len(offers) == 2
    assert desk.members["jonas"].load == 2
    assert Counter(one.state for one in desk.work.values()) == {"offered": 2, "waiting": 3}


def test_the_moment_room_returns_the_longest_waiting_is_handed_out() -> None:
    desk, _ = run(
        [
            presence("jonas", "online", capacity=1),
            *(work("waiting", name, 3) for name in ("benjamin", "ada", "cleo")),
        ]
    )
    first = next(one for one in desk.work.values() if one.state == "offered")
    finished = next(
        name for name in ("benjamin", "ada", "cleo") if work("finished", name, 9).conversation_id == first.id
    )
    desk, offers = run([work("finished", finished, 9, "jonas")], desk)
    [offer] = offers
    assert (
        offer.conversation_id == work("waiting", "ada", 3).conversation_id
    )  # waiting since the shortest name


def test_only_those_who_see_the_brand_get_its_work() -> None:
    _, offers = run([presence("jonas", "online", brands=("other",)), work("waiting", "anna", 3)])
    assert offers == []


def test_a_manual_claim_moves_the_load() -> None:
    desk, _ = run(
        [
            presence("jonas", "online"),
            presence("mira", "online"),
            work("waiting", "anna", 3),
            work("taken", "anna", 4, "mira"),
        ]
    )
    assert (desk.members["jonas"].load, desk.members["mira"].load) == (0, 1)


def test_a_late_repeat_does_not_wake_finished_work() -> None:
    desk, offers = run(
        [
            presence("jonas", "online"),
            work("waiting", "anna", 3),
            work("taken", "anna", 4, "jonas"),
            work("finished", "anna", 5, "jonas"),
            work("waiting", "anna", 3),
            work("taken", "anna", 4, "jonas"),
        ]
    )
    assert len(offers) == 1
    assert desk.members["jonas"].load == 0


events = st.lists(
    st.one_of(
        st.builds(
            presence,
            st.sampled_from(["jonas", "mira"]),
            st.sampled_from(["online", "away", "offline"]),
            st.integers(0, 9),
            st.integers(0, 3),
        ),
        st.builds(work, st.sampled_from(["waiting", "finished"]), st.sampled_from(NAMES), st.integers(1, 9)),
        st.builds(
            work,
            st.sampled_from(["taken", "refused"]),
            st.sampled_from(NAMES),
            st.integers(1, 9),
            st.sampled_from(["jonas", "mira"]),
        ),
    ),
    max_size=30,
)


@given(events)
def test_load_is_always_the_number_of_what_one_holds(history: list[Event]) -> None:
    known = {"jonas", "mira"}
    desk, _ = run([*(presence(name, "offline", 99) for name in known), *history])
    held = Counter(one.agent_id for one in desk.work.values() if one.state in ("offered", "taken"))
    assert {id: member.load for id, member in desk.members.items()} == {id: held[id] for id in desk.members}


@given(events)
def test_nothing_is_offered_to_two_at_once(history: list[Event]) -> None:
    desk: Desk | None = None
    for event in history:
        before = desk
        desk, told = decide(desk, event)
        offers = Counter(one.conversation_id for one in told if isinstance(one, AssignConversation))
        assert all(count == 1 for count in offers.values())
        for conversation in offers:
            held = before.work.get(conversation) if before else None
            assert held is None or held.state != "offered" or held.id == getattr(event, "conversation_id", "")


@given(events)
def test_what_is_loaded_is_enough(history: list[Event]) -> None:
    """Deciding with only what `desk_inputs` asks for comes to the same as with everything."""
    desk, _ = run([presence("jonas", "offline"), *history])
    batch: list[Event] = [presence("mira", "online", 50, 2), work("finished", "anna", 50)]
    named, groups = desk_inputs(batch, "agency", desk.members)
    waiting = sorted(
        (w for w in desk.work.values() if w.state == "waiting"), key=lambda w: (w.rank, w.waiting_since, w.id)
    )
    loaded = {w.id: w for w in desk.work.values() if w.id in named}
    for _, room in groups:
        loaded |= {w.id: w for w in waiting[:room] if w.id not in loaded}
    _, whole = run(batch, desk)
    _, part = run(batch, desk.model_copy(update={"work": loaded}))
    assert [offer.id for offer in part] == [offer.id for offer in whole]
