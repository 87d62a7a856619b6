"""`python -m services.ingest`: the ingest service alone; with `dead …` its dead letters."""

import sys

from libs.common.dead_cli import run_dead
from libs.common.serve import run
from services.ingest.app import create_app
from services.ingest.handlers import SOURCES
from services.ingest.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    if sys.argv[1:2] == ["dead"]:
        sys.exit(run_dead(settings.kafka, SOURCES, sys.argv[2:]))
    run(settings, {"ingest": create_app(settings)})
