"""Work on arrays in several threads: numpy lets others run while it is at a block.

Results come in the order of the items, so that nothing depends on the number of threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Spread(Protocol):
    """As `map`: the answers of `work` to all `items`, in their order."""

    def __call__(
        self, work: Callable[[Item], Answer], items: Iterable[Item], /
    ) -> Iterator[Answer]:
        """Work on all items."""
        ...


def threads(workers: int) -> Spread:
    """A `map` that works on up to so many items at once; with one, the plain `map`."""
    if workers == 1:
        return map

    def spread(work: Callable[[Item], Answer], items: Iterable[Item], /) -> Iterator[Answer]:
        with ThreadPoolExecutor(workers) as pool:
            begun: deque[Future[Answer]] = deque()
            for item in items:
                begun.append(pool.submit(work, item))
                if len(begun) > workers:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()

    return spread
