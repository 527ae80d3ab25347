"""Queues for password hashes, which limit concurrent hashes and waiting callers."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.crypto.hashing_queues import HashingQueue
from coach.errors import BusyError


def test_queue_computes_few_hashes_at_a_time() -> None:
    """Each hash takes 64 MiB; a flood of sign-ins must not exhaust the machine's memory."""
    queue, together = HashingQueue(concurrent=2, callers=12), threading.Barrier(2, timeout=60)
    working, most, lock = 0, 0, threading.Lock()

    def compute() -> None:
        nonlocal working, most
        with lock:
            working += 1
            most = max(most, working)
        together.wait()
        with lock:
            working -= 1

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: queue.run(compute), range(12)))
    assert most == 2


def test_full_queue_refuses_further_callers_until_it_has_room() -> None:
    queue, started, go_on = HashingQueue(1, 1), threading.Event(), threading.Event()

    def compute() -> str:
        started.set()
        assert go_on.wait(60)
        return "hash"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(queue.run, compute)
        assert started.wait(60)
        with pytest.raises(BusyError, match="wait a few seconds") as refused:
            queue.run(compute)
        go_on.set()
        assert first.result() == "hash"
    assert refused.value.retry_after_seconds > 0
    assert queue.run(lambda: "later") == "later"


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are those of Linux")
def test_queue_that_yields_lowers_the_priority_of_its_own_threads_only() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    own = niceness()
    assert HashingQueue(1, 1, yields=True).run(niceness) == max(own, 10)
    assert HashingQueue(1, 1).run(niceness) == own == niceness()
