"""Describes exceptions without their messages, which could name people."""

from __future__ import annotations

import traceback
from pathlib import PurePath

_MAX_FRAMES = 4


def exception_location(error: BaseException) -> str:
    """Return the type of an error and its innermost frames: `KeyError at a.py:3 > b.py:7`."""
    frames = traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]
    locations = " > ".join(f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {locations}"
