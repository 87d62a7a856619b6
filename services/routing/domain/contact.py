"""What the contact does: writes, edits, deletes."""

from typing import Any

from libs.common.events.ingest import SocialEvent
from libs.common.events.routing import Author, ConversationView, Message, Reason, conversation_id
from services.routing.domain.rules import BrandOf, choose_queue
from services.routing.domain.story import (
    PREVIEW,
    ROUTING,
    Conversation,
    Decision,
    Story,
    last_message,
)


def on_social_event(state: Conversation | None, event: SocialEvent, brand_of: BrandOf) -> Decision:
    """A message opens, continues or reopens a conversation; echoes of the brand's own words do not."""
    if event.is_own:
        return state, ()
    contact = _contact(event)
    if event.action != "create":
        return _on_edit(state, event, contact)
    if state is None:
        story = Story(_opened(event), event, contact)
        story.tell("conversation.opened")
        _receive(story, event, contact)
        queue, reason = choose_queue(event, brand_of(event.tenant, event.brand_id))
        story.tell("conversation.queued", queue_id=queue, reason=reason, by=ROUTING)
        story.work("work.waiting")
        return story.end()
    story = Story(state, event, contact)
    _receive(story, event, contact)
    if state.view.status != "open":
        reason = Reason(text="The contact has written again")
        story.tell("conversation.status_changed", status="open", reason=reason, by=ROUTING)
        story.work_again()
    return story.end()


def _receive(story: Story, event: SocialEvent, contact: Author) -> None:
    view = story.state.view
    message = _incoming(event, view.id, view.messages + 1, contact)
    story.remember(
        incoming_number=message.number, incoming_native_id=event.object.native_id, last_message_id=message.id
    )
    story.tell(
        "message.received",
        message=message,
        messages=message.number,
        last_message=last_message(message),
        unread=view.unread + 1,
        contact=event.actor,
        reply=event.reply,
        last_activity_at=max(view.last_activity_at, event.at),
        waiting_since=view.waiting_since or event.at,
    )


def _on_edit(state: Conversation | None, event: SocialEvent, contact: Author) -> Decision:
    if state is None:
        return None, ()
    story = Story(state, event, contact)
    message = _incoming(event, state.id, 0, contact)
    changes: dict[str, Any] = {}
    if state.last_message_id == message.id and state.view.last_message:
        changes["last_message"] = state.view.last_message.model_copy(update={"text": message.text[:PREVIEW]})
    story.tell(
        "message.edited" if event.action == "update" else "message.deleted", message=message, **changes
    )
    return story.end()


def _opened(event: SocialEvent) -> Conversation:
    id = conversation_id(event.identity_id, event.object.thread_id)
    view = ConversationView(
        id=id,
        tenant=event.tenant,
        brand_id=event.brand_id,
        channel_id=event.channel_id,
        network=event.network,
        identity_id=event.identity_id,
        contact=event.actor,
        thread_id=event.object.thread_id,
        subject=event.object.subject,
        opened_at=event.at,
        last_activity_at=event.at,
        reply=event.reply,
    )
    return Conversation(id=id, view=view)


def _incoming(event: SocialEvent, conversation: str, number: int, contact: Author) -> Message:
    return Message(
        id=event.object.id,
        conversation_id=conversation,
        number=number,
        direction="incoming",
        text="" if event.action == "delete" else event.object.text,
        author=contact,
        state="received",
        at=event.at,
        url=event.object.url,
        native_id=event.object.native_id,
        attachments=() if event.action == "delete" else event.object.attachments,
        object_version=event.object.version,
    )


def _contact(event: SocialEvent) -> Author:
    actor = event.actor
    return Author(
        kind="contact",
        id=event.identity_id,
        name=actor.name or actor.handle or actor.id,
        picture=actor.picture,
    )
