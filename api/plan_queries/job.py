"""Answering one question about a plan; the answer is stored with it."""

from __future__ import annotations

import json

from sqlalchemy.orm import Session as Transaction

from api.background.job_type import JobKind
from api.background.subprocess.subprocess_job import ChildJob
from api.background.subprocess.subprocess_task import Line
from api.plan_queries.rows import QuestionRow
from api.plan_queries.service import QUESTION_JOB, Answer, QuestionTask, question_task
from api.runs.rows import RunState

_LONGEST_SECONDS = 120.0  # of each time it is solved again


class Answering(ChildJob[QuestionRow]):
    """Answers questions."""

    rows = QuestionRow
    noun = "question"
    module = "api.plan_queries.subprocess"

    def _task(self, tx: Transaction, row: QuestionRow) -> QuestionTask:
        limit = min(_LONGEST_SECONDS, self._settings.run_time_limit_seconds)
        return question_task(tx, row, limit)

    def _keep_progress(self, tx: Transaction, row: QuestionRow, told: list[Line]) -> None:
        del tx
        row.latest = told[-1]

    def _keep_answer(self, tx: Transaction, row: QuestionRow, last: Line) -> None:
        del tx
        answer = Answer.model_validate_json(json.dumps(last["answer"]))
        row.answer = answer.model_dump_json()
        row.state, row.finished_at = RunState.FINISHED, self._now()


QUESTION = JobKind(name=QUESTION_JOB, open=Answering, queue="questions")
