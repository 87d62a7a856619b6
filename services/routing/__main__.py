"""`python -m services.routing`: the routing service alone."""

from libs.common.serve import run
from services.routing.app import create_app
from services.routing.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    run(settings, {"routing": create_app(settings)})
