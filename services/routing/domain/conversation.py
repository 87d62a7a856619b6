"""What happens to a conversation: messages, commands and receipts in, facts out."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from libs.common.events import Event, Frozen, Refusal, derive_id
from libs.common.events import routing as contract
from libs.common.events.ingest import Receipt, SocialEvent
from libs.common.events.routing import (
    Author,
    ConversationCommand,
    ConversationFact,
    ConversationView,
    FactType,
    LastMessage,
    Message,
    Reason,
    conversation_id,
)
from services.routing.domain.rules import BrandSettings, choose_queue

TRACKED_OUTGOING = 20
"""Outgoing messages whose receipts are still followed; older ones keep the state they have."""
_PREVIEW = 200
_RANK = {"pending": 0, "unclear": 1, "sent": 2, "delivered": 3, "read": 4, "failed": 5}
_ROUTING = Author(kind="system", id="routing", name="Resonanz")

BrandOf = Callable[[str, str], BrandSettings]
"""(tenant, brand) → its settings; the default ones for a brand nobody has set up."""


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


def target(event: Event) -> str:
    """Id of the conversation an input belongs to."""
    if isinstance(event, SocialEvent):
        return conversation_id(event.identity_id, event.object.thread_id)
    assert isinstance(event, ConversationCommand | Receipt)
    return event.conversation_id


def decide(
    state: Conversation | None, event: Event, brand_of: BrandOf
) -> tuple[Conversation | None, Sequence[Event]]:
    """Take one input into a conversation.

    Returns:
        The new state and, in order, the facts, orders, desk events and outcome it causes.
    """
    if isinstance(event, SocialEvent):
        return _on_social_event(state, event, brand_of)
    if isinstance(event, Receipt):
        return _on_receipt(state, event)
    assert isinstance(event, ConversationCommand)
    if state is None:
        refusal = Refusal(status=409, slug="no-conversation", title="No such conversation",
                          detail="It does not exist any more. Reload the list.")
        return None, [_outcome(event, refusal=refusal)]
    return _HANDLERS[type(event)](state, event)


class _Story:
    """Collects what follows from one input, each fact with the version and view it leaves behind."""

    def __init__(self, state: Conversation, cause: Event, by: Author) -> None:
        self.state = state
        self.cause = cause
        self.by = by
        self.told: list[Event] = []

    def tell(
        self, kind: FactType, *, message: Message | None = None, reason: Reason | None = None,
        by: Author | None = None, **changes: Any,
    ) -> None:
        """Change the view and announce it."""
        before = self.state.view
        after = before.model_copy(update={**changes, "version": before.version + 1})
        self.remember(view=after)
        self.told.append(
            ConversationFact(
                id=derive_id("fact", after.id, after.version), type=kind, tenant=after.tenant,
                at=self.cause.at, brand_id=after.brand_id, conversation_id=after.id,
                identity_id=after.identity_id, version=after.version, cause=self.cause.id,
                by=by or self.by, current=after, message=message, reason=reason,
                previous={
                    name: _plain(getattr(before, name)) for name in changes if name in _TELLING
                },
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
                type=kind, tenant=view.tenant, at=self.cause.at, brand_id=view.brand_id,
                conversation_id=view.id, identity_id=view.identity_id,
                queue_id=view.queue_id or "", priority=view.priority,
                waiting_since=view.waiting_since or view.opened_at, version=view.version, agent=agent,
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

    def end(self, message: Message | None = None) -> tuple[Conversation, Sequence[Event]]:
        """The new state and all that was told, with the outcome if a person waits for one."""
        if isinstance(self.cause, ConversationCommand):
            self.told.append(_outcome(self.cause, self.state.view, message))
        return self.state, self.told


_TELLING = frozenset({"status", "queue_id", "assignee", "priority", "unread"})


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, Frozen) else value


def _outcome(
    command: ConversationCommand, view: ConversationView | None = None, message: Message | None = None,
    refusal: Refusal | None = None,
) -> contract.CommandOutcome:
    return contract.CommandOutcome(
        id=command.id, type="command.refused" if refusal else "command.done", tenant=command.tenant,
        at=command.at, conversation_id=command.conversation_id, conversation=view, message=message,
        refusal=refusal, fingerprint=command.fingerprint,
    )


def _refuse(
    state: Conversation, command: ConversationCommand, slug: str, title: str, detail: str, status: int = 409
) -> tuple[Conversation, Sequence[Event]]:
    refusal = Refusal(status=status, slug=slug, title=title, detail=detail)
    return state, [_outcome(command, refusal=refusal)]


# -- what the contact does ---------------------------------------------------------------------


def _on_social_event(
    state: Conversation | None, event: SocialEvent, brand_of: BrandOf
) -> tuple[Conversation | None, Sequence[Event]]:
    if event.is_own:
        return state, ()
    contact = _contact(event)
    if event.action != "create":
        return _on_edit(state, event, contact)
    if state is None:
        story = _Story(_opened(event), event, contact)
        story.tell("conversation.opened")
        _receive(story, event, contact)
        queue, reason = choose_queue(event, brand_of(event.tenant, event.brand_id))
        story.tell("conversation.queued", queue_id=queue, reason=reason, by=_ROUTING)
        story.work("work.waiting")
        return story.end()
    story = _Story(state, event, contact)
    _receive(story, event, contact)
    if state.view.status != "open":
        reason = Reason(text="The contact has written again")
        story.tell("conversation.status_changed", status="open", reason=reason, by=_ROUTING)
        story.work_again()
    return story.end()


def _receive(story: _Story, event: SocialEvent, contact: Author) -> None:
    view = story.state.view
    message = _incoming(event, view.id, view.messages + 1, contact)
    story.remember(
        incoming_number=message.number, incoming_native_id=event.object.native_id, last_message_id=message.id
    )
    story.tell(
        "message.received", message=message, messages=message.number, last_message=_last(message),
        unread=view.unread + 1, contact=event.actor, reply=event.reply,
        last_activity_at=max(view.last_activity_at, event.at),
        waiting_since=view.waiting_since or event.at,
    )


def _on_edit(
    state: Conversation | None, event: SocialEvent, contact: Author
) -> tuple[Conversation | None, Sequence[Event]]:
    if state is None:
        return None, ()
    story = _Story(state, event, contact)
    message = _incoming(event, state.id, 0, contact)
    changes: dict[str, Any] = {}
    if state.last_message_id == message.id and state.view.last_message:
        changes["last_message"] = state.view.last_message.model_copy(update={"text": message.text[:_PREVIEW]})
    story.tell("message.edited" if event.action == "update" else "message.deleted", message=message, **changes)
    return story.end()


def _opened(event: SocialEvent) -> Conversation:
    id = conversation_id(event.identity_id, event.object.thread_id)
    view = ConversationView(
        id=id, tenant=event.tenant, brand_id=event.brand_id, channel_id=event.channel_id,
        network=event.network, identity_id=event.identity_id, contact=event.actor,
        thread_id=event.object.thread_id, subject=event.object.subject, opened_at=event.at,
        last_activity_at=event.at, reply=event.reply,
    )
    return Conversation(id=id, view=view)


def _incoming(event: SocialEvent, conversation: str, number: int, contact: Author) -> Message:
    return Message(
        id=event.object.id, conversation_id=conversation, number=number, direction="incoming",
        text="" if event.action == "delete" else event.object.text, author=contact, state="received",
        at=event.at, url=event.object.url, native_id=event.object.native_id,
        attachments=() if event.action == "delete" else event.object.attachments,
        object_version=event.object.version,
    )


def _contact(event: SocialEvent) -> Author:
    actor = event.actor
    return Author(
        kind="contact", id=event.identity_id, name=actor.name or actor.handle or actor.id,
        picture=actor.picture,
    )


def _last(message: Message) -> LastMessage:
    return LastMessage(
        number=message.number, direction=message.direction, kind=message.kind,
        text=message.text[:_PREVIEW], author_name=message.author.name, at=message.at,
    )


# -- what became of answers --------------------------------------------------------------------


def _on_receipt(
    state: Conversation | None, receipt: Receipt
) -> tuple[Conversation | None, Sequence[Event]]:
    message = next((m for m in state.outgoing if m.id == receipt.message_id), None) if state else None
    if state is None or message is None or not _is_forward(message.state, receipt.state):
        return state, ()
    newer = message.model_copy(
        update={"state": receipt.state, "failure": receipt.failure,
                "native_id": receipt.native_id or message.native_id}
    )
    story = _Story(state, receipt, _ROUTING)
    story.remember(outgoing=tuple(newer if m.id == newer.id else m for m in state.outgoing))
    story.tell("message.delivery_updated", message=newer)
    return story.end()


def _is_forward(old: str, new: str) -> bool:
    if new == "failed":
        return old in ("pending", "unclear", "sent")
    return old != "failed" and _RANK[new] > _RANK[old]


# -- what agents want --------------------------------------------------------------------------


def _claim(state: Conversation, command: ConversationCommand) -> tuple[Conversation, Sequence[Event]]:
    owner = state.view.assignee
    if owner and owner.id != command.by.id:
        return _refuse(
            state, command, "already-assigned", "Somebody else has it",
            f"{owner.name} was quicker. Ask them, or assign it to yourself.",
        )
    story = _Story(state, command, command.by)
    if owner is None:
        story.assign(_agent(command.by))
    return story.end()


def _assign(
    state: Conversation, command: contract.AssignConversation
) -> tuple[Conversation, Sequence[Event]]:
    story = _Story(state, command, command.by)
    view = state.view
    if command.offer is not None and (view.assignee or view.status != "open"):
        story.work("work.refused", command.agent)
        return state, story.told
    if view.assignee is None or view.assignee.id != command.agent.id:
        reason = None
        if command.offer is not None:
            reason = Reason(text="Round robin among the agents who are present and have room")
        story.assign(command.agent, reason)
    return story.end()


def _unassign(state: Conversation, command: ConversationCommand) -> tuple[Conversation, Sequence[Event]]:
    if state.view.assignee is None:
        return _refuse(state, command, "not-assigned", "Nobody has it", "It waits in its queue already.")
    story = _Story(state, command, command.by)
    story.tell("conversation.unassigned", assignee=None)
    if state.view.status == "open":
        story.work("work.waiting")
    return story.end()


def _reply(
    state: Conversation, command: contract.ReplyToConversation
) -> tuple[Conversation, Sequence[Event]]:
    rules = state.view.reply
    if len(command.text) > rules.max_length:
        return _refuse(
            state, command, "too-long", "The answer is too long",
            f"This channel takes {rules.max_length} characters. Shorten the text.", 422,
        )
    if rules.window_until and command.at > rules.window_until:
        return _refuse(
            state, command, "window-closed", "The reply window has closed",
            "The network takes no more answers until the contact writes again.",
        )
    story = _Story(state, command, command.by)
    message = _outgoing(state, command, "message")
    _write(story, message, "message.replied", waiting_since=None, unread=0)
    story.remember(outgoing=(*state.outgoing, message)[-TRACKED_OUTGOING:])
    story.told.append(_send(state, command, message))
    if state.view.assignee is None:
        story.assign(_agent(command.by), Reason(text="Who answers first takes it"))
    if story.state.view.status != "open":
        story.tell("conversation.status_changed", status="open")
        story.work_again()
    return story.end(message)


def _add_note(state: Conversation, command: contract.AddNote) -> tuple[Conversation, Sequence[Event]]:
    story = _Story(state, command, command.by)
    message = _outgoing(state, command, "note")
    _write(story, message, "note.added")
    return story.end(message)


def _change_status(
    state: Conversation, command: contract.ChangeStatus
) -> tuple[Conversation, Sequence[Event]]:
    before, after = state.view.status, command.status
    if before == after:
        return _refuse(
            state, command, f"already-{after}", f"It is {after} already", "Reload to see its newest state."
        )
    story = _Story(state, command, command.by)
    waiting = None if after == "resolved" else state.view.waiting_since
    story.tell("conversation.status_changed", status=after, waiting_since=waiting)
    if after == "open":
        story.work_again()
    elif before == "open":
        story.work("work.finished", state.view.assignee)
    return story.end()


def _mark_read(state: Conversation, command: contract.MarkRead) -> tuple[Conversation, Sequence[Event]]:
    story = _Story(state, command, command.by)
    if state.view.unread and command.up_to >= state.incoming_number:
        story.tell("conversation.read", unread=0)
        if state.incoming_native_id:
            story.told.append(
                contract.ShowRead(
                    id=derive_id("show-read", command.id), at=command.at,
                    native_id=state.incoming_native_id, **_address(state.view),
                )
            )
    return story.end()


_HANDLERS: dict[type[Event], Callable[[Conversation, Any], tuple[Conversation, Sequence[Event]]]] = {
    contract.ClaimConversation: _claim,
    contract.AssignConversation: _assign,
    contract.UnassignConversation: _unassign,
    contract.ReplyToConversation: _reply,
    contract.AddNote: _add_note,
    contract.ChangeStatus: _change_status,
    contract.MarkRead: _mark_read,
}


def _write(story: _Story, message: Message, kind: FactType, **changes: Any) -> None:
    activity: datetime = max(story.state.view.last_activity_at, message.at)
    story.remember(last_message_id=message.id)
    story.tell(
        kind, message=message, messages=message.number, last_message=_last(message),
        last_activity_at=activity, **changes,
    )


def _outgoing(
    state: Conversation, command: contract.ReplyToConversation | contract.AddNote, kind: str
) -> Message:
    return Message(
        id=derive_id("message", command.id), conversation_id=state.id, number=state.view.messages + 1,
        kind=kind, direction="outgoing", text=command.text, author=command.by,
        state="pending" if kind == "message" else "sent", at=command.at,
    )


def _send(
    state: Conversation, command: contract.ReplyToConversation, message: Message
) -> contract.SendMessage:
    return contract.SendMessage(
        id=derive_id("send", message.id), at=command.at, message_id=message.id, text=message.text,
        author=_agent(command.by), to=state.view.contact, in_reply_to=state.incoming_native_id,
        **_address(state.view),
    )


def _address(view: ConversationView) -> dict[str, str]:
    return {
        "tenant": view.tenant, "brand_id": view.brand_id, "channel_id": view.channel_id,
        "network": view.network, "identity_id": view.identity_id, "conversation_id": view.id,
        "thread_id": view.thread_id,
    }


def _agent(by: Author) -> contract.Agent:
    return contract.Agent(id=by.id, name=by.name, picture=by.picture)
