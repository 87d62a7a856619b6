"""The live chat's protocol against the real server: socket and REST, resume, refusal."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
import websockets

from tests.stack import Agency, until

pytestmark = pytest.mark.integration


class Visitor:
    def __init__(self, agency: Agency, channel: str, token: str) -> None:
        self.agency, self.channel, self.token = agency, channel, token
        self.path = f"/api/ingest/v1/livechat/{channel}"
        self.headers = {"authorization": f"Bearer {token}"}

    @asynccontextmanager
    async def socket(self, after: int = 0, **hello: Any) -> AsyncIterator[Any]:
        async with websockets.connect(
            f"{self.agency.stack.base.replace('http', 'ws')}{self.path}/socket"
        ) as socket:
            await socket.send(json.dumps({"type": "hello", "token": self.token, "after": after, **hello}))
            yield socket


async def visit(agency: Agency, **settings: Any) -> Visitor:
    channel = await agency.channel("livechat", **settings)
    made = await agency.http.post(f"/api/ingest/v1/livechat/{channel['id']}/visitors")
    return Visitor(agency, channel["id"], made.json()["token"])


async def frame(socket: Any, kind: str) -> dict[str, Any]:
    while True:
        got: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
        if got["type"] == kind:
            return got


async def test_a_line_is_accepted_numbered_answered_and_read(agency: Agency) -> None:
    visitor = await visit(agency)
    async with visitor.socket() as socket:
        assert (await frame(socket, "welcome"))["seq"] == 0
        await socket.send(json.dumps({"type": "message", "client_id": "client-00001", "text": "Hallo"}))
        assert (await frame(socket, "accepted"))["client_id"] == "client-00001"
        line = (await frame(socket, "line"))["line"]
        assert (line["seq"], line["client_id"], line["direction"]) == (1, "client-00001", "incoming")
        [conversation] = await until(agency.conversations)
        await agency.command(conversation["id"], "replies", {"text": "Moin"})
        line = (await frame(socket, "line"))["line"]
        assert (line["seq"], line["text"], line["author"]["name"]) == (2, "Moin", "Admin")
        await socket.send(json.dumps({"type": "ack", "seq": 2}))
        await until(lambda: in_state(agency, conversation["id"], "delivered"))
        await socket.send(json.dumps({"type": "seen", "seq": 2}))
        await until(lambda: in_state(agency, conversation["id"], "read"))
        await socket.send(json.dumps({"type": "message", "client_id": "client-00002", "text": "Danke"}))
        await frame(socket, "line")
        await until(lambda: unread(agency))
        await agency.command(conversation["id"], "read", {"up_to": 3})
        assert (await frame(socket, "read"))["seq"] == 3
        await agency.http.post(
            f"/api/routing/v1/conversations/{conversation['id']}/typing",
            json={"typing": True},
            headers=agency.auth(),
        )
        assert (await frame(socket, "typing"))["typing"] is True
    async with visitor.socket(after=1) as socket:
        assert (await frame(socket, "welcome"))["read_seq"] == 3
        assert [(await frame(socket, "line"))["line"]["seq"] for _ in range(2)] == [2, 3]


async def unread(agency: Agency) -> bool:
    return bool((await agency.conversations())[0]["unread"])


async def in_state(agency: Agency, conversation: str, state: str) -> bool:
    return any(one["state"] == state for one in await agency.messages(conversation))


async def test_the_same_line_sent_by_socket_and_rest_many_times_is_one(agency: Agency) -> None:
    visitor = await visit(agency)
    body = {"client_id": "client-00001", "text": "einmal"}
    async with visitor.socket() as socket:
        for _ in range(3):
            await socket.send(json.dumps({"type": "message", **body}))
        answers = await asyncio.gather(
            *(agency.http.post(f"{visitor.path}/lines", json=body, headers=visitor.headers) for _ in range(5))
        )
        assert {answer.status_code for answer in answers} == {202}
        await agency.http.post(
            f"{visitor.path}/lines",
            json={"client_id": "client-00002", "text": "zweimal"},
            headers=visitor.headers,
        )
        lines = [(await frame(socket, "line"))["line"] for _ in range(2)]
    assert [(line["seq"], line["text"]) for line in lines] == [(1, "einmal"), (2, "zweimal")]


async def test_long_polling_tells_as_soon_as_there_is_something(agency: Agency) -> None:
    visitor = await visit(agency)
    polling = asyncio.create_task(
        agency.http.get(f"{visitor.path}/lines", params={"after": 0, "wait": 20}, headers=visitor.headers)
    )
    await asyncio.sleep(0)
    await agency.http.post(
        f"{visitor.path}/lines", json={"client_id": "client-00001", "text": "da?"}, headers=visitor.headers
    )
    answer = (await asyncio.wait_for(polling, 10)).json()
    assert [line["text"] for line in answer["lines"]] == ["da?"]


async def test_outside_hours_the_visitors_address_reaches_the_desk(agency: Agency) -> None:
    visitor = await visit(
        agency,
        hours={"timezone": "Europe/Berlin", "spans": [{"weekday": 0, "from": "00:00", "until": "00:00"}]},
    )
    assert (await agency.http.get(f"{visitor.path}/config")).json()["open"] is False
    bad = await agency.http.post(
        f"{visitor.path}/lines",
        json={"client_id": "client-00001", "text": "x", "email": "no"},
        headers=visitor.headers,
    )
    assert (bad.status_code, bad.json()["type"]) == (422, "urn:resonanz:problem:bad-email")
    await agency.http.post(
        f"{visitor.path}/lines",
        json={"client_id": "client-00001", "text": "x", "email": "mia@example.org"},
        headers=visitor.headers,
    )
    [conversation] = await until(agency.conversations)
    assert conversation["contact"]["email"] == "mia@example.org"


async def test_who_may_not_is_told_so(agency: Agency) -> None:
    visitor = await visit(agency, origins=["https://shop.example"])
    allowed = await agency.http.get(f"{visitor.path}/config", headers={"origin": "https://shop.example"})
    assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
    refused = await agency.http.get(f"{visitor.path}/config", headers={"origin": "https://evil.example"})
    assert refused.status_code == 403
    assert (
        await agency.http.get(f"{visitor.path}/lines", headers={"authorization": "Bearer x"})
    ).status_code == 401
    other = await visit(agency)
    assert (await agency.http.get(f"{other.path}/lines", headers=visitor.headers)).status_code == 401
    async with visitor.socket(token="forged") as socket:
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd and closed.value.rcvd.code == 4401
    assert (await agency.http.get("/api/ingest/v1/livechat/unknown/config")).status_code == 404


async def test_bad_frames_are_answered_and_the_line_stays_open(agency: Agency) -> None:
    visitor = await visit(agency)
    async with visitor.socket() as socket:
        for bad in (
            "no json",
            "[]",
            json.dumps({"type": "message", "client_id": "client-00001", "text": "x" * 4001}),
            "[" * 100_000,
        ):
            await socket.send(bad)
            assert (await frame(socket, "problem"))["problem"]["status"] == 422
        await socket.send(json.dumps({"type": "ping"}))
        await frame(socket, "pong")


async def test_one_visitor_cannot_flood(agency: Agency) -> None:
    visitor = await visit(agency)
    answers: list[httpx.Response] = await asyncio.gather(
        *(
            agency.http.post(
                f"{visitor.path}/lines", json={"client_id": uuid4().hex, "text": "x"}, headers=visitor.headers
            )
            for _ in range(70)
        )
    )
    assert {answer.status_code for answer in answers} == {202, 429}
