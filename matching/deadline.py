"""Time and cancellation: the one place where a run asks whether it should stop."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Generic, TypeVar

from matching.errors import CancelledError
from matching.progress import IsCancelled

ResultT = TypeVar("ResultT")
_POLL_SECONDS = 0.1
_GRACE_SECONDS = 0.5


class SolverError(RuntimeError):
    """A solver or a model of ours did what it must not; nothing of the run can be trusted."""


class DeadlineExceededError(Exception):
    """The time limit has passed; whoever holds a plan returns it."""


class ProblemTooLargeError(DeadlineExceededError):
    """What is left to decide is too large for an exact search; it is told as not proven."""


class Deadline:
    """A clock with a limit, and somebody's wish to stop.

    Without a limit nothing a run decides depends on the clock.
    """

    def __init__(
        self, clock: Callable[[], float], limit_seconds: float | None, cancelled: IsCancelled
    ) -> None:
        self._clock = clock
        self._started_at = clock()
        self._limit = limit_seconds
        self._cancelled = cancelled

    @property
    def elapsed(self) -> float:
        """Seconds since the watch was started."""
        return self._clock() - self._started_at

    @property
    def remaining(self) -> float | None:
        """Seconds left, at least 0; `None` without a limit."""
        return None if self._limit is None else max(0.0, self._limit - self.elapsed)

    def sub_deadline(self, share: float) -> Deadline:
        """A watch over a share of the time that is left."""
        remaining = self.remaining
        return Deadline(
            self._clock, None if remaining is None else remaining * share, self._cancelled
        )

    def check(self) -> None:
        """Go on, or raise.

        Raises:
            CancelledError: somebody asked to stop.
            DeadlineExceededError: the limit has passed.
        """
        self.check_cancelled()
        if self.remaining == 0:
            raise DeadlineExceededError

    def check_cancelled(self) -> None:
        """As `check` for work that has to be done whatever the time.

        Raises:
            CancelledError: somebody asked to stop.
        """
        if self._cancelled():
            raise CancelledError("the run was cancelled")

    def run_interruptible(self, work: Callable[[], ResultT], stop: Callable[[], object]) -> ResultT:
        """Let a solver work in a thread of its own; `stop` it when the run has to end.

        A solver that does not stop at once is left to itself, so that the caller never waits.

        Raises:
            CancelledError, OutOfTimeError: as `check`.
        """
        self.check()
        thread = _WorkerThread(work)
        thread.start()
        try:
            while not thread.done.wait(_POLL_SECONDS):
                self.check()
        except (CancelledError, DeadlineExceededError):
            stop()
            thread.done.wait(_GRACE_SECONDS)
            raise
        if thread.error is not None:
            raise thread.error
        return thread.result


class _WorkerThread(Thread, Generic[ResultT]):
    """A thread that keeps what its work answered or raised."""

    result: ResultT

    def __init__(self, work: Callable[[], ResultT]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self.done = Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        """Work, and say when it is done."""
        try:
            self.result = self._work()
        except BaseException as error:  # noqa: BLE001 - raised again where it was waited for
            self.error = error
        finally:
            self.done.set()
