"""A visitor's lines: one sequence, no gaps, no repeats."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from libs.common.batch import fold
from libs.common.events import Event
from libs.common.events.ingest import Receipt, VisitorUpdate
from libs.common.events.routing import Agent, SendMessage, ShowRead
from libs.common.kafka import Position, Record
from services.ingest import domain
from tests.examples import at, identity, message


def order(author: str, number: int) -> SendMessage:
    return SendMessage(
        id=f"send-{author}-{number}",
        tenant="agency",
        at=at(number),
        brand_id="acme",
        channel_id="c1",
        network="livechat",
        identity_id=identity(author),
        conversation_id="conv",
        thread_id="t",
        message_id=f"m-{author}-{number}",
        text="Ja",
        author=Agent(id="jonas", name="Jonas"),
        to=message(author, 1).actor,
    )


def read(author: str, number: int) -> ShowRead:
    return ShowRead(
        id=f"read-{author}-{number}",
        tenant="agency",
        at=at(number),
        brand_id="acme",
        channel_id="c1",
        network="livechat",
        identity_id=identity(author),
        conversation_id="conv",
        thread_id="t",
        native_id=f"{author}{number}",
    )


authors = st.sampled_from(["anna", "ben"])
histories = st.lists(
    st.one_of(
        st.builds(message, authors, st.integers(0, 9)),
        st.builds(order, authors, st.integers(0, 9)),
        st.builds(read, authors, st.integers(0, 9)),
    ),
    unique_by=lambda event: event.id,
    max_size=20,
)


@given(histories, st.integers(1, 20))
def test_lines_have_one_sequence_however_batches_are_cut(events: list[Event], size: int) -> None:
    records = [Record(event, Position("x", 0, offset)) for offset, event in enumerate(events)]
    whole = fold(records, {}, domain.target, domain.decide, {})
    found: dict[str, Any] = {}
    known: dict[str, Position] = {}
    parts: list[Any] = []
    for start in range(0, len(records), size):
        part = fold(records[start : start + size], found, domain.target, domain.decide, known)
        found |= {doc.id: type(doc)(doc.id, doc.state, 1, doc.applied) for doc in part.changed}
        known |= {fact.cause_id: fact.cause for fact in part.facts}
        parts += part.facts
    assert [fact.event for fact in parts] == [fact.event for fact in whole.facts]
    for author in ("anna", "ben"):
        lines = [
            one.event.line
            for one in whole.facts
            if isinstance(one.event, VisitorUpdate)
            and one.event.line
            and one.event.identity_id == identity(author)
        ]
        assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
        assert len({line.id for line in lines}) == len(lines)


def test_an_answer_is_a_line_and_a_receipt() -> None:
    visitor, told = domain.decide(None, order("anna", 1))
    assert visitor and visitor.seq == 1
    assert [type(one) for one in told] == [VisitorUpdate, Receipt]


def test_read_marks_the_visitors_newest_line_once() -> None:
    visitor, _ = domain.decide(None, message("anna", 1))
    visitor, _ = domain.decide(visitor, order("anna", 2))
    visitor, told = domain.decide(visitor, read("anna", 1))
    assert visitor and visitor.read_seq == 1
    assert len(told) == 1
    assert domain.decide(visitor, read("anna", 1)) == (visitor, ())
    assert domain.decide(visitor, read("anna", 9)) == (visitor, ())  # a line we do not know
