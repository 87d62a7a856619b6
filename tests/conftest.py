"""Engines for the whole run, started once and only if a selected test needs them."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from deploy.engines import Engines, start_engines
from deploy.indexes import apply_indexes
from deploy.topics import apply_topics
from libs.common.kafka import KafkaSettings
from libs.common.mongo import MongoSettings
from tests.stack import Agency, Stack, new_agency

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    with ExitStack() as stack:
        found = stack.enter_context(start_engines(tmp_path_factory.mktemp("engines"), lambda _: None))
        asyncio.run(apply_topics(KafkaSettings(servers=found.kafka_servers)))
        asyncio.run(apply_indexes(MongoSettings(uri=found.mongo_uri)))
        yield found


@pytest.fixture(scope="session")
def stack(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(
        engines, tmp_path_factory.mktemp("services"), RESONANZ_MONGO__DRIVER=os.environ.get("DRIVER", "motor")
    )
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
