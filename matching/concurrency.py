"""Concurrency primitives that callers pass to the engine.

The engine creates no threads. Without these primitives, everything runs in the calling thread, with
the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class ParallelMap(Protocol):
    """A `map` over one iterable that may process several items concurrently."""

    def __call__(
        self, work: Callable[[ItemT], ResultT], items: Iterable[ItemT], /
    ) -> Iterator[ResultT]:
        """Yield `work(item)` for each item, in order."""
        ...


class RunInterruptible(Protocol):
    """A function that calls another function and can interrupt it."""

    def __call__(
        self,
        work: Callable[[], ResultT],
        stop: Callable[[], object],
        check: Callable[[], object],
        /,
    ) -> ResultT:
        """Return `work()`, or propagate the exception that `check` raises.

        `check` is called before the work starts and, if possible, while it runs. If it raises an
        exception, `stop` is called to end the work early.
        """
        ...


def run_to_completion(
    work: Callable[[], ResultT], _stop: Callable[[], object], check: Callable[[], object], /
) -> ResultT:
    """Call `check` once, then run `work` in the calling thread without interruption."""
    check()
    return work()


@dataclass(frozen=True, slots=True)
class Concurrency:
    """How a run uses threads; by default, it uses only the calling thread.

    Attributes:
        parallel_map: maps a function over independent blocks of pairs.
        run_interruptible: calls a solver so that a time limit or cancellation can interrupt it.
    """

    parallel_map: ParallelMap = map
    run_interruptible: RunInterruptible = run_to_completion


SINGLE_THREADED = Concurrency()
