"""Threads and processes for one run of the engine with a number of workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from api.concurrency.process_pool import ChildProcessPool
from api.concurrency.threads import run_in_thread, thread_map
from matching.concurrency import Concurrency


@contextmanager
def engine_concurrency(workers: int) -> Iterator[Concurrency]:
    """Provide `workers` threads and, if more than one, as many processes, until the block ends.

    The processes are started when the engine first needs them.
    """
    pool = ChildProcessPool(workers) if workers > 1 else None
    try:
        yield Concurrency(thread_map(workers), run_in_thread, pool)
    finally:
        if pool is not None:
            pool.stop()
