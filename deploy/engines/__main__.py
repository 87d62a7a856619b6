"""`python -m deploy.engines`: start the engines, print their addresses, stay until Ctrl-C."""

import os
import signal
import sys
import threading
from pathlib import Path

from deploy.engines import start_engines
from deploy.engines.process import EngineError


def main() -> None:
    """Stay until told to stop."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        with start_engines(Path(os.environ.get("DATA", ".resonanz"))) as engines:
            for name, value in engines.env().items():
                print(f"{name}={value}", flush=True)
            ended.wait()
    except EngineError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
