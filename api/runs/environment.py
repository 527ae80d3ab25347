"""What decides a run besides its inputs: this programme, its packages, and the machine."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import TZPATH

from matching.records.run_record import RunEnvironment

_PACKAGES = ("gender-coach", "highspy", "holidays", "numpy", "ortools", "scipy", "tzdata")
_ZONE_DATABASE_KEY = "time zones"  # of the system, which go before the package `tzdata`


def surroundings() -> RunEnvironment:
    """Versions of what is installed here, and the system with its processor's architecture."""
    versions = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue  # not every one is needed everywhere
    if zones := _system_zone_database_version():
        versions[_ZONE_DATABASE_KEY] = zones
    return RunEnvironment(versions=versions, platform=f"{platform.system()} {platform.machine()}")


def _system_zone_database_version() -> str | None:
    """The release of the system's time zone database, where it says so in its usual file."""
    for folder in TZPATH:
        path = Path(folder, "tzdata.zi")
        if path.is_file():
            with path.open(encoding="utf-8") as lines:
                return lines.readline().removeprefix("# version").strip()
    return None
