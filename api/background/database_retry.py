"""Retries operations while the database is temporarily unavailable."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError

from api.background.job_type import WorkerShutdownError
from api.database.engine import is_disk_full
from api.logging.exception_location import exception_location

_LOG = logging.getLogger(__name__)
_RETRY_SECONDS = 1.0
Value = TypeVar("Value")


def retry_while_unavailable(stopping: threading.Event, operation: Callable[[], Value]) -> Value:
    """Call `operation` and return its result, retrying while the database is unavailable.

    `operation` must be safe to repeat.

    Raises:
        WorkerShutdownError: `stopping` was set before the database became available.
    """
    while True:
        try:
            return operation()
        except OperationalError as error:
            problem = "is out of disk space" if is_disk_full(error) else "is unavailable"
            _LOG.warning("the database %s during a job: %s", problem, exception_location(error))
            if stopping.wait(_RETRY_SECONDS):
                raise WorkerShutdownError from error
