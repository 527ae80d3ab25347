"""Threads for the engine, which does not start any itself (see `matching.concurrency`).

Threads are effective because numpy and the solvers release the GIL during computations.
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
    """Return a `Concurrency` that runs the engine on `workers` threads, at least 1."""
    return Concurrency(thread_map(workers), run_in_thread)


def thread_map(workers: int) -> ParallelMap:
    """Return a `map` that uses `workers` threads, or the built-in `map` for a single worker."""
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
    """Call `work` in a separate thread and return its result.

    `check` is called at short intervals. If it raises an exception, `stop` is called and the
    exception is raised. A thread that does not end within half a second is abandoned.
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
    """A thread that stores the result of its work, or the exception it raised."""

    result: ResultT

    def __init__(self, work: Callable[[], ResultT]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self.done = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        """Do the work, and signal when it is done."""
        try:
            self.result = self._work()
        except BaseException as error:  # noqa: BLE001 - raised again in the waiting thread
            self.error = error
        finally:
            self.done.set()
