"""Child processes that can be stopped, killed and started again, and never outlive their parent."""

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

STOP_SECONDS = 15.0
_PR_SET_PDEATHSIG = 1
_LAST_PORT = 65_535


class EngineError(RuntimeError):
    """An engine could not be started; the message says what to do."""


class Child:
    """One engine process, its output in a log file.

    Args:
        command: program and arguments.
        log: where its output goes.
        env: variables besides the inherited ones.
    """

    def __init__(self, command: Sequence[str], log: Path, env: dict[str, str] | None = None) -> None:
        self._command = list(command)
        self.log = log
        self._env = {**os.environ, **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches us first and we stop it in order."""
        # The kernel watches the thread that forked, so only the main one may ask to be watched.
        watched = sys.platform == "linux" and threading.current_thread() is threading.main_thread()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self._env,
                preexec_fn=die_with_parent if watched else None,  # noqa: PLW1509
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise with the end of its log when it has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            last = self.log.read_text(errors="replace").splitlines()[-15:]
            raise EngineError(f"{self._command[0]} has stopped by itself:\n" + "\n".join(last))

    def stop(self) -> None:
        """Ask it to stop; after a while insist."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def require_free(port: int, what: str, setting: str) -> None:
    """Refuse a taken port with a message that says which setting to change.

    Raises:
        EngineError: somebody listens there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise EngineError(
                f"Port {port} for {what} is taken. Stop what uses it, or set {setting}."
            ) from None


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep a data folder to ourselves: two engines on the same files would only fail obscurely.

    Raises:
        EngineError: another start has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "engines.lock").open("w") as lock:  # the kernel lets go of it even at kill -9
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EngineError(f"Other engines run on {folder}. Stop them, or set DATA.") from None
        yield


def port_setting(name: str) -> int | None:
    """The port a variable asks for; none if any will do.

    Raises:
        EngineError: it is no port.
    """
    given = os.environ.get(name) or "0"
    if not given.isdecimal() or int(given) > _LAST_PORT:
        raise EngineError(f"{name}={given} is no port: set a number up to {_LAST_PORT}, or nothing.")
    return int(given) or None


def die_with_parent() -> None:
    """For a child just forked by the main thread: be killed when the parent ends, however it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
