"""A conversation as its one writer holds it, and the telling of what happens to it."""

from collections.abc import Sequence
from typing import Any

from libs.common.events import Event, Frozen, Refusal, derive_id
from libs.common.events import routing as contract
from libs.common.events.routing import (
    Author,
    ConversationCommand,
    ConversationFact,
    ConversationView,
    FactType,
    LastMessage,
    Message,
    Reason,
)

PREVIEW = 200
ROUTING = Author(kind="system", id="routing", name="Resonanz")


class Conversation(Frozen):
    """A conversation with what its writer must remember besides what everybody sees."""

    id: str
    view: ConversationView
    outgoing: tuple[Message, ...] = ()
    """The newest outgoing messages, for receipts: a state only moves forward."""
    last_message_id: str | None = None
    incoming_number: int = 0
    incoming_native_id: str | None = None
    """Number and native id of the contact's newest message."""


Decision = tuple[Conversation | None, Sequence[Event]]
"""The new state and, in order, the facts, orders, desk events and outcome of an input."""


class Story:
    """Collects what follows from one input, each fact with the version and view it leaves behind."""

    def __init__(self, state: Conversation, cause: Event, by: Author) -> None:
        self.state = state
        self.cause = cause
        self.by = by
        self.told: list[Event] = []

    def tell(
        self,
        kind: FactType,
        *,
        message: Message | None = None,
        reason: Reason | None = None,
        by: Author | None = None,
        **changes: Any,
    ) -> None:
        """Change the view and announce it."""
        before = self.state.view
        after = before.model_copy(update={**changes, "version": before.version + 1})
        self.remember(view=after)
        self.told.append(
            ConversationFact(
                id=derive_id("fact", after.id, after.version),
                type=kind,
                tenant=after.tenant,
                at=self.cause.at,
                brand_id=after.brand_id,
                conversation_id=after.id,
                identity_id=after.identity_id,
                version=after.version,
                cause=self.cause.id,
                by=by or self.by,
                current=after,
                message=message,
                reason=reason,
                previous={name: _plain(getattr(before, name)) for name in changes if name in _TELLING},
            )
        )

    def remember(self, **changes: Any) -> None:
        """Change what only the writer sees."""
        self.state = self.state.model_copy(update=changes)

    def work(self, kind: str, agent: contract.Agent | None = None) -> None:
        """Tell the desk."""
        view = self.state.view
        self.told.append(
            contract.WorkEvent(
                id=derive_id("work", kind, view.id, view.version, agent.id if agent else "", self.cause.id),
                type=kind,
                tenant=view.tenant,
                at=self.cause.at,
                brand_id=view.brand_id,
                conversation_id=view.id,
                identity_id=view.identity_id,
                queue_id=view.queue_id or "",
                priority=view.priority,
                waiting_since=view.waiting_since or view.opened_at,
                version=view.version,
                agent=agent,
            )
        )

    def work_again(self) -> None:
        """Tell the desk what an open conversation needs now: an agent, or room for the one it has."""
        if self.state.view.assignee:
            self.work("work.taken", self.state.view.assignee)
        else:
            self.work("work.waiting")

    def assign(self, agent: contract.Agent, reason: Reason | None = None) -> None:
        """Give it to an agent."""
        self.tell("conversation.assigned", assignee=agent, reason=reason)
        if self.state.view.status == "open":
            self.work("work.taken", agent)

    def end(self, message: Message | None = None) -> Decision:
        """The new state and all that was told, with the outcome if a person waits for one."""
        if isinstance(self.cause, ConversationCommand):
            self.told.append(outcome(self.cause, self.state.view, message))
        return self.state, self.told


_TELLING = frozenset({"status", "queue_id", "assignee", "priority", "unread"})


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, Frozen) else value


def outcome(
    command: ConversationCommand,
    view: ConversationView | None = None,
    message: Message | None = None,
    refusal: Refusal | None = None,
) -> contract.CommandOutcome:
    """What a person who waits is told."""
    return contract.CommandOutcome(
        id=command.id,
        type="command.refused" if refusal else "command.done",
        tenant=command.tenant,
        at=command.at,
        conversation_id=command.conversation_id,
        conversation=view,
        message=message,
        refusal=refusal,
        fingerprint=command.fingerprint,
    )


def refuse(
    state: Conversation, command: ConversationCommand, slug: str, title: str, detail: str, status: int = 409
) -> Decision:
    """Change nothing and say why."""
    refusal = Refusal(status=status, slug=slug, title=title, detail=detail)
    return state, [outcome(command, refusal=refusal)]


def last_message(message: Message) -> LastMessage:
    """What lists show of a message."""
    return LastMessage(
        number=message.number,
        direction=message.direction,
        kind=message.kind,
        text=message.text[:PREVIEW],
        author_name=message.author.name,
        at=message.at,
    )
