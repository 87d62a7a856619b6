"""`python -m services.notify`: the notify service alone; with `dead …` its dead letters."""

import sys

from libs.common.dead_cli import run_dead
from libs.common.serve import run
from services.notify.app import create_app
from services.notify.handlers import SOURCES
from services.notify.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    if sys.argv[1:2] == ["dead"]:
        sys.exit(run_dead(settings.kafka, SOURCES, sys.argv[2:]))
    run(settings, {"notify": create_app(settings)})
