"""Engines for the whole run, started once and only if a selected test needs them."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pymongo import MongoClient

from deploy.engines import Engines, start_engines
from deploy.indexes import apply_indexes
from deploy.topics import apply_topics
from libs.common.kafka import KafkaSettings
from libs.common.mongo import MongoSettings
from tests.collector import Collector
from tests.stack import Agency, Stack, new_agency

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    with ExitStack() as stack:
        found = stack.enter_context(start_engines(tmp_path_factory.mktemp("engines"), lambda _: None))
        asyncio.run(apply_topics(KafkaSettings(servers=found.kafka_servers)))
        asyncio.run(apply_indexes(MongoSettings(uri=found.mongo_uri)))
        if found.mongodb and found.mongodb.refuses_scans:
            refuse_scans(found.mongo_uri)
        yield found


def refuse_scans(uri: str) -> None:
    """From here on every query of every test must be served by an index."""
    with MongoClient[dict[str, Any]](uri) as client:
        client.admin.command({"setParameter": 1, "notablescan": True})


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    with Collector().running() as running:
        yield running


@pytest.fixture(scope="session")
def stack(
    engines: Engines, collector: Collector, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    driver = os.environ.get("DRIVER", "motor")
    folder = tmp_path_factory.mktemp("services")
    running = Stack(engines, folder, RESONANZ_MONGO__DRIVER=driver, RESONANZ_OTLP_ENDPOINT=collector.url)
    running.start()
    yield running
    assert running.stop() in (0, -15), running.log()


@pytest.fixture
async def agency(stack: Stack) -> AsyncIterator[Agency]:
    async with new_agency(stack) as made:
        yield made


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Where screenshots are kept for people to look at."""
    folder = Path(__file__).parent.parent / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder
