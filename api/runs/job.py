"""The job handler for runs, which solves a run's input and stores the resulting plan."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.background.job_type import JobType
from api.background.subprocess_job import Message, SubprocessJob
from api.runs.draft_plan import store_plan, store_unsound_plan
from api.runs.frozen_input import RunOptions
from api.runs.rows import RunProgressRow, RunRow
from api.runs.run_queue import RUN_JOB
from api.runs.solver_task import DraftPlan, RunTask, SolvedRun


class RunJob(SubprocessJob[RunRow]):
    """Executes runs in a child process."""

    row_type = RunRow
    noun = "run"
    function = "api.runs.subprocess:main"

    def _create_task(self, tx: Transaction, row: RunRow) -> RunTask:
        del tx
        return RunTask(
            input_json=row.input,
            options=RunOptions.model_validate(row.options),
            input_sha256=row.input_sha256,
        )

    def _save_progress(self, tx: Transaction, row: RunRow, updates: list[Message]) -> None:
        number = func.max(RunProgressRow.number)
        last = tx.scalar(select(number).where(RunProgressRow.run_id == row.id))
        tx.add_all(
            RunProgressRow(run_id=row.id, number=number, at=self._now(), progress=progress)
            for number, progress in enumerate(updates, start=(last or 0) + 1)
        )

    def _save_result(self, tx: Transaction, row: RunRow, result: Message) -> None:
        solved = SolvedRun.model_validate(result)
        row.record = solved.record_json
        store_plan(tx, row, solved.plan, now=self._now())

    def _save_rejected(self, tx: Transaction, row: RunRow, result: Message) -> None:
        if "unsound" in result:
            plan = DraftPlan.model_validate(result["unsound"])
            store_unsound_plan(tx, row, plan, now=self._now())

    def _record_end(self, tx: Transaction, row: RunRow) -> None:
        record_event(tx, f"run {row.state}", "run", row.id)


JOBS = (JobType(name=RUN_JOB, create_handler=RunJob, queue="runs", poll_seconds=0.5),)
