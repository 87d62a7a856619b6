"""Writes one example per event type, from the domain itself: `python -m tests.contracts.write_examples`.

Examples are committed and only ever added: old ones must go on being readable.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from libs.common.events import Event, derive_id
from libs.common.events.crm import EditContact
from libs.common.events.ingest import Delivery, VisitorSignal
from libs.common.events.routing import (
    AddNote,
    AgentSignal,
    MarkRead,
    SendMessage,
    UnassignConversation,
    WorkEvent,
)
from libs.common.topics import topic_of
from services.crm import domain as crm
from services.ingest import domain as visitor
from services.notify.domain import entry
from services.routing.domain import conversation, desk
from services.routing.domain.story import Conversation
from tests.examples import (
    AGENT,
    assign,
    at,
    brand_of,
    change,
    claim,
    conversation_of,
    identity,
    message,
    presence,
    receipt,
    reply,
    work,
)

EXAMPLES = Path(__file__).parent / "examples"


def events() -> Iterator[Event]:
    """Every kind of event there is, as it comes out of a small conversation."""
    inputs = list(conversation_inputs())
    yield from inputs
    state: Conversation | None = None
    told: list[Event] = []
    for one in inputs:
        state, more = conversation.decide(state, one, partial(brand_of))
        told += more
    yield from told
    yield from (made for made in map(entry, told) if made)
    yield from desk_events()
    yield from crm_events()
    yield from visitor_events([one for one in told if isinstance(one, SendMessage)])
    yield Delivery.model_construct(
        id=derive_id("delivery", 1),
        type="delivery.received",
        tenant="agency",
        at=at(0),
        brand_id="acme",
        channel_id="c1",
        network="webhook",
        headers={"webhook-id": "msg_1"},
        body=b'{"thread": "t", "author": {"id": "anna"}}',
    )


def conversation_inputs() -> Iterator[Event]:
    base = {
        "tenant": "agency",
        "at": at(9),
        "identity_id": identity("anna"),
        "conversation_id": conversation_of("anna"),
        "by": AGENT,
    }
    yield message("anna", 1, "Wo bleibt meine Rechnung?")
    yield message("anna", 1, "Wo bleibt meine Rechnung bloß?", "update", 2)
    yield claim("anna", 1)
    yield UnassignConversation.model_validate({**base, "id": derive_id("unassign")})
    yield assign("anna", 1, "mira")
    sent = reply("anna", 1, "Ist unterwegs.")
    yield sent
    for state in ("sent", "delivered", "read", "failed", "unclear"):
        yield receipt(
            derive_id("message", sent.id), "anna", state, "no callback" if state == "failed" else None
        )
    yield AddNote.model_validate({**base, "id": derive_id("note"), "text": "Stammkundin"})
    yield message("anna", 2, "Danke!")
    yield MarkRead.model_validate({**base, "id": derive_id("read"), "up_to": 4})
    yield change("anna", 1, "resolved")
    yield message("anna", 1, "", "delete", 3)
    yield message("anna", 3, "Noch etwas")


def desk_events() -> Iterator[Event]:
    inputs = [
        presence("jonas", "online"),
        *(work(kind, "anna", 3, "jonas") for kind in ("waiting", "taken", "refused", "finished")),
    ]
    state = None
    for one in inputs:
        yield one
        state, told = desk.decide(state, one)
        yield from told
        yield from (made for made in map(entry, told) if made)
        assert isinstance(one, WorkEvent) or told


def crm_events() -> Iterator[Event]:
    first = message("anna", 1)
    second = message("anna", 2).model_copy(
        update={"actor": first.actor.model_copy(update={"name": "Anna Kunz"})}
    )
    person, contact = None, None
    for one in (first, second):
        person, told = crm.remember(person, one)
        yield from told
        for command in (command for command in told if command.type == "contact.add"):
            contact, facts = crm.edit(contact, command)
            yield from facts
            yield from (made for made in map(entry, facts) if made)
    assert contact
    edit = EditContact(
        id=derive_id("edit"),
        tenant="agency",
        at=at(9),
        brand_id="acme",
        contact_id=contact.id,
        by="jonas",
        expected_version=1,
        changes={"phone": "+4940123456"},
    )
    yield edit
    yield from crm.edit(contact, edit)[1]


def visitor_events(orders: list[SendMessage]) -> Iterator[Event]:
    line = message("anna", 1)
    state, told = visitor.decide(None, line)
    yield from told
    typing = VisitorSignal(
        id=derive_id("typing", 1),
        tenant="agency",
        at=at(1),
        brand_id="acme",
        channel_id="c1",
        identity_id=line.identity_id,
        conversation_id=conversation_of("anna"),
        typing=True,
    )
    yield typing
    agent = AgentSignal(
        id=derive_id("typing", 2),
        tenant="agency",
        at=at(1),
        brand_id="acme",
        channel_id="c1",
        network="livechat",
        identity_id=line.identity_id,
        conversation_id=conversation_of("anna"),
        agent=orders[0].author,
        typing=True,
    )
    yield agent
    yield from (made for made in map(entry, (typing, agent)) if made)
    from tests.ingest.test_visitor import read

    yield from visitor.decide(state, read("anna", 1))[1]


def main() -> None:
    for event in events():
        topic = topic_of(event)
        if topic is None:
            continue
        file = EXAMPLES / topic.name / f"{event.type}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            body = json.loads(event.model_dump_json(exclude_none=True))
            file.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
