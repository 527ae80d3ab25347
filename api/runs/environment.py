"""The software and hardware environment of a run, which can affect its result."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import TZPATH

from matching.records.run_record import RunEnvironment

_PACKAGES = ("gender-coach", "highspy", "holidays", "numpy", "ortools", "scipy", "tzdata")
_ZONE_DATABASE_KEY = "time zones"  # the system's database takes precedence over `tzdata`


def run_environment() -> RunEnvironment:
    """Return the installed versions, the operating system and the processor architecture."""
    versions = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue  # some packages are optional on some platforms
    if zones := _system_zone_database_version():
        versions[_ZONE_DATABASE_KEY] = zones
    return RunEnvironment(versions=versions, platform=f"{platform.system()} {platform.machine()}")


def _system_zone_database_version() -> str | None:
    """Return the release of the system's time zone database, if `tzdata.zi` states it."""
    for folder in TZPATH:
        path = Path(folder, "tzdata.zi")
        if path.is_file():
            with path.open(encoding="utf-8") as lines:
                return lines.readline().removeprefix("# version").strip()
    return None
