"""Writes over HTTP: a command on its topic, and a bounded wait for what its one writer made of it."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any
from uuid import uuid4

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse
from pymongo import IndexModel, InsertOne

from libs.common.auth import CurrentCaller
from libs.common.events import Event, derive_id
from libs.common.kafka import Bus, Fact, Position
from libs.common.mongo import Document, positions, write_mirrors
from libs.common.problems import Problem

DEFAULT_WAIT_SECONDS = 5.0
MAX_WAIT_SECONDS = 10.0
KEPT_DAYS = 7
_ASK_EVERY_SECONDS = 0.015

OUTCOME_INDEXES = [IndexModel("expires_at", expireAfterSeconds=0)]


@dataclass(frozen=True, slots=True)
class CommandId:
    """What a client said of its command besides the body."""

    id: str
    fingerprint: str
    """Of method, path and body: the same key with another request is a mistake."""
    wait_seconds: float


async def command_id(
    request: Request,
    caller: CurrentCaller,
    idempotency_key: Annotated[
        str | None,
        Header(max_length=200, description="Send the same again after a lost answer: it is done once."),
    ] = None,
    prefer: Annotated[
        str | None, Header(description="`wait=N`: seconds to wait for the outcome, 0 to 10.")
    ] = None,
) -> CommandId:
    """FastAPI dependency: the id of this request's command, the same for the same Idempotency-Key."""
    said = idempotency_key or uuid4().hex
    body = await request.body()
    fingerprint = sha256(f"{request.method} {request.url.path}\n".encode() + body).hexdigest()
    wanted = re.search(r"\bwait=(\d{1,4})", prefer or "")
    wait = min(float(wanted[1]), MAX_WAIT_SECONDS) if wanted else DEFAULT_WAIT_SECONDS
    if "respond-async" in (prefer or "") and not wanted:
        wait = 0.0
    return CommandId(derive_id("command", caller.tenant, caller.id, said), fingerprint, wait)


NewCommand = Annotated[CommandId, Depends(command_id)]


class Outcomes:
    """What became of commands, kept for a week; also tells a command from its repeat."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection
        self._waiting: dict[str, asyncio.Future[Document]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def record(self, facts: Sequence[Fact]) -> None:
        """Keep the outcomes among these facts."""
        expires = datetime.now(UTC) + timedelta(days=KEPT_DAYS)
        await write_mirrors(
            self._collection,
            [_insert(fact, expires) for fact in facts if fact.event.type.startswith("command.")],
        )

    async def positions(self, ids: Sequence[str]) -> dict[str, Position]:
        """Of these commands those with an outcome, each with the record that first brought it."""
        return await positions(self._collection, ids)

    async def get(self, tenant: str, id: str) -> Document | None:
        """One outcome, if there is one yet."""
        found: Document | None = await self._collection.find_one({"_id": id, "tenant": tenant})
        return found

    async def wait(self, id: str, seconds: float) -> Document | None:
        """Wait for an outcome; one query asks for all that wait, however many they are."""
        future = self._waiting.setdefault(id, asyncio.get_running_loop().create_future())
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(future)
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(id, None)

    async def _ask(self) -> None:
        while self._waiting:
            cursor = self._collection.find({"_id": {"$in": list(self._waiting)}})
            async for found in cursor:
                future = self._waiting.get(found["_id"])
                if future is not None and not future.done():
                    future.set_result(found)
            await asyncio.sleep(_ASK_EVERY_SECONDS)


async def carry_out(
    bus: Bus, outcomes: Outcomes, said: CommandId, command: Event, location: str
) -> JSONResponse:
    """Give a command to its writer and answer with its outcome, or with where to ask for it.

    Args:
        location: address of the outcome.

    Returns:
        200 with the outcome, 202 with `Location` when it takes longer than the client waits.

    Raises:
        Problem: 409 or 422 with the writer's reason; 422 when the key was used for another request.
    """
    outcome = await outcomes.get(command.tenant, command.id)
    if outcome is None:
        await bus.publish([command])
        outcome = await outcomes.wait(command.id, said.wait_seconds) if said.wait_seconds else None
    if outcome is None:
        return JSONResponse({"id": command.id, "status": "pending"}, 202, {"Location": location})
    if outcome["fingerprint"] and outcome["fingerprint"] != said.fingerprint:
        raise Problem(
            422,
            "idempotency-key-reused",
            "Idempotency-Key used before",
            "This key belongs to another request. Use a new key for each new request.",
        )
    return answer(outcome)


def answer(outcome: Document) -> JSONResponse:
    """An outcome over HTTP.

    Raises:
        Problem: the command was refused.
    """
    refusal = outcome["body"].get("refusal")
    if refusal:
        raise Problem(
            refusal["status"], refusal["slug"], refusal["title"], refusal["detail"], command_id=outcome["_id"]
        )
    return JSONResponse(_done(outcome))


async def look_up(outcomes: Outcomes, tenant: str, id: str) -> JSONResponse:
    """What became of a command: `pending` as long as nothing is known of it."""
    outcome = await outcomes.get(tenant, id)
    if outcome is None:
        return JSONResponse({"id": id, "status": "pending"}, headers={"Retry-After": "1"})
    refusal = outcome["body"].get("refusal")
    if refusal:
        problem = Problem(refusal["status"], refusal["slug"], refusal["title"], refusal["detail"])
        return JSONResponse({"id": id, "status": "refused", "problem": problem.body})
    return JSONResponse(_done(outcome))


def _done(outcome: Document) -> Document:
    return {**outcome["body"], "id": outcome["_id"], "status": "done"}


def _insert(fact: Fact, expires: datetime) -> InsertOne[Document]:
    outcome = fact.event
    return InsertOne(
        {
            "_id": outcome.id,
            "tenant": outcome.tenant,
            "position": str(fact.cause),
            "expires_at": expires,
            "fingerprint": getattr(outcome, "fingerprint", ""),
            "body": outcome.model_dump(mode="json", exclude={"id", "type", "tenant", "at", "fingerprint"}),
        }
    )
