"""What the engine may use besides the calling thread. Its caller provides it, as it does the clock.

Without any of it the engine works in the calling thread. What it finds is the same either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class ParallelMap(Protocol):
    """Like the built-in `map` with one iterable; may work on several items at once."""

    def __call__(
        self, work: Callable[[ItemT], ResultT], items: Iterable[ItemT], /
    ) -> Iterator[ResultT]:
        """Yield `work(item)` for all items, in their order."""
        ...


class RunInterruptible(Protocol):
    """Calls a function and can stop waiting for it."""

    def __call__(
        self,
        work: Callable[[], ResultT],
        stop: Callable[[], object],
        check: Callable[[], object],
        /,
    ) -> ResultT:
        """Return `work()`, or raise what `check` raises.

        `check` is called before and, where possible, during the work; if it raises, `stop` is
        called so that the work ends early.
        """
        ...


class WorkerLostError(Exception):
    """A worker of a pool has ended without a result."""


class ProcessPool(Protocol):
    """Workers that run module-level functions, each on a state of its own, which it keeps.

    A worker runs what is submitted to it in that order. Functions, arguments and results have to be
    picklable.
    """

    @property
    def size(self) -> int:
        """How many workers there are, at least 1. They are numbered from 0."""
        ...

    @property
    def is_running(self) -> bool:
        """Whether the workers have been started, and not stopped since."""
        ...

    def start(self, create_state: Callable[[Any], Any], argument: object) -> None:
        """Start the workers. The state of each is `create_state(argument)`."""
        ...

    def submit(self, worker: int, function: Callable[[Any, Any], object], argument: object) -> None:
        """Have a worker call `function(state, argument)`, without waiting for it."""
        ...

    def result(self, worker: int, check: Callable[[], object]) -> Any:  # noqa: ANN401 - of any function
        """Wait for the oldest result of a worker that has not been returned yet.

        Raises:
            WorkerLostError: the worker has ended.
            SolverError: the function raised an exception.
            Exception: whatever `check` raises, which is called while waiting.
        """
        ...

    def stop(self) -> None:
        """End all workers at once, whatever they are doing. They can be started again."""
        ...


def run_to_completion(
    work: Callable[[], ResultT], _stop: Callable[[], object], check: Callable[[], object], /
) -> ResultT:
    """Check, then work in the calling thread, where nothing can stop it."""
    check()
    return work()


@dataclass(frozen=True, slots=True)
class Concurrency:
    """Threads and processes for one run; by default none.

    Attributes:
        parallel_map: for independent blocks of pairs.
        run_interruptible: for calls of a solver, so that a time limit or a cancellation ends them.
        pool: for subproblems of single coaches. One that the run may start and stop.
    """

    parallel_map: ParallelMap = map
    run_interruptible: RunInterruptible = run_to_completion
    pool: ProcessPool | None = None


SINGLE_THREADED = Concurrency()
