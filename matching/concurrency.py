"""Threads for the engine, provided by the caller, like the clock.

Without them the engine works in the calling thread. The result is the same either way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class ParallelMap(Protocol):
    """Like the built-in `map` with one iterable, but may process several items at once."""

    def __call__(
        self, work: Callable[[ItemT], ResultT], items: Iterable[ItemT], /
    ) -> Iterator[ResultT]:
        """Yield `work(item)` for all items, in order."""
        ...


class RunInterruptible(Protocol):
    """Calls a function, and can stop waiting for it."""

    def __call__(
        self,
        work: Callable[[], ResultT],
        stop: Callable[[], object],
        check: Callable[[], object],
        /,
    ) -> ResultT:
        """Return `work()`, or raise what `check` raises.

        `check` is called before and, if possible, during the work; if it raises, `stop` is called
        so that the work ends early.
        """
        ...


def run_to_completion(
    work: Callable[[], ResultT], _stop: Callable[[], object], check: Callable[[], object], /
) -> ResultT:
    """Call `check`, then do the work in the calling thread, where it cannot be interrupted."""
    check()
    return work()


@dataclass(frozen=True, slots=True)
class Concurrency:
    """The threads of a run; by default only the calling thread.

    Attributes:
        parallel_map: for independent blocks of pairs.
        run_interruptible: for solver calls, so that a time limit or cancellation can end them.
    """

    parallel_map: ParallelMap = map
    run_interruptible: RunInterruptible = run_to_completion


SINGLE_THREADED = Concurrency()
