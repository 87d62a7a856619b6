"""`make bench`: every figure as a ratio to the raw limit measured in the same run."""

import asyncio
import os
import tempfile
from pathlib import Path

import uvloop
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench import results
from bench.handlers import measure_handlers
from bench.whole import measure_whole
from deploy.engines import Engines, start_engines
from deploy.indexes import apply_indexes
from deploy.topics import apply_topics
from libs.common.kafka import KafkaSettings
from libs.common.mongo import MongoSettings
from libs.common.topics import TOPICS


async def measure(engines: Engines) -> list[results.Result]:
    """All measurements, on fresh topics."""
    await apply_topics(KafkaSettings(servers=engines.kafka_servers))
    await apply_indexes(MongoSettings(uri=engines.mongo_uri))
    admin = AIOKafkaAdminClient(bootstrap_servers=engines.kafka_servers)
    await admin.start()
    await admin.create_topics([NewTopic(f"raw.{topic.name}", topic.partitions, 1) for topic in TOPICS])
    await admin.close()
    print("Readers:", flush=True)
    found = await measure_handlers(engines)
    print("Whole:", flush=True)
    return found + await measure_whole(engines)


def main() -> None:
    """Measure, print, keep."""
    os.environ.setdefault("KAFKA_FULL_JIT", "1")
    with (
        tempfile.TemporaryDirectory() as folder,
        start_engines(Path(folder)) as engines,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,  # as uvicorn does
    ):
        results.write(runner.run(measure(engines)))


if __name__ == "__main__":
    main()
