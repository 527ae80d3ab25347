"""A deadline that also limits the effort of a search, counted in steps instead of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matching.concurrency import ResultT
from matching.deadline import Deadline, DeadlineExceededError

_STEPS_PER_SOLVER_CALL = 5  # a call takes about as long as five steps


@dataclass(slots=True)
class _Count:
    steps: int = 0


class CountedDeadline(Deadline):
    """A deadline that expires after a number of steps, or earlier at the time limit, if any.

    A step is a check of the deadline; a solver call counts as several steps. Searches check it
    between pieces of work of about two milliseconds each, and always at the same points. A search
    that ends after a number of steps therefore has the same result on any machine, however slow or
    busy.
    """

    def __init__(self, whole: Deadline, max_steps: int) -> None:
        """Limit `whole` to a number of steps, from now on."""
        limit = whole.remaining
        super().__init__(whole._clock, limit, whole._cancelled, whole._run_interruptible)  # noqa: SLF001 - the same class
        self._exceeded = whole._exceeded  # noqa: SLF001 - as above
        self._count = _Count()
        self._max_steps = max_steps

    def sub_deadline(self, share: float) -> Deadline:
        """Return a deadline that gets `share` (0 to 1) of the remaining time and steps."""
        steps = self._count.steps
        part = CountedDeadline(
            super().sub_deadline(share), steps + int(share * (self._max_steps - steps))
        )
        part._count = self._count
        return part

    def check(self) -> None:
        """Count a step, and raise an exception if the search must stop.

        Raises:
            CancelledError: the search was cancelled.
            DeadlineExceededError: the time limit has passed, or all steps have been taken.
        """
        self._count.steps += 1
        if self._count.steps > self._max_steps:
            raise DeadlineExceededError
        super().check()

    def run_interruptible(self, work: Callable[[], ResultT], stop: Callable[[], object]) -> ResultT:
        """Call a solver; its call counts as several steps, however often the clock is read."""
        self._count.steps += _STEPS_PER_SOLVER_CALL
        result = self._run_interruptible(work, stop, super().check)
        _ = self.remaining
        return result
