"""What agents want: claim, assign, answer, note, change the status."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from libs.common.events import Event, derive_id
from libs.common.events import routing as contract
from libs.common.events.routing import (
    Author,
    ConversationCommand,
    ConversationView,
    FactType,
    Message,
    Reason,
)
from services.routing.domain.story import Conversation, Decision, Story, last_message, refuse

TRACKED_OUTGOING = 20
"""Outgoing messages whose receipts are still followed; older ones keep the state they have."""


def _claim(state: Conversation, command: ConversationCommand) -> Decision:
    owner = state.view.assignee
    if owner and owner.id != command.by.id:
        return refuse(
            state,
            command,
            "already-assigned",
            "Somebody else has it",
            f"{owner.name} was quicker. Ask them, or assign it to yourself.",
        )
    story = Story(state, command, command.by)
    if owner is None:
        story.assign(_agent(command.by))
    return story.end()


def _assign(state: Conversation, command: contract.AssignConversation) -> Decision:
    story = Story(state, command, command.by)
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


def _unassign(state: Conversation, command: ConversationCommand) -> Decision:
    if state.view.assignee is None:
        return refuse(state, command, "not-assigned", "Nobody has it", "It waits in its queue already.")
    story = Story(state, command, command.by)
    story.tell("conversation.unassigned", assignee=None)
    if state.view.status == "open":
        story.work("work.waiting")
    return story.end()


def _reply(state: Conversation, command: contract.ReplyToConversation) -> Decision:
    rules = state.view.reply
    if len(command.text) > rules.max_length:
        return refuse(
            state,
            command,
            "too-long",
            "The answer is too long",
            f"This channel takes {rules.max_length} characters. Shorten the text.",
            422,
        )
    if rules.window_until and command.at > rules.window_until:
        return refuse(
            state,
            command,
            "window-closed",
            "The reply window has closed",
            "The network takes no more answers until the contact writes again.",
        )
    story = Story(state, command, command.by)
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


def _add_note(state: Conversation, command: contract.AddNote) -> Decision:
    story = Story(state, command, command.by)
    message = _outgoing(state, command, "note")
    _write(story, message, "note.added")
    return story.end(message)


def _change_status(state: Conversation, command: contract.ChangeStatus) -> Decision:
    before, after = state.view.status, command.status
    if before == after:
        return refuse(
            state, command, f"already-{after}", f"It is {after} already", "Reload to see its newest state."
        )
    story = Story(state, command, command.by)
    waiting = None if after == "resolved" else state.view.waiting_since
    story.tell("conversation.status_changed", status=after, waiting_since=waiting)
    if after == "open":
        story.work_again()
    elif before == "open":
        story.work("work.finished", state.view.assignee)
    return story.end()


def _mark_read(state: Conversation, command: contract.MarkRead) -> Decision:
    story = Story(state, command, command.by)
    if state.view.unread and command.up_to >= state.incoming_number:
        story.tell("conversation.read", unread=0)
        if state.incoming_native_id:
            story.told.append(
                contract.ShowRead(
                    id=derive_id("show-read", command.id),
                    at=command.at,
                    native_id=state.incoming_native_id,
                    **_address(state.view),
                )
            )
    return story.end()


HANDLERS: dict[type[Event], Callable[[Conversation, Any], Decision]] = {
    contract.ClaimConversation: _claim,
    contract.AssignConversation: _assign,
    contract.UnassignConversation: _unassign,
    contract.ReplyToConversation: _reply,
    contract.AddNote: _add_note,
    contract.ChangeStatus: _change_status,
    contract.MarkRead: _mark_read,
}


def _write(story: Story, message: Message, kind: FactType, **changes: Any) -> None:
    activity: datetime = max(story.state.view.last_activity_at, message.at)
    story.remember(last_message_id=message.id)
    story.tell(
        kind,
        message=message,
        messages=message.number,
        last_message=last_message(message),
        last_activity_at=activity,
        **changes,
    )


def _outgoing(
    state: Conversation, command: contract.ReplyToConversation | contract.AddNote, kind: str
) -> Message:
    return Message(
        id=derive_id("message", command.id),
        conversation_id=state.id,
        number=state.view.messages + 1,
        kind=kind,
        direction="outgoing",
        text=command.text,
        author=command.by,
        state="pending" if kind == "message" else "sent",
        at=command.at,
    )


def _send(
    state: Conversation, command: contract.ReplyToConversation, message: Message
) -> contract.SendMessage:
    return contract.SendMessage(
        id=derive_id("send", message.id),
        at=command.at,
        message_id=message.id,
        text=message.text,
        author=_agent(command.by),
        to=state.view.contact,
        in_reply_to=state.incoming_native_id,
        **_address(state.view),
    )


def _address(view: ConversationView) -> dict[str, str]:
    return {
        "tenant": view.tenant,
        "brand_id": view.brand_id,
        "channel_id": view.channel_id,
        "network": view.network,
        "identity_id": view.identity_id,
        "conversation_id": view.id,
        "thread_id": view.thread_id,
    }


def _agent(by: Author) -> contract.Agent:
    return contract.Agent(id=by.id, name=by.name, picture=by.picture)
