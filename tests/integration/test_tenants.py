"""A token of one agency against everything of another: 404, or nothing."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from tests.stack import Agency, Stack, new_agency, said, until

pytestmark = pytest.mark.integration

SERVICES = ("ingest", "routing", "crm", "notify")
PUBLIC = ("/v1/hooks/", "/v1/livechat/")


async def test_no_route_shows_or_changes_anything_of_another_agency(agency: Agency, stack: Stack) -> None:
    channel = await agency.channel()
    await agency.deliver(channel, said("anna", "geheim"))
    [conversation] = await until(agency.conversations)
    contact = await until(lambda: contact_of(agency, conversation["id"]))
    note = (await agency.command(conversation["id"], "notes", {"text": "intern"})).json()
    ids = {
        "conversations": conversation["id"],
        "contacts": contact["id"],
        "channels": channel["id"],
        "commands": note["id"],
        "brands": agency.brand,
        "dead": "x",
    }
    before = await snapshot(agency, conversation["id"], contact["id"], channel["id"])
    walked = 0
    async with new_agency(stack) as stranger:
        for service in SERVICES:
            document = (await agency.http.get(f"/api/{service}/openapi.json")).json()
            for path, methods in document["paths"].items():
                if path.startswith(PUBLIC) or path == "/v1/feed/stream":
                    continue
                filled = re.sub(r"/(\w+)/\{id\}", lambda m: f"/{m[1]}/{ids[m[1]]}", path)
                for method in methods:
                    answer = await call(stranger, method, f"/api/{service}{filled}")
                    walked += 1
                    assert answer.status_code < 500, (method, path)
                    assert (
                        "geheim" not in answer.text
                        and "intern" not in answer.text
                        and conversation["id"] not in answer.text
                    ), path
                    if (
                        "{id}" in path
                        and "/brands/" not in path
                        and "/commands/" not in path
                        and "/dead" not in path
                    ):
                        assert answer.status_code in (404, 422), (method, path, answer.text)
    assert walked > 30
    assert await snapshot(agency, conversation["id"], contact["id"], channel["id"]) == before


async def call(stranger: Agency, method: str, path: str) -> httpx.Response:
    bodies: dict[str, Any] = {
        "text": "x",
        "agent_id": "stranger",
        "up_to": 1,
        "typing": True,
        "status": "online",
        "name": "X",
        "note": "x",
        "brand_id": "acme",
        "network": "webhook",
        "queues": [{"id": "q", "name": "Q"}],
        "default_queue": "q",
    }
    return await stranger.http.request(
        method, path, headers={**stranger.auth(), "if-match": '"1"'}, json=None if method == "get" else bodies
    )


async def snapshot(agency: Agency, conversation: str, contact: str, channel: str) -> list[Any]:
    paths = [
        f"/api/routing/v1/conversations/{conversation}",
        f"/api/crm/v1/contacts/{contact}",
        f"/api/ingest/v1/channels/{channel}",
    ]
    answers = [await agency.http.get(path, headers=agency.auth()) for path in paths]
    return [answer.json() for answer in answers] + [await agency.messages(conversation)]


async def contact_of(agency: Agency, conversation: str) -> dict[str, Any] | None:
    answer = await agency.http.get(f"/api/crm/v1/conversations/{conversation}/contact", headers=agency.auth())
    return answer.json() if answer.status_code == 200 else None


async def test_the_feed_tells_only_of_ones_own_agency_and_brands(agency: Agency, stack: Stack) -> None:
    channel = await agency.channel()
    async with (
        new_agency(stack) as stranger,
        stranger.feed() as foreign,
        agency.feed(brands=("other",)) as elsewhere,
        agency.feed() as feed,
    ):
        await agency.deliver(channel, said("anna", "geheim"))
        await feed.entry("conversation.queued")
        for one in (foreign, elsewhere):
            with pytest.raises(TimeoutError):
                await one.next(0.5)


async def test_brands_one_may_not_see_do_not_exist(agency: Agency) -> None:
    channel = await agency.channel()
    await agency.deliver(channel, said("anna", "geheim"))
    [conversation] = await until(agency.conversations)
    other = agency.auth("mira", ("agent",), ("other",))
    assert (await agency.http.get("/api/routing/v1/conversations", headers=other)).json()["items"] == []
    assert (
        await agency.http.get("/api/routing/v1/conversations", params={"brand": "acme"}, headers=other)
    ).json()["items"] == []
    assert (
        await agency.http.get(f"/api/routing/v1/conversations/{conversation['id']}", headers=other)
    ).status_code == 404
    assert (await agency.http.get("/api/ingest/v1/channels", headers=other)).json()["items"] == []


@pytest.mark.parametrize(
    "token", ["", "Bearer x", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4IiwidGVuYW50IjoieCJ9."]
)
async def test_without_a_token_of_the_issuer_nobody_gets_in(agency: Agency, token: str) -> None:
    answers = await asyncio.gather(
        *(
            agency.http.get(f"/api/{path}", headers={"authorization": token})
            for path in ("routing/v1/me", "crm/v1/contacts", "ingest/v1/channels", "notify/v1/feed")
        )
    )
    assert {answer.status_code for answer in answers} == {401}
