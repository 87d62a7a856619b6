"""`make run`: engines, topics, indexes, services and a demo agency, at one address on this computer."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
from cryptography.fernet import Fernet

from deploy import demo
from deploy.engines import Engines, start_engines
from deploy.engines.process import EngineError, die_with_parent, require_free
from deploy.indexes import apply_indexes
from deploy.topics import apply_topics
from libs.common.kafka import KafkaSettings
from libs.common.mongo import MongoSettings
from services.whole import Settings, dev_issuer

READY_SECONDS = 60.0
STOP_SECONDS = 25.0


def main() -> None:
    """Run until Ctrl-C."""
    port, data = int(os.environ.get("PORT") or 8000), Path(os.environ.get("DATA") or ".resonanz").resolve()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        require_free(port, "Resonanz", "PORT")
        with start_engines(data, _say) as engines, serve(engines, port, data) as seeded:
            _welcome(seeded, data)
            _wait()
    except EngineError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        _say("Stopped.")


@contextlib.contextmanager
def serve(engines: Engines, port: int, data: Path) -> Iterator[dict[str, Any]]:
    """All services as one child process, with the demo agency; stopped in order at the end.

    Args:
        port: where they answer.
        data: folder for keys and `demo.json`.

    Raises:
        EngineError: they do not get ready.
    """
    base = f"http://localhost:{port}"
    env = environment(engines, port, data)
    os.environ.update(env)
    mongo = MongoSettings(uri=env["RESONANZ_MONGO__URI"])
    drift = asyncio.run(apply_topics(KafkaSettings(servers=engines.kafka_servers)))
    surplus = asyncio.run(apply_indexes(mongo))
    for line in [*drift, *surplus]:
        _say(f"Mind: {line}")
    demo.write_people(data)
    process = subprocess.Popen(
        [sys.executable, "-m", "services"],
        env={**os.environ, **env},
        start_new_session=True,
        preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one thread here
    )
    try:
        _wait_ready(base, process)
        yield demo.seed(base, data, dev_issuer(Settings(), data))
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        process.kill()


def environment(engines: Engines, port: int, data: Path) -> dict[str, str]:
    """Settings of a development installation."""
    key_file = data / "vault.key"
    if not key_file.exists():
        data.mkdir(parents=True, exist_ok=True)
        key_file.write_bytes(Fernet.generate_key())
        key_file.chmod(0o600)
    base = f"http://localhost:{port}"
    return {
        **engines.env(),
        "RESONANZ_ENVIRONMENT": "dev",
        "RESONANZ_PORT": str(port),
        "RESONANZ_AUTH__ISSUER": f"{base}/dev/issuer",
        "RESONANZ_DEV_FOLDER": str(data),
        "RESONANZ_LOG_LEVEL": os.environ.get("RESONANZ_LOG_LEVEL", "warning"),
        "INGEST_VAULT_KEYS": f'["{key_file.read_text()}"]',
        "INGEST_PUBLIC_URL": base,
        "INGEST_ALLOW_PRIVATE_CALLBACKS": "true",
    }


def _wait_ready(base: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EngineError("The services have stopped by themselves; see the lines above.")
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{base}/ready", timeout=2).is_success:
                return
        time.sleep(0.1)
    raise EngineError("The services do not get ready; see the lines above.")


def _welcome(seeded: dict[str, Any], data: Path) -> None:
    base = seeded["base"]
    people = ", ".join(person["name"] for person in seeded["people"].values())
    _say(f"""
Resonanz is running.
  Desk            {base}          sign in with one click as {people}
  Demo page       {base}/demo     a shop with the chat widget: write there, answer at the desk
  API documents   {base}/api/routing/docs   (also ingest, crm, notify)
  For scripts     {data / "demo.json"}
Ctrl-C stops everything; the next start finds its data again.""")


def _wait() -> None:
    while True:
        signal.pause()


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
