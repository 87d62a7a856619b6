"""The launcher keeps its promises: data survive, children do not, and messages say what to do."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import MongoClient

from deploy.engines import kafka, start_engines
from deploy.engines.kafka import ApacheKafka
from deploy.engines.mongodb import Mongod
from deploy.engines.process import Child, EngineError, free_port, held

TOPIC = "tests.engines.v1"
SETTINGS = ("KAFKA_SERVERS", "MONGO_URI", "KAFKA_PORT", "MONGO_PORT", "KAFKA_ENGINE", "MONGO_ENGINE")
Broker = ApacheKafka | kafka.Tansu


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def create_topic(address: str) -> None:
    async def create() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=address)
        await admin.start()
        await admin.create_topics([NewTopic(TOPIC, 1, 1)])
        await admin.close()

    asyncio.run(create())


def send(address: str, body: bytes) -> None:
    async def once() -> None:
        async with AIOKafkaProducer(bootstrap_servers=address) as producer:
            await producer.send_and_wait(TOPIC, body)

    asyncio.run(once())


def bodies(address: str) -> list[bytes]:
    async def read() -> list[bytes]:
        partition = TopicPartition(TOPIC, 0)
        async with AIOKafkaConsumer(bootstrap_servers=address) as consumer:
            consumer.assign([partition])
            await consumer.seek_to_beginning(partition)
            end = (await consumer.end_offsets([partition]))[partition]
            return [(await asyncio.wait_for(consumer.getone(), 20)).value for _ in range(end)]

    return asyncio.run(read())


@contextmanager
def notes(uri: str) -> Iterator[Any]:
    with MongoClient[dict[str, Any]](uri, w="majority", journal=True) as client:
        yield client["engines"]["notes"]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def gone(port: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while answers(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not answers(port)


def test_named_engines_are_used_and_none_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KAFKA_SERVERS", "kafka.test:9092")
    monkeypatch.setenv("MONGO_URI", "mongodb://mongo.test")
    with start_engines(tmp_path) as engines:
        assert (engines.kafka, engines.mongodb) == (None, None)
    assert (engines.kafka_servers, engines.mongo_uri) == ("kafka.test:9092", "mongodb://mongo.test")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("port", "named", "name"),
    [("KAFKA_PORT", "MONGO_URI", "Kafka"), ("MONGO_PORT", "KAFKA_SERVERS", "MongoDB")],
)
def test_a_taken_port_names_port_and_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, port: str, named: str, name: str
) -> None:
    monkeypatch.setenv(named, "elsewhere")
    with taken_port() as taken:
        monkeypatch.setenv(port, str(taken))
        with pytest.raises(EngineError, match=f"Port {taken} for {name} is taken.*set {port}"):
            start_engines(tmp_path).__enter__()


@pytest.mark.parametrize(
    ("variable", "value"), [("KAFKA_PORT", "abc"), ("KAFKA_PORT", "70000"), ("MONGO_PORT", "-1")]
)
def test_an_impossible_port_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, value: str
) -> None:
    monkeypatch.setenv("MONGO_URI" if variable == "KAFKA_PORT" else "KAFKA_SERVERS", "elsewhere")
    monkeypatch.setenv(variable, value)
    with pytest.raises(EngineError, match=variable):
        start_engines(tmp_path).__enter__()


def test_a_folder_in_use_is_refused_and_free_again_afterwards(tmp_path: Path) -> None:
    with held(tmp_path), pytest.raises(EngineError, match=f"run on {tmp_path}.*set DATA"):
        start_engines(tmp_path).__enter__()
    with held(tmp_path):
        pass


def test_a_child_that_ends_by_itself_shows_its_last_words(tmp_path: Path) -> None:
    child = Child(["sh", "-c", "echo no room; exit 3"], tmp_path / "log")
    child.start()
    assert child._process
    child._process.wait(5)
    with pytest.raises(EngineError, match="no room"):
        child.check()


def test_a_deaf_child_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("deploy.engines.process.STOP_SECONDS", 0.3)
    child = Child(["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"], tmp_path / "log")
    child.start()
    while "deaf" not in (tmp_path / "log").read_text():
        time.sleep(0.01)
    child.stop()
    assert child.pid is None


def test_a_broker_that_never_gets_ready_is_told_with_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kafka, "READY_SECONDS", 0.5)
    broker = ApacheKafka(tmp_path)
    broker._child = Child(["sleep", "60"], tmp_path / "kafka.log")
    broker._child.start()
    try:
        with pytest.raises(EngineError, match=r"kafka\.log"):
            broker.wait()
    finally:
        broker.kill()


def test_parallel_first_starts_share_one_set_of_jars(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    together = threading.Barrier(2)

    def maven(command: list[str], **_: object) -> SimpleNamespace:
        [target] = [part.split("=")[1] for part in command if part.startswith("-DoutputDirectory=")]
        Path(target).mkdir()
        Path(target, "kafka.jar").touch()
        together.wait(5)  # both have looked before either renames
        return SimpleNamespace(returncode=0, stdout="")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("subprocess.run", maven)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: kafka.fetch_jars(), range(2))
    assert first == second
    assert [file.name for file in first.iterdir()] == ["kafka.jar"]
    assert [folder.name for folder in first.parent.iterdir()] == [first.name]


@pytest.mark.integration
def test_kafka_keeps_its_log_through_kill_and_restart(tmp_path: Path) -> None:
    broker = ApacheKafka(tmp_path)
    broker.start()
    try:
        create_topic(broker.address)
        send(broker.address, b"before the kill")
        first = broker.pid
        broker.kill()
        assert broker.pid is None
        broker.start()
        assert broker.pid not in (None, first)
        send(broker.address, b"before the stop")
    finally:
        broker.stop()
    assert gone(broker.port)
    again = ApacheKafka(tmp_path, free_port())
    again.start()
    try:
        assert bodies(again.address) == [b"before the kill", b"before the stop"]
    finally:
        again.stop()


@pytest.mark.integration
def test_mongod_keeps_its_data_through_kill_restart_and_a_new_port(tmp_path: Path) -> None:
    server = Mongod(tmp_path)
    server.start()
    try:
        with notes(server.uri) as kept:
            kept.insert_one({"_id": "before the kill"})
        server.kill()
        server.start()
        with notes(server.uri) as kept:
            kept.insert_one({"_id": "before the stop"})
    finally:
        server.stop()
    again = Mongod(tmp_path, free_port())
    again.start()
    try:
        with notes(again.uri) as kept:
            assert [note["_id"] for note in kept.find().sort("_id")] == ["before the kill", "before the stop"]
    finally:
        again.stop()


@pytest.mark.integration
def test_the_stand_ins_start_write_and_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("deploy.engines.can_run_apache", lambda: False)
    monkeypatch.setattr("deploy.engines.mongod_binary", lambda: None)
    said: list[str] = []
    with start_engines(tmp_path, said.append) as engines:
        create_topic(engines.kafka_servers)
        send(engines.kafka_servers, b"hello")
        assert bodies(engines.kafka_servers) == [b"hello"]
        with notes(engines.mongo_uri) as kept:
            kept.insert_one({"_id": 1})
            assert kept.count_documents({}) == 1
        assert not engines.idempotent
        assert engines.kafka and engines.mongodb
        ports = engines.kafka.port, engines.mongodb.port
    told = "\n".join(said)
    for wanted in ("Java 17", "Tansu keeps nothing", "no mongod that starts", "SecantusDB is slow"):
        assert wanted in told
    assert gone(ports[0]) and gone(ports[1])


@contextmanager
def launcher(data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    env = {**os.environ, "DATA": str(data), "KAFKA_SERVERS": "kafka.test:9092", "MONGO_PORT": str(port)}
    command = [sys.executable, "-m", "deploy.engines"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            next(line for line in process.stdout if line.startswith("MONGO_URI="))
            yield process
        finally:
            process.kill()


@pytest.mark.integration
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_launcher_stops_what_it_started(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    with launcher(tmp_path, port) as process:
        assert answers(port)
        process.send_signal(number)
        assert process.wait(20) == 0
        assert not answers(port)


@pytest.mark.integration
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's watch on parents is Linux's")
def test_children_die_with_a_killed_parent_and_the_data_open_again(tmp_path: Path) -> None:
    port = free_port()
    with launcher(tmp_path, port) as process:
        with notes(f"mongodb://127.0.0.1:{port}/?replicaSet=rs0") as kept:
            kept.insert_one({"_id": "kept"})
        process.kill()
        assert gone(port)
    with launcher(tmp_path, port), notes(f"mongodb://127.0.0.1:{port}/?replicaSet=rs0") as kept:
        assert kept.find_one() == {"_id": "kept"}
