"""What the tests need beyond Python and Node: finds it, or installs it on Debian as root."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.engines.kafka import can_run_apache, fetch_jars

_PACKAGES = {
    "chromium": ("chromium", "fonts-dejavu-core"),
    "java": ("default-jre-headless",),
    "mvn": ("maven",),
}
_WHY = {"chromium": "browser tests", "java": "Apache Kafka", "mvn": "Apache Kafka", "npm": "the pages"}


def missing() -> list[str]:
    """Programs that are not there."""
    return [name for name in ("chromium", "java", "mvn", "npm") if not shutil.which(name)]


def main() -> None:
    """Install or name what is missing; in CI nothing may be."""
    lacking = missing()
    if lacking and Path("/etc/debian_version").exists() and os.geteuid() == 0:
        packages = [package for name in lacking for package in _PACKAGES.get(name, ())]
        print(f"Installing {', '.join(packages)} for the tests …", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
            check=False,
            **quiet,  # type: ignore[call-overload]
        )
        lacking = missing()
    for name in lacking:
        what = " ".join(_PACKAGES.get(name, ("nodejs 20 or newer",)))
        print(f"Missing: {name}, for {_WHY[name]}: install {what}. Its tests are skipped.")
    if lacking and os.environ.get("CI") == "true":
        sys.exit("In CI nothing may be skipped.")
    if can_run_apache():
        fetch_jars()


if __name__ == "__main__":
    main()
