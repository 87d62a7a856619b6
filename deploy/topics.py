"""Creates the topics the code declares, and tells where those that exist differ from it."""

import asyncio
import sys

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from deploy.declared import dead_topics
from libs.common.kafka import KafkaSettings
from libs.common.settings import ServiceSettings
from libs.common.topics import DAY_MS, TOPICS, Topic

DEAD_RETENTION_MS = 30 * DAY_MS


async def apply_topics(settings: KafkaSettings, replication: int = 1) -> list[str]:
    """Create what is missing; safe to run again.

    Args:
        replication: copies of each partition; all but one must be in sync for a write to count.

    Returns:
        In words, where existing topics differ from the code: nothing is changed that could lose data.
    """
    wanted = {
        topic.name: _new(topic.name, topic.partitions, replication, _config(topic, replication))
        for topic in TOPICS
    }
    for name in dead_topics():
        config = {"retention.ms": str(DEAD_RETENTION_MS), "max.message.bytes": "4200000"}
        wanted[name] = _new(name, 1, replication, config)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.servers, request_timeout_ms=20_000)
    await admin.start()
    try:
        missing = [topic for name, topic in wanted.items() if name not in set(await admin.list_topics())]
        if missing:
            await _create(admin, missing)
        return await _drift(admin, wanted)
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, missing: list[NewTopic]) -> None:
    try:
        await admin.create_topics(missing)
    except TopicAlreadyExistsError:
        return


async def _drift(admin: AIOKafkaAdminClient, wanted: dict[str, NewTopic]) -> list[str]:
    found = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics(list(wanted))}
    return [
        f"{name}: {found.get(name, 0)} partitions instead of {topic.num_partitions}"
        for name, topic in wanted.items()
        if found.get(name) != topic.num_partitions
    ]


def _new(name: str, partitions: int, replication: int, config: dict[str, str]) -> NewTopic:
    return NewTopic(name, partitions, replication, topic_configs=config)


def _config(topic: Topic, replication: int) -> dict[str, str]:
    return {
        "retention.ms": str(topic.retention_ms),
        "max.message.bytes": str(topic.max_message_bytes),
        "min.insync.replicas": str(max(1, replication - 1)),
    }


def main() -> None:
    """`python -m deploy.topics [REPLICATION]`."""
    replication = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    drift = asyncio.run(apply_topics(ServiceSettings().kafka, replication))
    sys.exit("\n".join(drift) if drift else 0)


if __name__ == "__main__":
    main()
