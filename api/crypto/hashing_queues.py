"""Queues for Argon2id, each hash of which takes 64 MiB and about a tenth of a second.

Each queue computes a few hashes at a time and has a bounded number of callers waiting, so that a
flood of attempts to sign in exhausts neither memory nor the threads that serve pages. Strangers
have a queue of their own, so that they do not keep others waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from api.crypto import facts
from coach.errors import BusyError

Result = TypeVar("Result")
_RETRY_AFTER_SECONDS = 5


class HashingQueue:
    """Computes at most `concurrent` hashes at a time, for at most `callers` callers."""

    def __init__(self, concurrent: int, callers: int) -> None:
        self._callers = threading.BoundedSemaphore(callers)
        self._concurrent = threading.BoundedSemaphore(concurrent)

    def run(self, compute: Callable[[], Result]) -> Result:
        """Return the result of `compute`, once it is its turn.

        Raises:
            BusyError: the queue is full.
        """
        if not self._callers.acquire(blocking=False):
            raise BusyError(facts.HASHING_BUSY(), _RETRY_AFTER_SECONDS)
        try:
            with self._concurrent:
                return compute()
        finally:
            self._callers.release()


STRANGERS = HashingQueue(concurrent=1, callers=8)
"""For attempts to sign in from unknown devices."""
SIGNED_IN = HashingQueue(concurrent=2, callers=16)
"""For people and users who have shown something else: a session, a link, or a known device."""
