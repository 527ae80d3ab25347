"""Time limits and cancellation of a run."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from math import inf
from typing import TypeVar

from matching.concurrency import RunInterruptible, run_to_completion
from matching.errors import CancelledError
from matching.facts.runs import CANCELLED
from matching.progress import IsCancelled

ResultT = TypeVar("ResultT")


class SolverError(RuntimeError):
    """A solver or a model failed, so the run has no trustworthy result."""


class DeadlineExceededError(Exception):
    """The time limit has passed. Callers that already have a plan return that plan."""


class ProblemTooLargeError(DeadlineExceededError):
    """The remaining problem is too large for an exact search, so optimality is not proven."""


class EffortExceededError(DeadlineExceededError):
    """A part of the search has used up its effort limit, which is independent of the clock."""


@dataclass(slots=True)
class _Flag:
    is_set: bool = False


@dataclass(slots=True)
class _Effort:
    """Effort spent in a part of the search, and its limit."""

    limit: float
    spent: float = 0.0


class Deadline:
    """A time limit combined with a cancellation check.

    Without a limit, no decision of a run depends on the clock.

    *Effort* is counted work: solvers and heuristics call `spend` with the approximate number of
    seconds that their work takes on the benchmark machine. The count is the same in identical runs,
    so a part of the search that is limited by effort ends at the same point.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        limit_seconds: float | None,
        cancelled: IsCancelled,
        run_interruptible: RunInterruptible = run_to_completion,
    ) -> None:
        """Start the clock.

        Args:
            clock: a monotonic clock, in seconds.
            limit_seconds: the time limit; `None` means no limit.
            cancelled: returns whether the run was cancelled.
            run_interruptible: used to call the solvers.
        """
        self._clock = clock
        self._started_at = clock()
        self._limit = limit_seconds
        self._cancelled = cancelled
        self._run_interruptible = run_interruptible
        self._exceeded = _Flag()
        self._efforts: tuple[_Effort, ...] = ()
        self._grace: _Effort | None = None

    @property
    def was_exceeded(self) -> bool:
        """Whether any check of this deadline, or of one derived from it, found that time was up."""
        return self._exceeded.is_set

    @property
    def elapsed(self) -> float:
        """Seconds since the deadline was created."""
        return self._clock() - self._started_at

    @property
    def remaining(self) -> float | None:
        """Seconds left, never negative, or `None` without a limit."""
        if self._limit is None:
            return None
        seconds = max(0.0, self._limit - self.elapsed)
        self._exceeded.is_set |= seconds == 0
        return seconds

    def sub_deadline(self, share: float) -> Deadline:
        """Return a deadline that starts now and gets `share` (0 to 1) of the remaining time."""
        remaining = self.remaining
        part = Deadline(
            self._clock,
            None if remaining is None else remaining * share,
            self._cancelled,
            self._run_interruptible,
        )
        part._exceeded = self._exceeded
        part._efforts = self._efforts
        return part

    def with_effort(self, effort: float) -> Deadline:
        """Return a copy of this deadline that also limits the effort spent from now on."""
        part = copy(self)
        part._efforts = (*self._efforts, _Effort(effort))  # noqa: SLF001 - a copy of itself
        return part

    def with_grace(self, effort: float) -> Deadline:
        """Return a copy of this deadline that expires only once `effort` has also been used up.

        This ensures a first plan regardless of the time limit, with the same effort in identical
        runs.
        """
        part = copy(self)
        part._grace = _Effort(effort)  # noqa: SLF001 - a copy of itself
        return part

    def spend(self, effort: float) -> None:
        """Add `effort` to the effort spent so far."""
        for one in self._efforts:
            one.spent += effort
        if self._grace:
            self._grace.spent += effort

    @property
    def effort_left(self) -> float:
        """The effort left, possibly infinite, never negative."""
        return max(0.0, min((one.limit - one.spent for one in self._efforts), default=inf))

    def check(self) -> None:
        """Raise an exception if the run must stop.

        Raises:
            CancelledError: the run was cancelled.
            DeadlineExceededError: the effort is used up, or the time limit has passed and no grace
                is left.
        """
        self.check_cancelled()
        if self.remaining == 0 and not self._has_grace:
            raise DeadlineExceededError
        if not self.effort_left:
            raise EffortExceededError

    @property
    def _has_grace(self) -> bool:
        return self._grace is not None and self._grace.spent < self._grace.limit

    def check_cancelled(self) -> None:
        """Raise an exception if the run was cancelled, regardless of the time limit.

        Raises:
            CancelledError: the run was cancelled.
        """
        if self._cancelled():
            raise CancelledError(CANCELLED())

    def run_interruptible(self, work: Callable[[], ResultT], stop: Callable[[], object]) -> ResultT:
        """Call a solver through `work` and return its result; `stop` interrupts the solver.

        Raises:
            CancelledError, DeadlineExceededError: see `check`.
        """
        result = self._run_interruptible(work, stop, self.check)
        _ = self.remaining  # updates `was_exceeded` if the solver stopped at the limit
        return result
