"""The sample cycle: invented people, shipped as the files a programme manager would hold."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

SAMPLE_FILES = ("cycle.toml", "coachees.xlsx", "coaches.csv")


def sample_file(name: str) -> Traversable:
    """One of `SAMPLE_FILES` as it lies in the package."""
    return files(__name__) / name
