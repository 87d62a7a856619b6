"""`python -m services.routing`: the routing service alone; with `dead …` its dead letters."""

import sys

from libs.common.dead_cli import run_dead
from libs.common.serve import run
from services.routing.app import create_app
from services.routing.handlers import SOURCES
from services.routing.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    if sys.argv[1:2] == ["dead"]:
        sys.exit(run_dead(settings.kafka, SOURCES, sys.argv[2:]))
    run(settings, {"routing": create_app(settings)})
