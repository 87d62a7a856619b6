"""The one door to a conversation: an input comes in, a new state and facts go out."""

from libs.common.events import Event, Refusal
from libs.common.events.ingest import Receipt, SocialEvent
from libs.common.events.routing import ConversationCommand, conversation_id
from services.routing.domain.commands import HANDLERS
from services.routing.domain.contact import on_social_event
from services.routing.domain.receipts import on_receipt
from services.routing.domain.rules import BrandOf
from services.routing.domain.story import Conversation, Decision, outcome


def target(event: Event) -> str:
    """Id of the conversation an input belongs to."""
    if isinstance(event, SocialEvent):
        return conversation_id(event.identity_id, event.object.thread_id)
    assert isinstance(event, ConversationCommand | Receipt)
    return event.conversation_id


def decide(state: Conversation | None, event: Event, brand_of: BrandOf) -> Decision:
    """Take one input into a conversation.

    Returns:
        The new state and, in order, the facts, orders, desk events and outcome it causes.
    """
    if isinstance(event, SocialEvent):
        return on_social_event(state, event, brand_of)
    if isinstance(event, Receipt):
        return on_receipt(state, event)
    assert isinstance(event, ConversationCommand)
    if state is None:
        refusal = Refusal(
            status=409,
            slug="no-conversation",
            title="No such conversation",
            detail="It does not exist any more. Reload the list.",
        )
        return None, [outcome(event, refusal=refusal)]
    return HANDLERS[type(event)](state, event)
