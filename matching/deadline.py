"""Time limit and cancellation: the one place where a run checks whether to stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from matching.concurrency import RunInterruptible, run_to_completion
from matching.errors import CancelledError
from matching.progress import IsCancelled

ResultT = TypeVar("ResultT")


class SolverError(RuntimeError):
    """A solver or one of the engine's models failed; no result of the run can be trusted."""


class DeadlineExceededError(Exception):
    """The time limit has passed; a caller that has a plan returns it."""


class ProblemTooLargeError(DeadlineExceededError):
    """The remaining problem is too large for an exact search; it is reported as not proven."""


class Deadline:
    """A time limit, and a check for cancellation.

    Without a limit, nothing that a run decides depends on the clock.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        limit_seconds: float | None,
        cancelled: IsCancelled,
        run_interruptible: RunInterruptible = run_to_completion,
    ) -> None:
        """Start the time. `clock` is monotonic, in seconds; a limit of `None` never passes.

        `run_interruptible` is used to call the solvers.
        """
        self._clock = clock
        self._started_at = clock()
        self._limit = limit_seconds
        self._cancelled = cancelled
        self._run_interruptible = run_interruptible

    @property
    def elapsed(self) -> float:
        """The seconds since the start."""
        return self._clock() - self._started_at

    @property
    def remaining(self) -> float | None:
        """The seconds left, at least 0, or `None` without a limit."""
        return None if self._limit is None else max(0.0, self._limit - self.elapsed)

    def sub_deadline(self, share: float) -> Deadline:
        """Return a deadline that starts now and has a share (0 to 1) of the remaining time."""
        remaining = self.remaining
        return Deadline(
            self._clock,
            None if remaining is None else remaining * share,
            self._cancelled,
            self._run_interruptible,
        )

    def check(self) -> None:
        """Return if the run may continue.

        Raises:
            CancelledError: the run has been cancelled.
            DeadlineExceededError: the limit has passed.
        """
        self.check_cancelled()
        if self.remaining == 0:
            raise DeadlineExceededError

    def check_cancelled(self) -> None:
        """As `check`, but ignoring the time limit.

        Raises:
            CancelledError: the run has been cancelled.
        """
        if self._cancelled():
            raise CancelledError("the run was cancelled")

    def run_interruptible(self, work: Callable[[], ResultT], stop: Callable[[], object]) -> ResultT:
        """Return the result of a solver call, `work()`; call `stop` if the run ends meanwhile.

        Raises:
            CancelledError, DeadlineExceededError: as `check`.
        """
        return self._run_interruptible(work, stop, self.check)
