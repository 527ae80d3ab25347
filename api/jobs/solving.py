"""Doing one run: the solver works in a child process, its progress goes to the database.

Safe to do again after a crash at any point: a run that is over stays as it is, and its plan is
stored in the transaction that ends it.
"""

from __future__ import annotations

import json
import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from api.error_table import OUR_FAULT
from api.fault_place import place_of
from api.jobs.kind import JobKind, StoppedError, Workplace
from api.jobs.patience import patiently
from api.jobs.solver_child import Task
from api.store.run_rows import RunProgressRow, RunRow, RunState
from api.workflows.audit import note_act
from api.workflows.plans import store_plan
from api.workflows.runs import RUN_JOB, RunFailure, RunInput, RunOptions
from matching.result import Result
from matching.run_record import RunRecord

_LOG = logging.getLogger(__name__)
_TURN_SECONDS = 0.25
_GRACE_SECONDS = 2.0
_MOST_ATTEMPTS = 5
_COMMAND = (sys.executable, "-m", "api.jobs.solver_child")

Line = dict[str, Any]
Value = TypeVar("Value")


class Solving:
    """Does runs, one at a time, on one database."""

    def __init__(self, place: Workplace) -> None:
        self._database = place.services.database
        self._slot = place.slot
        self._now = place.services.now
        self._stopping = place.stopping

    def __call__(self, run_id: str) -> None:
        """Do run `run_id` to its end: a draft plan, a failure that says why, or cancelled.

        Raises:
            StoppedError: the server goes down before that.
        """
        task = self._patiently(lambda: self._begin(run_id))
        if task is None:
            return
        child = Child(task)
        try:
            last = self._follow(run_id, child)
        finally:
            child.kill()
        self._patiently(lambda: self._end(run_id, last))

    def _patiently(self, work: Callable[[], Value]) -> Value:
        return patiently(self._stopping, work)

    def _begin(self, run_id: str) -> Task | None:
        with self._database.writing() as tx:
            row = tx.get(RunRow, run_id)
            if row is None or row.state.final:
                return None
            if row.cancel_asked_at is not None:
                row.state, row.finished_at = RunState.CANCELLED, self._now()
                return None
            if row.attempts >= _MOST_ATTEMPTS:
                self._fail(row, f"the server went down {row.attempts} times during this run")
                return None
            row.attempts += 1
            row.slot = self._slot
            row.state, row.started_at = RunState.RUNNING, row.started_at or self._now()
            return Task(
                work=RunInput.model_validate_json(row.input),
                options=RunOptions.model_validate(row.options),
                input_sha256=row.input_sha256,
            )

    def _follow(self, run_id: str, child: Child) -> Line | None:
        """Write down what the child tells until its last line; `None` once the run is cancelled."""
        while not self._stopping.is_set():
            lines = child.lines(_TURN_SECONDS)
            told = [line["progress"] for line in lines if "progress" in line]
            if told:
                self._patiently(partial(self._keep_progress, run_id, _without_repeats(told)))
            ended = next((line for line in lines if "progress" not in line), None)
            if ended is not None:
                return ended
            if self._patiently(lambda: self._cancel_asked(run_id)):
                return None
        self._leave(run_id)
        raise StoppedError

    def _leave(self, run_id: str) -> None:
        """Give the run back: going down in order is no failure, and is not counted as one."""
        try:
            with self._database.writing() as tx:
                row = tx.get_one(RunRow, run_id)
                row.state, row.slot, row.attempts = RunState.QUEUED, None, row.attempts - 1
        except OperationalError as error:
            _LOG.warning("a run given back while the database was away: %s", place_of(error))

    def _keep_progress(self, run_id: str, told: list[Line]) -> None:
        with self._database.writing() as tx:
            last = tx.scalar(
                select(func.max(RunProgressRow.number)).where(RunProgressRow.run_id == run_id)
            )
            tx.add_all(
                RunProgressRow(run_id=run_id, number=number, at=self._now(), progress=progress)
                for number, progress in enumerate(told, start=(last or 0) + 1)
            )

    def _cancel_asked(self, run_id: str) -> bool:
        with self._database.reading() as tx:
            return tx.scalar(select(RunRow.cancel_asked_at).where(RunRow.id == run_id)) is not None

    def _end(self, run_id: str, last: Line | None) -> None:
        with self._database.writing() as tx:
            row = tx.get_one(RunRow, run_id)
            if row.state.final:
                return
            if last is None:
                row.state, row.finished_at = RunState.CANCELLED, self._now()
            elif "result" in last:
                row.record = RunRecord.model_validate(last["record"]).model_dump_json()
                store_plan(tx, row, Result.model_validate(last["result"]), now=self._now())
            elif "refused" in last:
                row.failure = RunFailure.model_validate(last["refused"]).model_dump()
                row.state, row.finished_at = RunState.FAILED, self._now()
            else:
                _LOG.error("run %s: the solver ended badly: %s", run_id, last["crashed"])
                self._fail(row, f"the solver ended badly ({last['crashed']}); please report this")
            note_act(tx, f"run {row.state}", "run", run_id)

    def _fail(self, row: RunRow, detail: str) -> None:
        failure = RunFailure(slug=OUR_FAULT.slug, title=OUR_FAULT.title, detail=detail)
        row.failure = failure.model_dump()
        row.state, row.finished_at = RunState.FAILED, self._now()


class Child:
    """A solver process at work on one task."""

    def __init__(self, task: Task) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no words of others
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._lines: queue.SimpleQueue[Line] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, args=(task,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def lines(self, wait_seconds: float) -> list[Line]:
        """What was told since the last call, waiting a little; one that is no progress ends it."""
        time.sleep(wait_seconds)
        return [self._lines.get() for _ in range(self._lines.qsize())]

    def kill(self) -> None:
        """End the process now, and wait until it has gone."""
        self._process.kill()
        self._process.wait()
        self._reader.join(_GRACE_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _read(self, task: Task) -> None:
        """Give the child its task, and queue each of its lines; at last one that ends it."""
        source, sink = self._process.stdout, self._process.stdin
        if source is None or sink is None:
            raise RuntimeError("the solver was started without pipes")
        try:
            sink.write(task.model_dump_json() + "\n")
            sink.flush()
            for text in source:
                self._lines.put(json.loads(text))
        except (OSError, ValueError) as error:
            self._lines.put({"crashed": f"{type(error).__name__} while talking to the solver"})
            return
        code = self._process.wait()
        self._lines.put({"crashed": _how_it_ended(code)})


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"stopped by signal {-code}; on Linux, 9 often means that memory ran out"
    return f"exit code {code}"


def _without_repeats(told: list[Line]) -> list[Line]:
    """Of moments that came in one turn, the last of each phase and level."""
    last = {(progress["phase"], progress.get("level")): progress for progress in told}
    return list(last.values())


RUN = JobKind(name=RUN_JOB, open=Solving, queue="runs", poll_seconds=0.5)
