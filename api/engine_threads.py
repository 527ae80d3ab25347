"""Threads for the engine, which starts none itself (`matching.concurrency`).

They pay off because numpy and the solvers let other threads run while they compute.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from matching.concurrency import Concurrency, ParallelMap

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
_POLL_SECONDS = 0.1
_GRACE_SECONDS = 0.5


def engine_threads(workers: int) -> Concurrency:
    """The threads of a run of the engine with `workers`, at least 1."""
    return Concurrency(thread_map(workers), run_in_thread)


def thread_map(workers: int) -> ParallelMap:
    """A `map` that works on up to `workers` items at once; with one, the built-in `map`."""
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


def run_in_thread(
    work: Callable[[], ResultT], stop: Callable[[], object], check: Callable[[], object], /
) -> ResultT:
    """Return `work()`, called in a thread of its own, or raise what `check` raises meanwhile.

    Work that `stop` does not end at once is abandoned: the caller waits for it half a second.
    """
    check()
    thread = _WorkThread(work)
    thread.start()
    try:
        while not thread.done.wait(_POLL_SECONDS):
            check()
    except BaseException:
        stop()
        thread.done.wait(_GRACE_SECONDS)
        raise
    if thread.error is not None:
        raise thread.error
    return thread.result


class _WorkThread(threading.Thread, Generic[ResultT]):
    """A thread that keeps what its work returned or raised."""

    result: ResultT

    def __init__(self, work: Callable[[], ResultT]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self.done = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        """Work, and say when it is done."""
        try:
            self.result = self._work()
        except BaseException as error:  # noqa: BLE001 - raised again in the waiting thread
            self.error = error
        finally:
            self.done.set()
