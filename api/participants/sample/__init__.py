"""The sample cycle: fictitious people, in files like those of a programme manager."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

SAMPLE_FILES = ("cycle.toml", "coachees.xlsx", "coaches.csv")


def sample_file(name: str) -> Traversable:
    """Return one of the `SAMPLE_FILES` in this package."""
    return files(__name__) / name
