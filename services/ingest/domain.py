"""A live-chat visitor's side of the conversation: lines in one sequence, without gaps."""

from collections.abc import Sequence

from libs.common.events import Event, Frozen, derive_id
from libs.common.events.ingest import Line, LineAuthor, Receipt, SocialEvent, VisitorUpdate
from libs.common.events.routing import SendMessage, ShowRead

LIVECHAT = "livechat"
REMEMBERED_INCOMING = 20
"""Lines of a visitor that an agent may still be told to have read."""


class Visitor(Frozen):
    """What the one writer of a visitor's lines remembers."""

    id: str
    tenant: str
    channel_id: str
    seq: int = 0
    """Number of the newest line."""
    read_seq: int = 0
    """Newest of the visitor's own lines that an agent has read."""
    incoming: dict[str, int] = {}
    """The newest of the visitor's own lines: native id → number."""
    version: int = 0


def target(event: Event) -> str:
    """Id of the visitor an event belongs to."""
    assert isinstance(event, SocialEvent | SendMessage | ShowRead)
    return event.identity_id


def decide(state: Visitor | None, event: Event) -> tuple[Visitor | None, Sequence[Event]]:
    """Give a line its place, or mark how far an agent has read."""
    if isinstance(event, SocialEvent):
        return _line(_visitor(state, event), event, _incoming(event))
    if isinstance(event, SendMessage):
        visitor, told = _line(_visitor(state, event), event, _outgoing(event))
        return visitor, [*told, Receipt.of(event, "sent", event.at)]
    assert isinstance(event, ShowRead)
    seq = state.incoming.get(event.native_id, 0) if state else 0
    if state is None or seq <= state.read_seq:
        return state, ()
    read = state.model_copy(update={"read_seq": seq, "version": state.version + 1})
    return read, [_update(read, event, "visitor.read", None)]


def _visitor(state: Visitor | None, event: SocialEvent | SendMessage) -> Visitor:
    return state or Visitor(id=event.identity_id, tenant=event.tenant, channel_id=event.channel_id)


def _line(visitor: Visitor, event: SocialEvent | SendMessage, line: Line) -> tuple[Visitor, list[Event]]:
    seq = visitor.seq + 1
    incoming = visitor.incoming
    if isinstance(event, SocialEvent):
        newest = [*incoming.items(), (event.object.native_id, seq)][-REMEMBERED_INCOMING:]
        incoming = dict(newest)
    after = visitor.model_copy(update={"seq": seq, "incoming": incoming, "version": visitor.version + 1})
    return after, [_update(after, event, "visitor.line", line.model_copy(update={"seq": seq}))]


def _incoming(event: SocialEvent) -> Line:
    return Line(
        seq=0,
        id=event.object.id,
        client_id=event.client_id,
        direction="incoming",
        text=event.object.text,
        at=event.at,
    )


def _outgoing(event: SendMessage) -> Line:
    author = LineAuthor(name=event.author.name, picture=event.author.picture)
    return Line(
        seq=0,
        id=event.message_id,
        conversation_id=event.conversation_id,
        direction="outgoing",
        text=event.text,
        author=author,
        at=event.at,
    )


def _update(visitor: Visitor, cause: Event, kind: str, line: Line | None) -> VisitorUpdate:
    return VisitorUpdate(
        id=derive_id("visitor-update", visitor.id, visitor.version),
        type=kind,
        tenant=visitor.tenant,
        at=cause.at,
        identity_id=visitor.id,
        channel_id=visitor.channel_id,
        version=visitor.version,
        line=line,
        read_seq=visitor.read_seq,
        cause=cause.id,
    )
