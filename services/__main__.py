"""`python -m services`: all of Resonanz in one process."""

from libs.common.serve import run
from services.whole import Settings, create_services, create_whole

if __name__ == "__main__":
    settings = Settings()
    apps = create_services()
    run(settings, apps, create_whole(settings, apps))
