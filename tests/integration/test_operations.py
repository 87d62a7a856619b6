"""What operators rely on: traces, metrics, health, problem documents, and that the code stays in bounds."""

import asyncio
import json
import os
import secrets
import subprocess
import sys

import pytest

from libs.common.topics import CONVERSATIONS
from tests.collector import Collector
from tests.integration.test_faults import read
from tests.stack import Agency, Stack, said, until

pytestmark = pytest.mark.integration


async def test_one_trace_goes_from_the_delivery_to_the_feed_and_from_the_answer_to_the_visitor(
    agency: Agency, collector: Collector, stack: Stack
) -> None:
    inwards, outwards = secrets.token_hex(16), secrets.token_hex(16)
    channel = await agency.channel()
    await agency.deliver(channel, said("anna", "Hallo"), traceparent=f"00-{inwards}-{'1' * 16}-01")
    wanted = {
        "POST /v1/hooks/{channel_id}",
        "ingest-normaliser batch",
        "routing batch",
        "crm-identities batch",
        "notify batch",
        "notify-archive batch",
    }
    await until(lambda: asyncio.sleep(0, wanted <= collector.of(inwards)), 30)
    [conversation] = await agency.conversations()
    await agency.command(
        conversation["id"], "replies", {"text": "Ja"}, traceparent=f"00-{outwards}-{'1' * 16}-01"
    )
    wanted = {"POST /v1/conversations/{id}/replies", "routing batch", "ingest-sender batch", "notify batch"}
    await until(lambda: asyncio.sleep(0, wanted <= collector.of(outwards)), 30)
    facts = [fact for fact in await read(stack, CONVERSATIONS) if fact.tenant == agency.tenant]
    assert [fact.version for fact in facts] == list(range(1, len(facts) + 1))


async def test_metrics_name_groups_and_routes_and_no_person(agency: Agency) -> None:
    channel = await agency.channel()
    await agency.deliver(channel, said("mia-kunz", "Hallo"))
    [conversation] = await until(agency.conversations)
    await agency.command(conversation["id"], "claim")
    text = (await agency.http.get("/metrics")).text
    for metric in (
        "resonanz_records_total",
        "resonanz_lag_records",
        "resonanz_batch_seconds",
        "resonanz_http_request_seconds",
    ):
        assert metric in text
    assert 'group="routing"' in text
    assert 'route="/v1/conversations/{id}/claim"' in text
    for secret in ("mia-kunz", agency.tenant, conversation["id"], channel["id"]):
        assert secret not in text


async def test_logs_hold_no_words_of_people_and_no_secrets(agency: Agency, stack: Stack) -> None:
    channel = await agency.channel()
    word = f"Geheimnis-{agency.tenant}"
    await agency.deliver(channel, said("anna", word))
    await agency.deliver(channel, json.dumps({"thread": 1, "text": word}).encode())
    await until(agency.conversations)
    log = (stack.folder / "services.log").read_text()
    assert word not in log
    assert channel["secret"] not in log


async def test_health_says_what_works(agency: Agency) -> None:
    for path in ("/live", "/startup", "/ready"):
        assert (await agency.http.get(path)).status_code == 200
    assert set((await agency.http.get("/ready")).json()["checks"]) == {
        f"{service}.{what}"
        for service in ("ingest", "routing", "crm", "notify")
        for what in ("mongodb", "kafka", "readers")
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/routing/v1/nothing", 404),
        ("DELETE", "/api/routing/v1/me", 405),
        ("GET", "/api/routing/v1/conversations?limit=0", 422),
        ("GET", "/api/crm/v1/contacts/nobody", 404),
    ],
)
async def test_every_error_is_a_problem_document(agency: Agency, method: str, path: str, status: int) -> None:
    answer = await agency.http.request(method, path, headers=agency.auth())
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["type"].startswith("urn:resonanz:problem:")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_development_sign_in_exists_in_development_only() -> None:
    code = "from pathlib import Path; from libs.common.dev_issuer import DevIssuer; DevIssuer('prod', 'http://x/dev', [], Path('k'))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert "only with environment=dev" in done.stderr


def test_the_appliers_may_run_again_and_report_no_drift(stack: Stack) -> None:
    for module in ("deploy.topics", "deploy.indexes"):
        done = subprocess.run(
            [sys.executable, "-m", module], capture_output=True, text=True, check=False, env=stack.env
        )
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
