"""Events for tests, named by small numbers so that properties can repeat and reorder them."""

from datetime import UTC, datetime, timedelta

from libs.common.events import derive_id
from libs.common.events.ingest import Actor, Receipt, ReplyRules, SocialEvent, SocialObject, identity_id
from libs.common.events.routing import (
    Agent,
    AssignConversation,
    Author,
    ChangeStatus,
    ClaimConversation,
    ReplyToConversation,
    SetPresence,
    Status,
    WorkEvent,
    conversation_id,
)
from services.routing.domain.rules import BrandSettings, Queue, Rule

TENANT, BRAND, CHANNEL = "agency", "acme", "c1"
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
AGENT = Author(kind="agent", id="jonas", name="Jonas")


def brand_of(tenant: str, brand: str) -> BrandSettings:
    return BrandSettings(
        brand_id=brand,
        tenant=tenant,
        name="Acme",
        default_queue="service",
        queues=(Queue(id="service", name="Service"), Queue(id="billing", name="Rechnung")),
        rules=(
            Rule(id="bills", name="Rechnungen", queue="billing", any_words=("Rechnung", "offene Zahlung")),
        ),
    )


def at(number: int) -> datetime:
    return START + timedelta(seconds=number)


def identity(author: str) -> str:
    return identity_id(TENANT, BRAND, CHANNEL, author)


def conversation_of(author: str) -> str:
    return conversation_id(identity(author), "t")


def message(
    author: str, number: int, text: str = "Hallo", action: str = "create", version: int = 1, **rules: object
) -> SocialEvent:
    return SocialEvent(
        id=derive_id("event", author, number, action, version),
        type=f"social.message.{action}",
        tenant=TENANT,
        at=at(number),
        brand_id=BRAND,
        channel_id=CHANNEL,
        network="webhook",
        identity_id=identity(author),
        action=action,
        actor=Actor(id=author, name=author.title()),
        reply=ReplyRules.model_validate(rules),
        object=SocialObject(
            id=derive_id("object", author, number),
            native_id=f"{author}{number}",
            kind="message",
            thread_id="t",
            text=text,
            version=version,
        ),
    )


def _command(kind: str, author: str, number: int, by: Author) -> dict[str, object]:
    return {
        "id": derive_id(kind, author, number),
        "tenant": TENANT,
        "at": at(100 + number),
        "identity_id": identity(author),
        "conversation_id": conversation_of(author),
        "by": by,
    }


def claim(author: str, number: int, by: Author = AGENT) -> ClaimConversation:
    return ClaimConversation.model_validate(_command("claim", author, number, by))


def reply(author: str, number: int, text: str = "Gern", by: Author = AGENT) -> ReplyToConversation:
    return ReplyToConversation.model_validate({**_command("reply", author, number, by), "text": text})


def change(author: str, number: int, status: Status, by: Author = AGENT) -> ChangeStatus:
    return ChangeStatus.model_validate({**_command("status", author, number, by), "status": status})


def assign(author: str, number: int, agent: str, offer: int | None = None) -> AssignConversation:
    body = {
        **_command("assign", author, number, AGENT),
        "agent": Agent(id=agent, name=agent.title()),
        "offer": offer,
    }
    return AssignConversation.model_validate(body)


def receipt(message_id: str, author: str, state: str, failure: str | None = None) -> Receipt:
    return Receipt(
        id=derive_id("receipt", message_id, state),
        type=f"receipt.{state}",
        tenant=TENANT,
        at=at(500),
        identity_id=identity(author),
        conversation_id=conversation_of(author),
        message_id=message_id,
        failure=failure,
    )


def work(
    kind: str, author: str, version: int, agent: str | None = None, priority: str = "medium"
) -> WorkEvent:
    return WorkEvent(
        id=derive_id("work", kind, author, version, agent or ""),
        type=f"work.{kind}",
        tenant=TENANT,
        at=at(version),
        brand_id=BRAND,
        conversation_id=conversation_of(author),
        identity_id=identity(author),
        queue_id="service",
        priority=priority,
        waiting_since=at(len(author)),
        version=version,
        agent=Agent(id=agent, name=agent.title()) if agent else None,
    )


def presence(
    agent: str, status: str, number: int = 0, capacity: int = 2, brands: tuple[str, ...] = ("*",)
) -> SetPresence:
    return SetPresence(
        id=derive_id("presence", agent, status, number),
        tenant=TENANT,
        at=at(number),
        agent=Agent(id=agent, name=agent.title()),
        brands=brands,
        status=status,
        capacity=capacity,
    )
