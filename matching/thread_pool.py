"""Work on arrays in several threads: numpy lets others run while it is at a block.

Results come in the order of the items, so that nothing depends on the number of threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class ParallelMap(Protocol):
    """As `map`: the answers of `work` to all `items`, in their order."""

    def __call__(
        self, work: Callable[[ItemT], ResultT], items: Iterable[ItemT], /
    ) -> Iterator[ResultT]:
        """Work on all items."""
        ...


def thread_map(workers: int) -> ParallelMap:
    """A `map` that works on up to so many items at once; with one, the plain `map`."""
    if workers == 1:
        return map

    def parallel_map(
        work: Callable[[ItemT], ResultT], items: Iterable[ItemT], /
    ) -> Iterator[ResultT]:
        with ThreadPoolExecutor(workers) as pool:
            pending: deque[Future[ResultT]] = deque()
            for item in items:
                pending.append(pool.submit(work, item))
                if len(pending) > workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()

    return parallel_map
