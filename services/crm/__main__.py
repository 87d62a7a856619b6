"""`python -m services.crm`: the crm service alone; with `dead …` its dead letters."""

import sys

from libs.common.dead_cli import run_dead
from libs.common.serve import run
from services.crm.app import create_app
from services.crm.handlers import SOURCES
from services.crm.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    if sys.argv[1:2] == ["dead"]:
        sys.exit(run_dead(settings.kafka, SOURCES, sys.argv[2:]))
    run(settings, {"crm": create_app(settings)})
