"""Jobs that a child process works on, while its progress goes to the database.

Safe to do again after a crash at any point: what is over stays as it is, and what came of it is
stored in the transaction that ends it.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import note_act
from api.background.database_retry import patiently
from api.background.job_type import StoppedError, Workplace
from api.background.subprocess.subprocess_task import Child, Line
from api.error_mapping import OUR_FAULT
from api.logging.exception_location import place_of
from api.runs.rows import RunState, WorkRow
from api.runs.service import RunFailure

_LOG = logging.getLogger(__name__)
_TURN_SECONDS = 0.25
_MOST_ATTEMPTS = 5

Value = TypeVar("Value")
Asked = TypeVar("Asked", bound=WorkRow)


class ChildJob(ABC, Generic[Asked]):
    """Does what one kind of rows asks for, one at a time, on one database.

    Attributes:
        rows: the table of what is asked for.
        noun: what one of it is called.
        module: what the child process runs.
    """

    rows: type[Asked]
    noun: str
    module: str

    def __init__(self, place: Workplace) -> None:
        self._database = place.services.database
        self._settings = place.services.settings
        self._slot = place.slot
        self._now = place.services.now
        self._stopping = place.stopping

    def __call__(self, about: str) -> None:
        """Do one of it to its end: what it is for, a failure that says why, or cancelled.

        Raises:
            StoppedError: the server goes down before that.
        """
        task = self._patiently(lambda: self._begin(about))
        if task is None:
            return
        child = Child(self.module, task)
        try:
            last = self._follow(about, child)
        finally:
            child.kill()
        self._patiently(lambda: self._end(about, last))

    @abstractmethod
    def _task(self, tx: Transaction, row: Asked) -> BaseModel:
        """What the child is given."""

    @abstractmethod
    def _keep_progress(self, tx: Transaction, row: Asked, told: list[Line]) -> None:
        """Keep what the child has told."""

    @abstractmethod
    def _keep_answer(self, tx: Transaction, row: Asked, last: Line) -> None:
        """Keep what came of it, and make the row finished."""

    def _patiently(self, work: Callable[[], Value]) -> Value:
        return patiently(self._stopping, work)

    def _begin(self, about: str) -> BaseModel | None:
        with self._database.writing() as tx:
            row = tx.get(self.rows, about)
            if row is None or row.state.final:
                return None
            if row.cancel_asked_at is not None:
                row.state, row.finished_at = RunState.CANCELLED, self._now()
                return None
            if row.attempts >= _MOST_ATTEMPTS:
                self._fail(
                    row, f"the server went down {row.attempts} times during this {self.noun}"
                )
                return None
            row.attempts += 1
            row.slot = self._slot
            row.state, row.started_at = RunState.RUNNING, row.started_at or self._now()
            return self._task(tx, row)

    def _follow(self, about: str, child: Child) -> Line | None:
        """Write down what the child tells until its last line; `None` once it is cancelled."""
        while not self._stopping.is_set():
            lines = child.lines(_TURN_SECONDS)
            told = [line["progress"] for line in lines if "progress" in line]
            if told:
                self._patiently(partial(self._note_progress, about, _without_repeats(told)))
            ended = next((line for line in lines if "progress" not in line), None)
            if ended is not None:
                return ended
            if self._patiently(lambda: self._cancel_asked(about)):
                return None
        self._leave(about)
        raise StoppedError

    def _note_progress(self, about: str, told: list[Line]) -> None:
        with self._database.writing() as tx:
            self._keep_progress(tx, tx.get_one(self.rows, about), told)

    def _leave(self, about: str) -> None:
        """Give it back: going down in order is no failure, and is not counted as one."""
        try:
            with self._database.writing() as tx:
                row = tx.get_one(self.rows, about)
                row.state, row.slot, row.attempts = RunState.QUEUED, None, row.attempts - 1
        except OperationalError as error:
            _LOG.warning(
                "a %s given back while the database was away: %s", self.noun, place_of(error)
            )

    def _cancel_asked(self, about: str) -> bool:
        asked = select(self.rows.cancel_asked_at).where(self.rows.id == about)
        with self._database.reading() as tx:
            return tx.scalar(asked) is not None

    def _end(self, about: str, last: Line | None) -> None:
        with self._database.writing() as tx:
            row = tx.get_one(self.rows, about)
            if row.state.final:
                return
            if last is None:
                row.state, row.finished_at = RunState.CANCELLED, self._now()
            elif "refused" in last:
                row.failure = RunFailure.model_validate(last["refused"]).model_dump()
                row.state, row.finished_at = RunState.FAILED, self._now()
            elif "crashed" in last:
                _LOG.error("%s %s: its process ended badly: %s", self.noun, about, last["crashed"])
                self._fail(row, _ended_badly(str(last["crashed"])))
            else:
                self._keep_answer(tx, row, last)
            note_act(tx, f"{self.noun} {row.state}", self.noun, about)

    def _fail(self, row: Asked, detail: str) -> None:
        failure = RunFailure(slug=OUR_FAULT.slug, title=OUR_FAULT.title, detail=detail)
        row.failure = failure.model_dump()
        row.state, row.finished_at = RunState.FAILED, self._now()


def _ended_badly(how: str) -> str:
    return (
        f"the solver ended badly ({how}). Nothing of it was kept; please start it again. Where "
        "memory ran out, let it use fewer workers or give the machine more memory; if it happens "
        "again, tell whoever runs the server"
    )


def _without_repeats(told: list[Line]) -> list[Line]:
    """Of moments that came in one turn, the last of each phase and level."""
    last = {(progress["phase"], progress.get("level")): progress for progress in told}
    return list(last.values())
