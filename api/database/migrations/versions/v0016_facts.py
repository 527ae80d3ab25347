"""Facts instead of sentences in stored plans, in the input of runs, in answers and in progress."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from api.database.migrations.stored_results import (
    StoredResults,
    progress_to_facts,
    progress_to_sentences,
)

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BATCH = 500
_RUNS = sa.table("runs", sa.column("id"), sa.column("input"))
_PLANS = sa.table("plans", sa.column("id"), sa.column("run_id"), sa.column("result"))
_QUESTIONS = sa.table(
    "questions",
    sa.column("id"),
    sa.column("plan_id"),
    sa.column("answer"),
    sa.column("latest", sa.JSON),
)
_PROGRESS = sa.table(
    "run_progress",
    sa.column("run_id"),
    sa.column("number"),
    sa.column("progress", sa.JSON),
)
Convert = Callable[[StoredResults, dict[str, Any]], None]


def upgrade() -> None:
    """Upgrade the stored JSON."""
    _convert_plans(StoredResults.result_to_facts, StoredResults.answer_to_facts)
    _convert_progress(progress_to_facts)


def downgrade() -> None:
    """Downgrade the stored JSON to English sentences."""
    _convert_plans(StoredResults.result_to_sentences, StoredResults.answer_to_sentences)
    _convert_progress(progress_to_sentences)


def _convert_plans(convert_result: Convert, convert_answer: Convert) -> None:
    """Convert each run with its plan and the questions about it, one run at a time."""
    connection = op.get_bind()
    for run_id in [*connection.scalars(sa.select(_RUNS.c.id).order_by(_RUNS.c.id))]:
        run = _RUNS.c.id == run_id
        run_input = json.loads(connection.execute(sa.select(_RUNS.c.input).where(run)).scalar_one())
        stored = StoredResults(run_input["roster"], run_input["cycle"])
        if run_input.get("keep"):
            convert_result(stored, run_input["keep"])
            connection.execute(sa.update(_RUNS).where(run).values(input=_text(run_input)))
        of_run = sa.select(_PLANS.c.id, _PLANS.c.result).where(_PLANS.c.run_id == run_id)
        for plan_id, text in connection.execute(of_run).all():
            result = json.loads(text)
            convert_result(stored, result)
            plan = _PLANS.c.id == plan_id
            connection.execute(sa.update(_PLANS).where(plan).values(result=_text(result)))
            _convert_answers(stored, plan_id, convert_answer)


def _convert_answers(stored: StoredResults, plan_id: str, convert: Convert) -> None:
    connection = op.get_bind()
    ids = connection.scalars(
        sa.select(_QUESTIONS.c.id).where(
            _QUESTIONS.c.plan_id == plan_id, _QUESTIONS.c.answer.is_not(None)
        )
    ).all()
    for question_id in ids:
        question = _QUESTIONS.c.id == question_id
        text = connection.execute(sa.select(_QUESTIONS.c.answer).where(question)).scalar_one()
        answer = json.loads(text)
        convert(stored, answer)
        connection.execute(sa.update(_QUESTIONS).where(question).values(answer=_text(answer)))


def _convert_progress(convert: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    connection = op.get_bind()
    for batch in _batches(sa.select(_PROGRESS).order_by(_PROGRESS.c.run_id, _PROGRESS.c.number)):
        connection.execute(
            sa.update(_PROGRESS)
            .where(
                _PROGRESS.c.run_id == sa.bindparam("of_run"),
                _PROGRESS.c.number == sa.bindparam("of_number"),
            )
            .values(progress=sa.bindparam("converted", type_=sa.JSON)),
            [
                {"of_run": run, "of_number": number, "converted": convert(progress)}
                for run, number, progress in batch
            ],
        )
    latest = sa.select(_QUESTIONS.c.id, _QUESTIONS.c.latest).order_by(_QUESTIONS.c.id)
    for batch in _batches(latest):
        for question_id, progress in batch:
            if progress is not None:
                connection.execute(
                    sa.update(_QUESTIONS)
                    .where(_QUESTIONS.c.id == question_id)
                    .values(latest=convert(progress))
                )


def _batches(rows: sa.Select[Any]) -> Iterator[list[Any]]:
    """Yield rows in batches, each read completely before it is changed."""
    connection, start = op.get_bind(), 0
    while batch := connection.execute(rows.offset(start).limit(_BATCH)).all():
        yield [*batch]
        start += len(batch)


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
