"""Doing one run, to its draft plan."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.background.job_type import JobKind
from api.background.subprocess.subprocess_job import ChildJob
from api.background.subprocess.subprocess_task import Line
from api.plans.service import store_plan
from api.runs.rows import RunProgressRow, RunRow
from api.runs.service import RUN_JOB, RunInput, RunOptions
from api.runs.solver_task import Task
from matching.records.run_record import RunRecord
from matching.result import Result


class Solving(ChildJob[RunRow]):
    """Does runs."""

    rows = RunRow
    noun = "run"
    module = "api.runs.subprocess"

    def _task(self, tx: Transaction, row: RunRow) -> Task:
        del tx
        return Task(
            work=RunInput.model_validate_json(row.input),
            options=RunOptions.model_validate(row.options),
            input_sha256=row.input_sha256,
        )

    def _keep_progress(self, tx: Transaction, row: RunRow, told: list[Line]) -> None:
        number = func.max(RunProgressRow.number)
        last = tx.scalar(select(number).where(RunProgressRow.run_id == row.id))
        tx.add_all(
            RunProgressRow(run_id=row.id, number=number, at=self._now(), progress=progress)
            for number, progress in enumerate(told, start=(last or 0) + 1)
        )

    def _keep_answer(self, tx: Transaction, row: RunRow, last: Line) -> None:
        row.record = RunRecord.model_validate(last["record"]).model_dump_json()
        store_plan(tx, row, Result.model_validate(last["result"]), now=self._now())


RUN = JobKind(name=RUN_JOB, open=Solving, queue="runs", poll_seconds=0.5)
