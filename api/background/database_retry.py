"""Waiting out a database that is away for a while."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from api.background.job_type import StoppedError
from api.database.engine import has_no_room
from api.logging.exception_location import place_of

_LOG = logging.getLogger(__name__)
_AWAY_SECONDS = 1.0
Value = TypeVar("Value")


def patiently(stopping: threading.Event, work: Callable[[], Value]) -> Value:
    """Do `work` on the database, again while that is away; it can be done twice.

    Raises:
        StoppedError: the server goes down meanwhile.
    """
    while True:
        try:
            return work()
        except OperationalError as error:
            what = "has no room" if has_no_room(error) else "is away"
            _LOG.warning("the database %s during a job: %s", what, place_of(error))
            if stopping.wait(_AWAY_SECONDS):
                raise StoppedError from error
