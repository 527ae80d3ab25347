"""Stores plan queries and reads them with their answers.

In table and column names, URLs and JSON, a plan query is called a "question".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import undefer

from api.audit_trail.log import record_event
from api.background.job import Enqueue, Job
from api.background.rows import TaskState
from api.background.task_failure import TaskFailure, read_failure
from api.database.existing_row import existing_row
from api.participants.rosters import roster_of
from api.participants.rows import PersonRow, Side
from api.plan_queries import facts
from api.plan_queries.remaining_sessions import RemainingSessions, remaining_sessions_of
from api.plan_queries.rows import QuestionKind, QuestionRow
from api.plans.plan_details import plan_row
from api.results.move_view import display_names
from api.runs.rows import PlanRow
from api.values import FrozenModel, Identifier
from coach.errors import ConflictError, InvalidValueError, NotFoundError
from matching.explanation import Advice, Explanation
from matching.progress import Progress
from matching.rematching.replacement import Replacement

QUESTION_JOB = "question"


class QuestionRequest(FrozenModel):
    """A request for a plan query.

    `explain` and `replace` are about one coachee, and `advise` is about the whole plan. For
    `replace`, `not_before` is the first possible day for a session with the new coach, and
    `sessions` is the number of remaining sessions; their defaults cover the coachee's upcoming
    sessions.
    """

    kind: QuestionKind
    person_id: Identifier | None = None
    not_before: date | None = None
    sessions: Annotated[int | None, Field(ge=1, le=21)] = None

    @model_validator(mode="after")
    def _check_fields(self) -> QuestionRequest:
        if (self.kind is QuestionKind.ADVISE) is (self.person_id is not None):
            raise InvalidValueError(facts.PERSON_OR_ADVICE())
        if self.kind is not QuestionKind.REPLACE and (self.not_before or self.sessions):
            raise InvalidValueError(facts.ONLY_REPLACE())
        return self


class QuestionAnswer(FrozenModel):
    """The answer to a question. Only the field for its kind is set."""

    explanation: Explanation | None = None
    advice: tuple[Advice, ...] | None = None
    replacements: tuple[Replacement, ...] | None = None


class QuestionView(FrozenModel):
    """A plan query: its state and, once it has finished, its answer.

    Answers to `explain` and `advise` remain valid for the plan. Answers to `replace` depend on the
    lists at the time, so the same question can be submitted again. `names` maps the ids of people
    to their display names; see `with_names`.
    """

    id: str
    plan_id: str
    kind: QuestionKind
    person_id: str | None
    remaining: RemainingSessions
    state: TaskState
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancelling: bool
    latest: Progress | None
    failure: TaskFailure | None
    answer: QuestionAnswer | None
    names: Mapping[str, str] = Field(default_factory=dict)


def store_question(
    tx: Transaction,
    enqueue: Enqueue,
    plan_id: str,
    question_request: QuestionRequest,
    *,
    now: datetime,
) -> QuestionView:
    """Store a question and queue its job, or return an equivalent question that is still valid.

    Raises:
        NotFoundError: there is no such plan, or the person is not a coachee of its cycle.
        ConflictError: advice was requested for a plan in which everyone has a coach.
    """
    plan = plan_row(tx, plan_id)
    remaining = _remaining(tx, plan, question_request, now)
    row = _find_duplicate(tx, plan_id, question_request, remaining)
    if row is None:
        row = QuestionRow(
            plan_id=plan_id,
            kind=question_request.kind,
            person_id=question_request.person_id,
            options=remaining.model_dump(mode="json"),
            state=TaskState.QUEUED,
            requested_at=now,
        )
        tx.add(row)
        tx.flush()
        enqueue(tx, Job(QUESTION_JOB, row.id))
        record_event(
            tx, "question asked", "plan", plan_id, kind=question_request.kind, question=row.id
        )
    return question_view(row)


def question_row(tx: Transaction, question_id: str) -> QuestionRow:
    """Return the row of a question.

    Raises:
        NotFoundError: there is no such question.
    """
    return existing_row(tx, QuestionRow, question_id, "question")


def questions_about(
    tx: Transaction, plan_id: str, person_id: str | None = None
) -> tuple[QuestionView, ...]:
    """Return the questions about a plan as a whole, or about one coachee in it, newest first.

    Raises:
        NotFoundError: there is no such plan.
    """
    plan_row(tx, plan_id)
    return tuple(map(question_view, _rows(tx, plan_id, person_id)))


def question_view(row: QuestionRow) -> QuestionView:
    """Convert a row to a `QuestionView`."""
    return QuestionView(
        id=row.id,
        plan_id=row.plan_id,
        kind=row.kind,
        person_id=row.person_id,
        remaining=RemainingSessions.model_validate(row.options, strict=False),
        state=row.state,
        requested_at=row.requested_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        cancelling=row.cancel_asked_at is not None and not row.state.is_final,
        latest=None if row.latest is None else Progress.model_validate(row.latest),
        failure=None if row.failure is None else read_failure(row.failure),
        answer=None if row.answer is None else QuestionAnswer.model_validate_json(row.answer),
    )


def with_names(tx: Transaction, question: QuestionView) -> QuestionView:
    """Return a question with everyone's names if its answer contains remedies, otherwise unchanged.

    The names are those of all people currently in the cycle.
    """
    explanation = None if question.answer is None else question.answer.explanation
    if explanation is None or explanation.unmatched is None or not explanation.unmatched.remedies:
        return question
    roster = roster_of(tx, plan_row(tx, question.plan_id).cycle_id)
    names = display_names((*roster.coachees, *roster.coaches))
    return question.model_copy(update={"names": names})


def coachee_code(tx: Transaction, plan: PlanRow, person_id: str) -> str:
    """Return a coachee's id in the coachees' file.

    Raises:
        NotFoundError: the cycle of `plan` has no such coachee.
    """
    row = tx.get(PersonRow, person_id)
    if row is None or row.cycle_id != plan.cycle_id or row.side is not Side.COACHEE:
        raise NotFoundError(facts.COACHEE_NOT_FOUND(person=person_id))
    return row.code


def _remaining(
    tx: Transaction, plan: PlanRow, question_request: QuestionRequest, now: datetime
) -> RemainingSessions:
    """Return the remaining sessions for a `replace` request; by default, the upcoming sessions.

    For other requests, return the complete series.

    Raises:
        NotFoundError: the person is not a coachee of the plan's cycle.
        ConflictError: advice was requested for a plan in which everyone has a coach.
    """
    if question_request.person_id is None:
        if not plan.unplaced:
            raise ConflictError(facts.NO_ADVICE_NEEDED())
        return RemainingSessions()
    coachee_code(tx, plan, question_request.person_id)
    if question_request.kind is QuestionKind.EXPLAIN:
        return RemainingSessions()
    stored = remaining_sessions_of(tx, plan, question_request.person_id, now=now)
    return RemainingSessions(
        not_before=question_request.not_before or stored.not_before,
        sessions=question_request.sessions or stored.sessions,
    )


def _find_duplicate(
    tx: Transaction, plan_id: str, question_request: QuestionRequest, remaining: RemainingSessions
) -> QuestionRow | None:
    """Return an equivalent question that is unfinished or whose answer is still valid, if any."""
    options = remaining.model_dump(mode="json")
    valid_states = {TaskState.QUEUED, TaskState.RUNNING}
    if question_request.kind is not QuestionKind.REPLACE:
        valid_states |= {TaskState.FINISHED}
    return next(
        (
            row
            for row in _rows(tx, plan_id, question_request.person_id)
            if row.kind is question_request.kind
            and row.options == options
            and row.state in valid_states
        ),
        None,
    )


def _rows(tx: Transaction, plan_id: str, person_id: str | None) -> Sequence[QuestionRow]:
    in_scope = (
        QuestionRow.person_id.is_(None) if person_id is None else QuestionRow.person_id == person_id
    )
    return tx.scalars(
        select(QuestionRow)
        .where(QuestionRow.plan_id == plan_id, in_scope)
        .order_by(QuestionRow.requested_at.desc(), QuestionRow.id)
        .options(undefer(QuestionRow.answer))
    ).all()
