"""Queues for Argon2id hashing. Each hash takes 64 MiB and about a tenth of a second.

Each queue computes a few hashes at a time and has a bounded number of callers waiting, so that a
flood of sign-in attempts exhausts neither memory nor the threads that serve pages. Unknown devices
have a separate queue, so that they do not keep others waiting.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from api.crypto import facts
from coach.errors import BusyError

Result = TypeVar("Result")
_RETRY_AFTER_SECONDS = 5
_NICE = 10


class HashingQueue:
    """Computes at most `concurrent` hashes at a time, for at most `callers` callers at a time.

    With `yields`, the queue's threads have a lower priority than those that serve pages (on Linux).
    """

    def __init__(self, concurrent: int, callers: int, *, yields: bool = False) -> None:
        self._concurrent, self._limit, self._yields = concurrent, callers, yields
        self._start()
        os.register_at_fork(after_in_child=self._start)  # threads do not survive a fork

    def _start(self) -> None:
        self._callers = threading.BoundedSemaphore(self._limit)
        self._pool = ThreadPoolExecutor(
            self._concurrent, "hashing", initializer=_lower_priority if self._yields else None
        )

    def run(self, compute: Callable[[], Result]) -> Result:
        """Call `compute` when its turn comes, and return the result.

        Raises:
            BusyError: the queue is full.
        """
        if not self._callers.acquire(blocking=False):
            raise BusyError(facts.HASHING_BUSY(), _RETRY_AFTER_SECONDS)
        try:
            return self._pool.submit(compute).result()
        finally:
            self._callers.release()


def _lower_priority() -> None:
    if sys.platform == "linux":  # where each thread has its own priority
        thread = threading.get_native_id()
        lower = max(_NICE, os.getpriority(os.PRIO_PROCESS, thread))
        os.setpriority(os.PRIO_PROCESS, thread, lower)


STRANGERS = HashingQueue(concurrent=1, callers=8, yields=True)
"""The queue for sign-in attempts from unknown devices."""
SIGNED_IN = HashingQueue(concurrent=2, callers=16)
"""The queue for requests that also present a session, a link or a known device."""
