"""Letting one writer overtake another at the moment when the other is about to write."""

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
_HANGS_SECONDS = 30.0
_WRITING = Database.writing.__wrapped__.__code__


@contextmanager
def overtaking(
    world: World, act: Callable[[], Outcome]
) -> Iterator[tuple[Transaction, Future[Outcome]]]:
    """Let `act` run up to its writing transaction; what the block writes is committed before it."""
    with ThreadPoolExecutor(1) as pool:
        with world.database.writing() as tx:
            future = pool.submit(act)
            _wait_for_second_writer(future)
            yield tx, future
        future.result(_HANGS_SECONDS)


def _wait_for_second_writer(future: Future[Outcome]) -> None:
    hangs = time.monotonic() + _HANGS_SECONDS
    while not _is_somebody_waiting():
        if future.done():
            future.result()  # raises what ended it
            raise AssertionError("it was done without a writing transaction")
        assert time.monotonic() < hangs
        time.sleep(0.001)


def _is_somebody_waiting() -> bool:
    own = threading.get_ident()
    others = (frame for ident, frame in sys._current_frames().items() if ident != own)  # noqa: SLF001
    return any(_is_writing(frame) for frame in others)


def _is_writing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code is _WRITING:
            return True
        frame = frame.f_back
    return False
