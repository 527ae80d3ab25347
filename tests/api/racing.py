"""A transaction that runs while another thread waits to start its own."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.orm import Session as Transaction

from api.database.engine import Database

if TYPE_CHECKING:
    from types import FrameType

    from conftest import World

Outcome = TypeVar("Outcome")
_TIMEOUT_SECONDS = 30.0
_WRITING = Database.writing.__wrapped__.__code__


@contextmanager
def overtaking(
    world: World, action: Callable[[], Outcome]
) -> Iterator[tuple[Transaction, Future[Outcome]]]:
    """Run `action` in a thread until it waits to write, and yield a transaction.

    The transaction is committed at the end of the block, before `action` can write. The future with
    the outcome of `action` is yielded as well.
    """
    with ThreadPoolExecutor(1) as pool:
        with world.database.writing() as tx:
            future = pool.submit(action)
            _wait_for_second_writer(future)
            yield tx, future
        future.result(_TIMEOUT_SECONDS)


def _wait_for_second_writer(future: Future[Outcome]) -> None:
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while not _another_thread_waits():
        if future.done():
            future.result()  # raises the exception that ended the action, if any
            raise AssertionError("the action ended without a write transaction")
        assert time.monotonic() < deadline
        time.sleep(0.001)


def _another_thread_waits() -> bool:
    own = threading.get_ident()
    others = (frame for ident, frame in sys._current_frames().items() if ident != own)  # noqa: SLF001
    return any(_is_writing(frame) for frame in others)


def _is_writing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code is _WRITING:
            return True
        frame = frame.f_back
    return False
