"""`python -m services.ingest`: the ingest service alone."""

from libs.common.serve import run
from services.ingest.app import create_app
from services.ingest.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    run(settings, {"ingest": create_app(settings)})
