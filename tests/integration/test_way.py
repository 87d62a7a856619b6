"""The whole way of one event, over HTTP and sockets, on the real engines."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from standardwebhooks.webhooks import Webhook

from deploy.engines.process import free_port
from tests.stack import Agency, said, signed, until

pytestmark = pytest.mark.integration


class Receiver:
    """Another system's callback: a real HTTP server that can be told what to answer."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/callback"
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Receiver"]:
        app = FastAPI()

        @app.post("/callback")
        async def callback(request: Request) -> Response:
            self.got.append((dict(request.headers), await request.body()))
            return Response(status_code=self.answers.pop(0) if self.answers else 200)

        server = uvicorn.Server(uvicorn.Config(app, port=self.port, log_level="error"))
        task = asyncio.create_task(server.serve())
        await until(lambda: asyncio.sleep(0, server.started))
        try:
            yield self
        finally:
            server.should_exit = True
            await task


async def opened(
    agency: Agency, author: str = "anna", text: str = "Hallo", **settings: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    channel = await agency.channel("webhook", **settings)
    assert (await agency.deliver(channel, said(author, text))).status_code == 200
    [conversation] = await until(agency.conversations)
    return channel, conversation


async def test_a_delivery_is_queued_assigned_and_fed(agency: Agency) -> None:
    await agency.presence("jonas", "online")
    async with agency.feed("jonas") as feed:
        await opened(agency)
        entry = (await feed.entry("conversation.assigned"))["entry"]
        kinds = [one["entry"]["type"] for one in feed.frames if one["type"] == "entry"]
    assert [kind for kind in kinds if kind.startswith(("conversation", "message"))] == [
        "conversation.opened",
        "message.received",
        "conversation.queued",
        "conversation.assigned",
    ]
    assert entry["data"]["conversation"]["assignee"]["id"] == "jonas"
    assert entry["data"]["reason"]["text"]
    [mine] = await agency.conversations("jonas", view="mine")
    assert mine["version"] == 4


async def test_an_answer_reaches_the_other_system_signed_and_is_sent(agency: Agency) -> None:
    async with Receiver().running() as receiver:
        receiver.answers = [503]
        channel, conversation = await opened(agency, callback_url=receiver.url)
        answer = await agency.command(conversation["id"], "replies", {"text": "Grüße 👋"})
        assert answer.status_code == 200, answer.text
        message = await until(lambda: state_of(agency, conversation["id"], "sent"))
    (first, _), (headers, body) = receiver.got
    assert first["webhook-id"] == headers["webhook-id"] == message["id"]
    assert Webhook(channel["secret"]).verify(body, headers)["text"] == "Grüße 👋"


async def test_an_answer_nobody_takes_fails_with_a_reason(agency: Agency) -> None:
    async with Receiver().running() as receiver:
        receiver.answers = [400]
        _, conversation = await opened(agency, callback_url=receiver.url)
        await agency.command(conversation["id"], "replies", {"text": "Hallo"})
        message = await until(lambda: state_of(agency, conversation["id"], "failed"))
    assert "400" in message["failure"]


async def state_of(agency: Agency, conversation: str, state: str) -> dict[str, Any] | None:
    return next((one for one in await agency.messages(conversation) if one["state"] == state), None)


async def test_eight_clients_deliver_the_same_at_once_and_it_is_one_message(agency: Agency) -> None:
    channel = await agency.channel()
    ids = [uuid4().hex for _ in range(5)]
    answers = await asyncio.gather(
        *(agency.deliver(channel, said("anna", id), id) for _ in range(8) for id in ids)
    )
    assert {answer.status_code for answer in answers} == {200}
    assert (await agency.deliver(channel, said("anna", "last"))).status_code == 200

    async def texts() -> list[str] | None:
        found = await agency.conversations()
        messages = [one["text"] for one in await agency.messages(found[0]["id"])] if found else []
        return messages if "last" in messages else None

    assert sorted(await until(texts)) == sorted([*ids, "last"])


async def test_refusals_at_the_door(agency: Agency) -> None:
    channel = await agency.channel()
    raw = json.dumps(said("anna", "x")).encode()
    url = f"/api/ingest/v1/hooks/{channel['id']}"

    async def answer(headers: dict[str, str], body: bytes = raw, at: str = url) -> tuple[int, str]:
        got = await agency.http.post(at, content=body, headers=headers)
        assert got.headers["content-type"] == "application/problem+json"
        return got.status_code, got.json()["type"].rsplit(":", 1)[1]

    good = signed(channel["secret"], "a", raw)
    stale = signed(channel["secret"], "a", raw, datetime.now(UTC) - timedelta(minutes=6))
    assert await answer({**good, "webhook-signature": "v1,AAAA"}) == (401, "bad-signature")
    assert await answer({}) == (401, "bad-signature")
    assert await answer(stale) == (401, "stale-signature")
    assert await answer(good, at="/api/ingest/v1/hooks/unknown") == (404, "unknown-channel")
    big = b"x" * 1_000_001
    assert await answer(signed(channel["secret"], "a", big), big) == (413, "too-large")
    await agency.http.post(f"/api/ingest/v1/channels/{channel['id']}/disable", headers=agency.auth())
    assert await answer(good) == (404, "unknown-channel")


async def test_both_secrets_are_good_after_a_rotation_and_the_oldest_is_not(agency: Agency) -> None:
    channel = await agency.channel()
    rotate = f"/api/ingest/v1/channels/{channel['id']}/secret"
    second = (await agency.http.post(rotate, headers=agency.auth())).json()
    assert (await agency.deliver(channel, said("anna", "old"))).status_code == 200
    assert (await agency.deliver(second, said("anna", "new"))).status_code == 200
    third = (await agency.http.post(rotate, headers=agency.auth())).json()
    assert (await agency.deliver(channel, said("anna", "old"))).status_code == 401
    assert (await agency.deliver(third, said("anna", "new"))).status_code == 200
    listed = (await agency.http.get("/api/ingest/v1/channels", headers=agency.auth())).text
    assert "whsec" not in listed


async def test_commands_are_done_once_wait_or_do_not_and_refuse_with_a_reason(agency: Agency) -> None:
    _, conversation = await opened(agency)
    id = conversation["id"]
    first, again = [
        await agency.command(id, "replies", {"text": "Ja"}, **{"idempotency-key": "k1"}) for _ in range(2)
    ]
    assert first.json()["message"]["id"] == again.json()["message"]["id"]
    other = await agency.command(id, "replies", {"text": "Nein"}, **{"idempotency-key": "k1"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:resonanz:problem:idempotency-key-reused")
    assert len([one for one in await agency.messages(id) if one["direction"] == "outgoing"]) == 1

    quick = await agency.command(id, "notes", {"text": "n"}, prefer="wait=0")
    assert quick.status_code == 202

    async def settled() -> dict[str, Any] | None:
        outcome: dict[str, Any] = (
            await agency.http.get(quick.headers["location"], headers=agency.auth())
        ).json()
        return outcome if outcome["status"] == "done" else None

    assert (await until(settled))["message"]["kind"] == "note"
    assert (await agency.command(id, "claim", who="mira")).status_code == 409
    assert (await agency.command(id, "replies", {"text": "  "})).status_code == 422
    assert (await agency.command(id, "resolve")).status_code == 200
    assert (await agency.command(id, "resolve")).status_code == 409
    assert (await agency.command(id, "reopen")).status_code == 200


async def test_forty_claims_at_once_have_one_winner(agency: Agency) -> None:
    _, conversation = await opened(agency)
    answers = await asyncio.gather(
        *(agency.command(conversation["id"], "claim", who=f"agent-{n}") for n in range(40))
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] + [409] * 39


async def test_identity_contact_and_timeline_appear_with_the_first_event(agency: Agency) -> None:
    _, conversation = await opened(agency, "Anna", "Erste Nachricht")

    async def contact() -> dict[str, Any] | None:
        answer = await agency.http.get(
            f"/api/crm/v1/conversations/{conversation['id']}/contact", headers=agency.auth()
        )
        return {**answer.json(), "etag": answer.headers["etag"]} if answer.status_code == 200 else None

    found = await until(contact)
    assert [one["external_id"] for one in found["identities"]] == ["Anna"]
    path = f"/api/crm/v1/contacts/{found['id']}"
    edited = await agency.http.patch(
        path,
        json={"phone": "040 123456", "email": "A@Example.org"},
        headers={**agency.auth(), "if-match": found["etag"]},
    )
    assert edited.status_code == 200, edited.text
    assert edited.json()["contact"]["phone"] == "+4940123456"
    late = await agency.http.patch(
        path, json={"note": "x"}, headers={**agency.auth(), "if-match": found["etag"]}
    )
    assert late.status_code == 412
    assert (await agency.http.patch(path, json={"phone": "abc"}, headers=agency.auth())).status_code == 422
    [hit] = (
        await agency.http.get("/api/crm/v1/contacts", params={"q": "a@ex"}, headers=agency.auth())
    ).json()["items"]
    assert hit["id"] == found["id"]
    timeline = (await agency.http.get(f"{path}/timeline", params={"limit": 1}, headers=agency.auth())).json()
    rest = (
        await agency.http.get(f"{path}/timeline", params={"cursor": timeline["next"]}, headers=agency.auth())
    ).json()
    kinds = {one["kind"] for one in [*timeline["items"], *rest["items"]]}
    assert kinds == {"conversation.opened", "message.received"}


async def test_lists_page_without_gap_or_repeat(agency: Agency) -> None:
    channel = await agency.channel()
    for n in range(7):
        await agency.deliver(channel, said(f"author-{n}", "Hallo"))

    async def all_there() -> bool:
        return len(await agency.conversations()) == 7

    await until(all_there)
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (
            await agency.http.get("/api/routing/v1/conversations", params=query, headers=agency.auth())
        ).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 7
    assert (
        await agency.http.get("/api/routing/v1/conversations", params={"cursor": "x"}, headers=agency.auth())
    ).status_code == 422


async def test_configuration_wants_the_version_it_was_read_at(agency: Agency) -> None:
    path = "/api/routing/v1/brands/acme/settings"
    read = await agency.http.get(path, headers=agency.auth())
    body = {**read.json(), "queues": [{"id": "a", "name": "A"}], "default_queue": "a"}
    assert (await agency.http.put(path, json=body, headers=agency.auth())).status_code == 428
    match = {"if-match": read.headers["etag"]}
    assert (await agency.http.put(path, json=body, headers={**agency.auth(), **match})).status_code == 200
    assert (await agency.http.put(path, json=body, headers={**agency.auth(), **match})).status_code == 412
    wrong = {**body, "default_queue": "gone"}
    assert (
        await agency.http.put(path, json=wrong, headers={**agency.auth(), "if-match": '"1"'})
    ).status_code == 422
    assert (
        await agency.http.put(path, json=body, headers={**agency.auth("x", ("agent",)), "if-match": '"1"'})
    ).status_code == 403
    _, conversation = await opened(agency)
    assert (await until(lambda: agency.conversations(view="queue", brand="acme", queue="a")))[0][
        "id"
    ] == conversation["id"]


async def test_the_feed_resumes_over_every_door(agency: Agency) -> None:
    async with agency.feed() as feed:
        start = feed.welcome["number"]
        channel, conversation = await opened(agency)
        first = await feed.entry("conversation.queued")
    await agency.deliver(channel, said("anna", "während niemand hinsah"))
    await until(lambda: state_of_text(agency, conversation["id"], "während niemand hinsah"))
    async with agency.feed(after=first["number"]) as feed:
        missed = await feed.entry("message.received")
    assert missed["entry"]["data"]["message"]["text"] == "während niemand hinsah"
    page = (
        await agency.http.get("/api/notify/v1/feed", params={"after": start}, headers=agency.auth())
    ).json()
    assert missed["number"] in [one["number"] for one in page["items"]]
    headers = {**agency.auth(), "last-event-id": str(first["number"])}
    async with agency.http.stream("GET", "/api/notify/v1/feed/stream", headers=headers) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("id: "):
                assert int(line[4:]) > first["number"]
            if line.startswith("data: ") and "während" in json.loads(line[6:])["data"].get("message", {}).get(
                "text", ""
            ):
                break
    async with agency.feed(after=10**12) as feed:
        assert (await feed.next())["type"] == "reset"


async def state_of_text(agency: Agency, conversation: str, text: str) -> bool:
    return any(one["text"] == text for one in await agency.messages(conversation))
