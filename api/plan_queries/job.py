"""The job handler for plan queries, which finds the answer and stores it with the query."""

from __future__ import annotations

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.background.job_type import JobType
from api.background.rows import TaskState
from api.background.subprocess_job import Message, SubprocessJob
from api.plan_queries.question_task import QuestionTask, question_task
from api.plan_queries.questions import QUESTION_JOB
from api.plan_queries.rows import QuestionRow

_MAX_SOLVE_SECONDS = 120.0  # per solve; a query may need several solves


class PlanQueryJob(SubprocessJob[QuestionRow]):
    """Answers plan queries in a child process."""

    row_type = QuestionRow
    noun = "question"
    function = "api.plan_queries.subprocess:main"

    def _create_task(self, tx: Transaction, row: QuestionRow) -> QuestionTask:
        limit = min(_MAX_SOLVE_SECONDS, self._settings.run_time_limit_seconds)
        return question_task(tx, row, limit)

    def _save_progress(self, tx: Transaction, row: QuestionRow, updates: list[Message]) -> None:
        del tx
        row.latest = updates[-1]

    def _save_result(self, tx: Transaction, row: QuestionRow, result: Message) -> None:
        del tx
        row.answer = str(result["answer_json"])
        row.state, row.finished_at = TaskState.FINISHED, self._now()

    def _record_end(self, tx: Transaction, row: QuestionRow) -> None:
        record_event(tx, f"question {row.state}", "question", row.id)


JOBS = (JobType(name=QUESTION_JOB, create_handler=PlanQueryJob, queue="questions"),)
