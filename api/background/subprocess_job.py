"""Background tasks that run in a child process and store their progress.

A task can be repeated after a crash at any point: its result is stored in the same transaction as
its final state, and a task in a final state is not started again.
"""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session as Transaction

from api.background import facts
from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, WorkerShutdownError
from api.background.rows import BackgroundTaskRow, TaskState
from api.background.task_failure import stored_failure
from api.child_processes.child_process import ChildEndedError, ChildProcess
from api.child_processes.limits import ProcessLimits
from api.error_mapping import INTERNAL_ERROR
from api.logging.exception_location import exception_location
from coach.texts.facts import Displayed, Fact
from coach.texts.renderer import english

_LOG = logging.getLogger(__name__)
_POLL_SECONDS = 0.25
_MAX_ATTEMPTS = 5
_LIMITS = ProcessLimits(niceness=5)  # requests take precedence over solvers

Message = dict[str, Any]
"""A message from the child, parsed from JSON; see `api.background.subprocess_task`."""

Value = TypeVar("Value")
RowT = TypeVar("RowT", bound=BackgroundTaskRow)


class SubprocessJob(ABC, Generic[RowT]):
    """Base class for job handlers that perform the tasks in one table.

    Attributes:
        row_type: the row class of the tasks.
        noun: the noun for a task in messages: `run` or `question`.
        function: the function to call in the child process, as `module:name`; it must call
            `run_task`.
    """

    row_type: type[RowT]
    noun: str
    function: str

    def __init__(self, context: JobContext) -> None:
        self._database = context.services.database
        self._settings = context.services.settings
        self._slot = context.slot
        self._now = context.services.now
        self._stopping = context.stopping

    def __call__(self, subject_id: str) -> None:
        """Run the task with the given id until it finishes, fails or is cancelled.

        Raises:
            WorkerShutdownError: the worker is shutting down.
        """
        task = self._retry(lambda: self._start(subject_id))
        if task is None:
            return
        with ChildProcess(self.function, _LIMITS) as child:
            child.send(task.model_dump_json().encode())
            last = self._await_result(subject_id, child)
        self._retry(lambda: self._finish(subject_id, last))

    @abstractmethod
    def _create_task(self, tx: Transaction, row: RowT) -> BaseModel:
        """Return the task to send to the child process."""

    @abstractmethod
    def _save_progress(self, tx: Transaction, row: RowT, updates: list[Message]) -> None:
        """Store the reported progress."""

    @abstractmethod
    def _save_result(self, tx: Transaction, row: RowT, result: Message) -> None:
        """Store the result, and set the state of the row to finished."""

    def _save_rejected(self, tx: Transaction, row: RowT, result: Message) -> None:
        """Store the result that the child sent along with a failure; by default, do nothing."""

    @abstractmethod
    def _record_end(self, tx: Transaction, row: RowT) -> None:
        """Record the task's final state in the audit trail."""

    def _retry(self, operation: Callable[[], Value]) -> Value:
        return retry_while_unavailable(self._stopping, operation)

    def _start(self, subject_id: str) -> BaseModel | None:
        """Set the state to running and return the task.

        Return `None` if the task no longer exists or has ended. A task whose cancellation was
        requested, or whose attempts are used up, is ended instead.
        """
        with self._database.writing() as tx:
            row = tx.get(self.row_type, subject_id)
            if row is None or row.state.is_final:
                return None
            if row.cancel_asked_at is not None:
                row.state, row.finished_at = TaskState.CANCELLED, self._now()
                self._record_end(tx, row)
                return None
            if row.attempts >= _MAX_ATTEMPTS:
                self._fail(row, facts.WENT_DOWN[self.noun](count=row.attempts))
                self._record_end(tx, row)
                return None
            row.attempts += 1
            row.slot = self._slot
            row.state, row.started_at = TaskState.RUNNING, row.started_at or self._now()
            return self._create_task(tx, row)

    def _await_result(self, subject_id: str, child: ChildProcess) -> Message | None:
        """Store progress until the child sends its last message, and return that message.

        Returns `None` if cancellation was requested in the meantime.

        Raises:
            WorkerShutdownError: the worker is shutting down; the task has been queued again.
        """
        while not self._stopping.is_set():
            self._stopping.wait(_POLL_SECONDS)
            messages = _messages(child)
            updates = [message["progress"] for message in messages if "progress" in message]
            if updates:
                self._retry(partial(self._record_progress, subject_id, _deduplicate(updates)))
            last = next((message for message in messages if "progress" not in message), None)
            if last is not None:
                return last
            if self._retry(lambda: self._cancel_requested(subject_id)):
                return None
        self._requeue(subject_id)
        raise WorkerShutdownError

    def _record_progress(self, subject_id: str, updates: list[Message]) -> None:
        with self._database.writing() as tx:
            self._save_progress(tx, tx.get_one(self.row_type, subject_id), updates)

    def _requeue(self, subject_id: str) -> None:
        """Reset the state to queued; an orderly shutdown does not count as an attempt."""
        try:
            with self._database.writing() as tx:
                row = tx.get_one(self.row_type, subject_id)
                row.state, row.slot, row.attempts = TaskState.QUEUED, None, row.attempts - 1
        except OperationalError as error:
            _LOG.warning(
                "the state of a %s was not reset, because the database is unavailable: %s",
                self.noun,
                exception_location(error),
            )

    def _cancel_requested(self, subject_id: str) -> bool:
        query = select(self.row_type.cancel_asked_at).where(self.row_type.id == subject_id)
        with self._database.reading() as tx:
            return tx.scalar(query) is not None

    def _finish(self, subject_id: str, last: Message | None) -> None:
        with self._database.writing() as tx:
            row = tx.get_one(self.row_type, subject_id)
            if row.state.is_final:
                return
            if last is None:
                row.state, row.finished_at = TaskState.CANCELLED, self._now()
            elif "refused" in last:
                row.failure = last["refused"]
                row.state, row.finished_at = TaskState.FAILED, self._now()
                self._save_rejected(tx, row, last)
            elif "crashed" in last:
                reason: Displayed = last["crashed"]
                _LOG.error(
                    "the child process of %s %s crashed: %s", self.noun, subject_id, english(reason)
                )
                self._fail(row, facts.CRASHED(reason=reason))
            else:
                self._save_result(tx, row, last)
            self._record_end(tx, row)

    def _fail(self, row: RowT, detail: Fact) -> None:
        row.failure = stored_failure(INTERNAL_ERROR, detail)
        row.state, row.finished_at = TaskState.FAILED, self._now()


def _messages(child: ChildProcess) -> list[Message]:
    """Return new messages, then `{"crashed": …}` if the child ended or sent invalid JSON."""
    messages: list[Message] = []
    try:
        for message in child.received():
            messages.append(json.loads(message))  # noqa: PERF401 - keeps the messages received before a failure
    except ChildEndedError as error:
        messages.append({"crashed": error.shown})
    except ValueError as error:
        messages.append({"crashed": facts.INVALID_MESSAGE(error=type(error).__name__)})
    return messages


def _deduplicate(updates: list[Message]) -> list[Message]:
    """Return the last update for each phase and level."""
    last = {(progress["phase"], progress.get("level")): progress for progress in updates}
    return list(last.values())
