"""Measures the time since the running command started, for limits on the whole command."""

from __future__ import annotations

import time

_IMPORT_SECONDS = 0.2  # from the start of the process to the start of the command


class CommandClock:
    """A clock that measures the time since the command started."""

    def __init__(self) -> None:
        self._started_at = time.monotonic()

    def restart(self) -> None:
        """Restart the clock for a new command."""
        self._started_at = time.monotonic()

    @property
    def elapsed_seconds(self) -> float:
        """The seconds since the process started; the time before `restart` is an estimate."""
        return _IMPORT_SECONDS + time.monotonic() - self._started_at


COMMAND_CLOCK = CommandClock()
"""The clock of the running command."""
