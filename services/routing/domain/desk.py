"""The desk of a tenant: who is present, what waits, who gets it next. One writer per tenant."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Literal

from libs.common.events import Event, Frozen, Instant, derive_id
from libs.common.events.routing import (
    Agent,
    AgentChanged,
    AssignConversation,
    Author,
    DeskAgent,
    Presence,
    SetPresence,
    WorkEvent,
)

KEPT = timedelta(days=7)
"""How long finished work is remembered, so that a late repeat can't make it wait again."""
_RANK = {"urgent": 0, "high": 1, "medium": 2, "low": 3}
_DISTRIBUTOR = Author(kind="system", id="distributor", name="Resonanz")


class DeskMember(Frozen):
    """An agent: present or not, with room for more or not."""

    id: str
    tenant: str
    name: str
    picture: str | None = None
    presence: Presence = "offline"
    capacity: int = 5
    load: int = 0
    brands: tuple[str, ...] = ()

    def takes(self, work: "Work") -> bool:
        """Whether this work may be theirs now."""
        return (
            self.presence == "online"
            and self.load < self.capacity
            and ("*" in self.brands or work.brand_id in self.brands)
        )


class Work(Frozen):
    """A conversation that needs, or has, somebody."""

    id: str
    tenant: str
    brand_id: str
    queue_id: str
    identity_id: str
    rank: int
    waiting_since: Instant
    state: Literal["waiting", "offered", "taken", "finished"]
    agent_id: str | None = None
    version: int
    expires_at: Instant | None = None


class Desk(Frozen):
    """What the distributor knows of a tenant."""

    id: str
    version: int = 0
    """Rises with each offer and each change of presence."""
    last_agent: str | None = None
    """Who got the newest offer: the next one in turn is looked for behind them."""
    members: dict[str, DeskMember] = {}
    work: dict[str, Work] = {}


def target(event: Event) -> str:
    """Id of the desk an event belongs to."""
    return event.tenant


def desk_inputs(
    events: Iterable[Event], tenant: str, members: Mapping[str, DeskMember]
) -> tuple[set[str], list[tuple[frozenset[str], int]]]:
    """What must be loaded to decide a batch.

    Returns:
        The conversations it names, and per group of agents who see the same brands how much of the
        waiting work they could take at most.
    """
    mine = [event for event in events if event.tenant == tenant]
    named = {event.conversation_id for event in mine if isinstance(event, WorkEvent)}
    room: dict[frozenset[str], int] = {}
    for event in mine:
        if isinstance(event, SetPresence) and event.status == "online":
            group = frozenset(event.brands)
            room[group] = room.get(group, 0) + (event.capacity or DeskMember.model_fields["capacity"].default)
    for member in members.values():
        if member.presence == "online":
            group = frozenset(member.brands)
            room[group] = room.get(group, 0) + max(member.capacity - member.load, 0)
    return named, [(group, count + len(mine)) for group, count in room.items()]


def decide(desk: Desk | None, event: Event) -> tuple[Desk | None, Sequence[Event]]:
    """Take one event to the desk, then hand out what can be handed out."""
    desk = desk or Desk(id=event.tenant)
    told: list[Event] = []
    if isinstance(event, SetPresence):
        desk = _on_presence(desk, event, told)
    else:
        assert isinstance(event, WorkEvent)
        desk = _on_work(desk, event)
    return _hand_out(desk, event, told), told


def _on_presence(desk: Desk, event: SetPresence, told: list[Event]) -> Desk:
    before = desk.members.get(event.agent.id)
    capacity = event.capacity if event.capacity is not None else (before.capacity if before else 5)
    member = DeskMember(
        id=event.agent.id,
        tenant=desk.id,
        name=event.agent.name,
        picture=event.agent.picture,
        presence=event.status,
        capacity=capacity,
        load=before.load if before else 0,
        brands=event.brands,
    )
    if member == before:
        return desk
    desk = desk.model_copy(
        update={"members": {**desk.members, member.id: member}, "version": desk.version + 1}
    )
    told.append(
        AgentChanged(
            id=derive_id("agent-changed", desk.id, desk.version),
            tenant=desk.id,
            at=event.at,
            version=desk.version,
            cause=event.id,
            agent=DeskAgent.model_validate(member.model_dump()),
        )
    )
    return desk


def _on_work(desk: Desk, event: WorkEvent) -> Desk:
    known = desk.work.get(event.conversation_id)
    agent = event.agent.id if event.agent else None
    if known and event.version < known.version:
        return desk
    if event.type == "work.waiting":
        if known and event.version == known.version:
            return desk
        return _put(desk, _work(event, "waiting"))
    if event.type == "work.taken":
        return _put(desk, _work(event, "taken", agent))
    if event.type == "work.finished":
        finished = _work(event, "finished").model_copy(update={"expires_at": event.at + KEPT})
        return _put(desk, finished)
    if known and known.state == "offered" and known.agent_id == agent:
        # It was taken or closed before the offer arrived; what it is now has been told before this.
        return _put(
            desk,
            known.model_copy(update={"state": "finished", "agent_id": None, "expires_at": event.at + KEPT}),
        )
    return desk


def _work(event: WorkEvent, state: str, agent: str | None = None) -> Work:
    return Work.model_validate(
        {
            "id": event.conversation_id,
            "tenant": event.tenant,
            "brand_id": event.brand_id,
            "queue_id": event.queue_id,
            "identity_id": event.identity_id,
            "rank": _RANK[event.priority],
            "waiting_since": event.waiting_since,
            "version": event.version,
            "state": state,
            "agent_id": agent,
        }
    )


def _put(desk: Desk, work: Work) -> Desk:
    """Put work on the desk, and keep each agent's load the number of what they hold."""
    before = desk.work.get(work.id)
    members = dict(desk.members)
    for holder, change in ((before.agent_id if before else None, -1), (work.agent_id, 1)):
        if holder in members:
            member = members[holder]
            members[holder] = member.model_copy(update={"load": max(member.load + change, 0)})
    return desk.model_copy(update={"members": members, "work": {**desk.work, work.id: work}})


def _hand_out(desk: Desk, event: Event, told: list[Event]) -> Desk:
    """Offer what waits, the most urgent and longest waiting first, round robin, while there is room."""
    if not any(m.presence == "online" and m.load < m.capacity for m in desk.members.values()):
        return desk
    waiting = [work for work in desk.work.values() if work.state == "waiting"]
    for work in sorted(waiting, key=lambda w: (w.rank, w.waiting_since, w.id)):
        member = _next_in_turn(desk, work)
        if member is None:
            continue
        offered = work.model_copy(update={"state": "offered", "agent_id": member.id})
        desk = _put(desk, offered).model_copy(update={"last_agent": member.id, "version": desk.version + 1})
        told.append(
            AssignConversation(
                id=derive_id("offer", work.id, work.version, desk.version),
                tenant=desk.id,
                at=event.at,
                identity_id=work.identity_id,
                conversation_id=work.id,
                by=_DISTRIBUTOR,
                agent=Agent(id=member.id, name=member.name, picture=member.picture),
                offer=desk.version,
            )
        )
    return desk


def _next_in_turn(desk: Desk, work: Work) -> DeskMember | None:
    order = sorted(desk.members)
    behind = [id for id in order if desk.last_agent is not None and id > desk.last_agent]
    turn = behind + [id for id in order if id not in behind]
    return next((desk.members[id] for id in turn if desk.members[id].takes(work)), None)
