"""`python -m services.notify`: the notify service alone."""

from libs.common.serve import run
from services.notify.app import create_app
from services.notify.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    run(settings, {"notify": create_app(settings)})
