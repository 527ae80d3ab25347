"""Answering one question about a plan; the answer is stored with it."""

from __future__ import annotations

import json

from sqlalchemy.orm import Session as Transaction

from api.background.job_type import JobType
from api.background.subprocess_job import Message, SubprocessJob
from api.plan_queries.rows import QuestionRow
from api.plan_queries.service import QUESTION_JOB, QuestionAnswer, QuestionTask, question_task
from api.runs.rows import RunState

_MAX_SOLVE_SECONDS = 120.0  # of each time it is solved again


class PlanQueryJob(SubprocessJob[QuestionRow]):
    """Answers questions."""

    row_type = QuestionRow
    noun = "question"
    function = "api.plan_queries.subprocess:main"

    def _create_task(self, tx: Transaction, row: QuestionRow) -> QuestionTask:
        limit = min(_MAX_SOLVE_SECONDS, self._settings.run_time_limit_seconds)
        return question_task(tx, row, limit)

    def _save_progress(self, tx: Transaction, row: QuestionRow, updates: list[Message]) -> None:
        del tx
        row.latest = updates[-1]

    def _save_result(self, tx: Transaction, row: QuestionRow, last: Message) -> None:
        del tx
        answer = QuestionAnswer.model_validate_json(json.dumps(last["answer"]))
        row.answer = answer.model_dump_json()
        row.state, row.finished_at = RunState.FINISHED, self._now()


QUERY_JOB_TYPE = JobType(name=QUESTION_JOB, create_handler=PlanQueryJob, queue="questions")
