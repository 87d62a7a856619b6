"""`python -m services.crm`: the crm service alone."""

from libs.common.serve import run
from services.crm.app import create_app
from services.crm.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    run(settings, {"crm": create_app(settings)})
