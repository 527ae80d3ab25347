"""Divides the time limit of a command between solving, explaining and writing files."""

from __future__ import annotations

import time
from dataclasses import dataclass

from api.cli.command_clock import COMMAND_CLOCK
from api.input_files.cycle_inputs import CycleInputs

_LEAST_SOLVING_SHARE = 0.5  # of the limit, however long reading and writing take
_WRITING_SECONDS = 0.5
_WRITING_SECONDS_A_SESSION = 0.0005  # two invitations as two files each, and rows of tables
_MAX_SLOWDOWN = 3.0


@dataclass(frozen=True, slots=True)
class TimeBudget:
    """The time limit of a whole command; `limit_seconds` is `None` if there is none.

    Attributes:
        limit_seconds: the limit, counted from the start of the process.
        writing_seconds: the processor time that writing the results is expected to take.
    """

    limit_seconds: float | None
    writing_seconds: float

    @classmethod
    def of(cls, limit_seconds: float | None, inputs: CycleInputs) -> TimeBudget:
        """Return the budget for a cycle, whose size determines how long writing takes."""
        sessions = len(inputs.roster.coachees) * len(inputs.cycle.sessions.numbers)
        return cls(limit_seconds, _WRITING_SECONDS + sessions * _WRITING_SECONDS_A_SESSION)

    def solving_seconds(self) -> float | None:
        """Return the time left for solving, or `None` if there is no limit."""
        left = self.left_seconds()
        if left is None or self.limit_seconds is None:
            return None
        return max(left, _LEAST_SOLVING_SHARE * self.limit_seconds)

    def left_seconds(self) -> float | None:
        """Return the time until writing has to start, or `None` if there is no limit."""
        if self.limit_seconds is None:
            return None
        elapsed = COMMAND_CLOCK.elapsed_seconds
        return max(0.0, self.limit_seconds - elapsed - self.writing_seconds * _slowdown(elapsed))


def _slowdown(elapsed_seconds: float) -> float:
    """Return the ratio of this process's elapsed time to its processor time, between 1 and 3.

    On a busy machine, writing is expected to slow down by the same factor.
    """
    return min(_MAX_SLOWDOWN, max(1.0, elapsed_seconds / max(time.process_time(), 1e-3)))
