"""Dead letters: put aside with a reason, listed, shown, replayed; the rest goes on."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from libs.common.topics import (
    CONVERSATIONS,
    CRM_COMMANDS,
    DESK,
    FEED,
    INGEST_COMMANDS,
    RECEIPTS,
    ROUTING_COMMANDS,
    SOCIAL_EVENTS,
    Topic,
)
from tests.stack import Agency, said, until

pytestmark = pytest.mark.integration


def operator(agency: Agency) -> dict[str, str]:
    return agency.auth("operator", ("operator",))


async def letters(agency: Agency, service: str, word: str) -> list[dict[str, Any]]:
    listed = (
        await agency.http.get(f"/api/{service}/v1/dead", params={"limit": 1000}, headers=operator(agency))
    ).json()["items"]
    shown = [
        (await agency.http.get(f"/api/{service}/v1/dead/{one['id']}", headers=operator(agency))).json()
        for one in listed[:60]
    ]
    return [one for one in shown if word in one["body"] or word in json.dumps(one["headers"])]


async def test_a_broken_body_is_accepted_kept_and_named_and_its_neighbours_arrive(agency: Agency) -> None:
    channel = await agency.channel()
    word = agency.tenant
    for n in range(3):
        assert (await agency.deliver(channel, said("anna", f"gut {n}"))).status_code == 200
        assert (
            await agency.deliver(channel, json.dumps({"thread": 5, "word": word, "n": n}).encode())
        ).status_code == 200
        assert (await agency.deliver(channel, b"{not json")).status_code == 200

    async def three() -> bool:
        found = await agency.conversations()
        return bool(found) and len(await agency.messages(found[0]["id"])) == 3

    await until(three)
    listed = (
        await agency.http.get("/api/ingest/v1/dead", params={"limit": 1000}, headers=operator(agency))
    ).json()["items"]
    reasons = [one["reason"] for one in listed if one["group"] == "ingest-normaliser"]
    assert any("thread" in reason and "author" in reason for reason in reasons)
    assert any("JSON" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("topic", "service"),
    [
        (SOCIAL_EVENTS, "routing"),
        (ROUTING_COMMANDS, "routing"),
        (RECEIPTS, "routing"),
        (DESK, "routing"),
        (INGEST_COMMANDS, "ingest"),
        (CONVERSATIONS, "notify"),
        (CRM_COMMANDS, "crm"),
        (FEED, "notify"),
    ],
    ids=lambda one: one.name if isinstance(one, Topic) else one,
)
async def test_a_poisoned_record_on_any_topic_is_put_aside(
    agency: Agency, topic: Topic, service: str
) -> None:
    word = f"{agency.tenant}-{topic.name}"
    producer = AIOKafkaProducer(bootstrap_servers=agency.stack.engines.kafka_servers)
    await producer.start()
    try:
        for poison in (b"\x00\xff", b"", b"[]", json.dumps({"type": "nonsense", "id": word}).encode()):
            await producer.send_and_wait(
                topic.name, poison, key=word.encode(), headers=[("word", word.encode())]
            )
    finally:
        await producer.stop()

    async def four() -> bool:
        found = await letters(agency, service, word)
        return 4 in Counter(one["group"] for one in found).values()

    await until(four, 30)
    channel = await agency.channel()
    await agency.deliver(channel, said("anna", "es geht weiter"))
    await until(agency.conversations)


async def test_a_replayed_record_goes_to_the_group_that_could_not_take_it_and_to_no_other(
    agency: Agency,
) -> None:
    """A delivery for a channel that was missing is replayed after the channel is back."""
    from libs.common.mongo import MongoSettings, open_database

    channel = await agency.channel()
    settings = MongoSettings(uri=agency.stack.engines.mongo_uri)
    async with open_database(settings, "ingest") as database:
        kept = await database["channels"].find_one({"_id": channel["id"]})
        answer = await agency.deliver(channel, said("anna", agency.tenant))
        assert answer.status_code == 200
        await until(agency.conversations)
        await database["channels"].delete_one({"_id": channel["id"]})
        await asyncio.sleep(2.5)  # what instances remember of a channel is at most two seconds old
        raw = json.dumps(said("anna", f"zweite {agency.tenant}")).encode()
        await publish_delivery(agency, channel["id"], raw)
        letter = (await until(lambda: found_letters(agency, "missing-channel")))[0]
        await database["channels"].insert_one(kept)
    env = agency.stack.env

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services.ingest", "dead", *words]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    assert letter["id"] in run("list").stdout
    assert "does not exist" in run("show", letter["id"]).stdout
    await asyncio.sleep(2.5)
    assert run("replay", letter["id"]).returncode == 0
    [conversation] = await agency.conversations()

    async def both() -> bool:
        return len(await agency.messages(conversation["id"])) == 2

    await until(both)
    replayed = (await agency.http.get(f"/api/ingest/v1/dead/{letter['id']}", headers=operator(agency))).json()
    assert replayed["replayed"] is True
    assert run("show", "nothing").returncode != 0


async def found_letters(agency: Agency, word: str) -> list[dict[str, Any]]:
    return await letters(agency, "ingest", word)


async def publish_delivery(agency: Agency, channel: str, raw: bytes) -> None:
    from libs.common.events import now
    from libs.common.events.ingest import Delivery

    delivery = Delivery.model_construct(
        id="missing-channel",
        type="delivery.received",
        tenant=agency.tenant,
        at=now(),
        brand_id="acme",
        channel_id=channel,
        network="webhook",
        headers={"webhook-id": "m2"},
        body=raw,
    )
    producer = AIOKafkaProducer(bootstrap_servers=agency.stack.engines.kafka_servers)
    await producer.start()
    try:
        await producer.send_and_wait(
            "ingest.deliveries.v1", delivery.model_dump_json().encode(), key=channel.encode()
        )
    finally:
        await producer.stop()


async def test_only_operators_see_dead_letters(agency: Agency) -> None:
    for service in ("ingest", "routing", "crm", "notify"):
        assert (await agency.http.get(f"/api/{service}/v1/dead", headers=agency.auth())).status_code == 403
