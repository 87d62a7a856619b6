"""The engines of a laptop: Kafka and MongoDB as child processes, real ones where they can run."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.engines.kafka import ApacheKafka, Tansu, can_run_apache, jars_folder
from deploy.engines.mongodb import Mongod, Secantus, mongod_binary
from deploy.engines.process import held, port_setting

Say = Callable[[str], None]


@dataclass(frozen=True)
class Engines:
    """Where the engines answer; the processes are there only if we started them."""

    kafka_servers: str
    mongo_uri: str
    idempotent: bool = True
    kafka: ApacheKafka | Tansu | None = None
    mongodb: Mongod | Secantus | None = None

    def env(self) -> dict[str, str]:
        """The same as variables, for services and tests."""
        return {
            "KAFKA_SERVERS": self.kafka_servers,
            "MONGO_URI": self.mongo_uri,
            "RESONANZ_KAFKA__SERVERS": self.kafka_servers,
            "RESONANZ_MONGO__URI": self.mongo_uri,
            "RESONANZ_KAFKA__IDEMPOTENT": str(self.idempotent).lower(),
        }


@contextmanager
def start_engines(data: Path, say: Say = print) -> Iterator[Engines]:
    """Start what no setting names an address of; stop it again at the end.

    `KAFKA_SERVERS` and `MONGO_URI` name engines that run already; `KAFKA_PORT` and `MONGO_PORT` the
    ports of those started here (free ones by default).

    Args:
        data: folder of their data; a second start finds it again.
        say: is told what was taken, why, and what it does not keep.

    Raises:
        EngineError: with what to do.
    """
    servers, uri = os.environ.get("KAFKA_SERVERS"), os.environ.get("MONGO_URI")
    kafka = None if servers else _choose_kafka(data.resolve(), say)
    mongodb = None if uri else _choose_mongodb(data.resolve(), say)
    with ExitStack() as stack:
        if kafka or mongodb:
            stack.enter_context(held(data.resolve()))
        started = [engine for engine in (kafka, mongodb) if engine]
        for engine in started:
            stack.callback(engine.stop)
            engine.launch()
        for engine in started:
            engine.wait()
            say(f"{engine.name} answers on port {engine.port}.")
            if engine.note:
                say(f"  Mind: {engine.note}")
        yield Engines(
            kafka_servers=servers or (kafka.address if kafka else ""),
            mongo_uri=uri or (mongodb.uri if mongodb else ""),
            idempotent=kafka.idempotent if kafka else True,
            kafka=kafka,
            mongodb=mongodb,
        )


def _choose_kafka(data: Path, say: Say) -> ApacheKafka | Tansu:
    port, wanted = port_setting("KAFKA_PORT"), os.environ.get("KAFKA_ENGINE")
    if wanted is None and not can_run_apache():
        say("There is no Java 17 with Maven here, so Tansu stands in for Apache Kafka.")
        wanted = "tansu"
    if wanted == "tansu":
        return Tansu(data / "kafka", port)
    if not jars_folder().exists():
        say("Fetching Apache Kafka with Maven, this once …")
    return ApacheKafka(data / "kafka", port)


def _choose_mongodb(data: Path, say: Say) -> Mongod | Secantus:
    port, wanted = port_setting("MONGO_PORT"), os.environ.get("MONGO_ENGINE")
    if wanted is None and mongod_binary() is None:
        say("There is no mongod that starts here, so SecantusDB stands in for MongoDB.")
        wanted = "secantus"
    return Secantus(data / "mongodb", port) if wanted == "secantus" else Mongod(data / "mongodb", port)
