"""What became of answers: states only move forward."""

from libs.common.events.ingest import Receipt
from services.routing.domain.story import ROUTING, Conversation, Decision, Story

_RANK = {"pending": 0, "unclear": 1, "sent": 2, "delivered": 3, "read": 4, "failed": 5}


def on_receipt(state: Conversation | None, receipt: Receipt) -> Decision:
    """Take a receipt to the message it is about, unless it knows less than we do."""
    message = next((m for m in state.outgoing if m.id == receipt.message_id), None) if state else None
    if state is None or message is None or not _is_forward(message.state, receipt.state):
        return state, ()
    newer = message.model_copy(
        update={
            "state": receipt.state,
            "failure": receipt.failure,
            "native_id": receipt.native_id or message.native_id,
        }
    )
    story = Story(state, receipt, ROUTING)
    story.remember(outgoing=tuple(newer if m.id == newer.id else m for m in state.outgoing))
    story.tell("message.delivery_updated", message=newer)
    return story.end()


def _is_forward(old: str, new: str) -> bool:
    if new == "failed":
        return old in ("pending", "unclear", "sent")
    return old != "failed" and _RANK[new] > _RANK[old]
