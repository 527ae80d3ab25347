"""Questions about a plan that have to be solved: asking, following, stopping, and the answers.

What the job does is in `api.plan_queries.job`. An answer is stored once, with the plan it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field, model_validator
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import undefer

from api.audit_trail.log import record_event
from api.background.job import Enqueue, Job
from api.background.rows import TaskFailure, TaskState
from api.cycles.service import cycle_row, policy_of
from api.participants.rows import PersonRow, Side
from api.participants.service import person_row, roster_of
from api.plan_queries.rows import QuestionKind, QuestionRow
from api.plans.service import plan_view
from api.runs.rows import PlanRow, PlanState
from api.sessions.rows import SessionRow, SessionState
from api.values import FrozenModel, Identifier
from coach.cycle import Cycle
from coach.errors import ConflictError, NotFoundError
from coach.people import Roster
from matching.explanation import Advice, Explanation
from matching.instance.partial_cycle import UnderWay
from matching.progress import Progress
from matching.rematching.replacement import Replacement
from matching.result import Result

QUESTION_JOB = "question"


class QuestionRequest(FrozenModel):
    """What is asked: `explain` and `replace` of one coachee, `advise` of the whole plan.

    `not_before` and `sessions` are for `replace`: the first day for a session with another coach,
    and how many are still to be held. Where they are not given, it is the sessions to come.
    """

    kind: QuestionKind
    person_id: Identifier | None = None
    not_before: date | None = None
    sessions: Annotated[int | None, Field(ge=1, le=20)] = None

    @model_validator(mode="after")
    def _check_fields(self) -> QuestionRequest:
        if (self.kind is QuestionKind.ADVISE) is (self.person_id is not None):
            raise ValueError("explain and replace are about a person_id, advise about none")
        if self.kind is not QuestionKind.REPLACE and (self.not_before or self.sessions):
            raise ValueError("only replace takes not_before and sessions")
        return self


class RemainingSessions(FrozenModel):
    """What of a coachee's series is still to come: on which day at the earliest, how many."""

    not_before: date | None = None
    sessions: int | None = None


class QuestionAnswer(FrozenModel):
    """An answer; the one of its kind is set."""

    explanation: Explanation | None = None
    advice: tuple[Advice, ...] | None = None
    replacements: tuple[Replacement, ...] | None = None


class QuestionView(FrozenModel):
    """A question, where it is, and its answer once there is one.

    An answer of `explain` and `advise` stays for good with its plan. One of `replace` holds for
    the lists as they were when it was given, and can be asked anew.
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


class QuestionTask(FrozenModel):
    """Everything that answering a question works from; `under_way`, where the cycle had begun."""

    kind: QuestionKind
    coachee: str
    remaining: RemainingSessions
    roster: Roster
    cycle: Cycle
    result: Result
    limit_seconds: float
    under_way: UnderWay | None = None


def submit_question(
    tx: Transaction,
    enqueue: Enqueue,
    plan_id: str,
    question_request: QuestionRequest,
    *,
    now: datetime,
) -> QuestionView:
    """Queue a question about a plan; one that is open or answered already is not asked twice.

    Raises:
        NotFoundError: there is no such plan, or the person is no coachee of it.
        ConflictError: nobody of this plan has a coach to replace, or nobody is without one.
    """
    plan = _plan_row(tx, plan_id)
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
    return _view(row)


def question_view(tx: Transaction, question_id: str) -> QuestionView:
    """Where a question is, with its answer.

    Raises:
        NotFoundError: there is no such question.
    """
    return _view(_question_row(tx, question_id))


def questions_about(
    tx: Transaction, plan_id: str, person_id: str | None = None
) -> tuple[QuestionView, ...]:
    """The questions about one coachee of a plan, or about all of it, the youngest first.

    Raises:
        NotFoundError: there is no such plan.
    """
    _plan_row(tx, plan_id)
    return tuple(map(_view, _rows(tx, plan_id, person_id)))


def cancel_question(tx: Transaction, question_id: str, *, now: datetime) -> QuestionView:
    """Stop answering: at once while it is queued, within about two seconds while it is solved.

    Raises:
        NotFoundError: there is no such question.
        ConflictError: it is over.
    """
    row = _question_row(tx, question_id)
    row.request_cancellation("question", now=now)
    record_event(tx, "question cancel asked for", "question", row.id)
    return _view(row)


def question_task(tx: Transaction, row: QuestionRow, limit_seconds: float) -> QuestionTask:
    """What a question is answered from: the plan's own people and policy.

    A replacement is looked for among the people as they are now, under the policy of now.
    """
    plan = plan_view(tx, row.plan_id)
    roster, cycle = plan.roster, plan.policy
    if row.kind is QuestionKind.REPLACE:
        cycle_id = plan.summary.cycle_id
        roster, cycle = roster_of(tx, cycle_id), policy_of(cycle_row(tx, cycle_id))
    return QuestionTask(
        kind=row.kind,
        coachee="" if row.person_id is None else person_row(tx, row.person_id).code,
        remaining=RemainingSessions.model_validate(row.options, strict=False),
        roster=roster,
        cycle=cycle,
        result=plan.result,
        limit_seconds=limit_seconds,
        under_way=plan.under_way,
    )


def coachee_code_in_plan(tx: Transaction, plan_id: str, person_id: str) -> str:
    """The id, in the coachees' file, of a coachee of the cycle a plan is of.

    Raises:
        NotFoundError: there is no such plan, or nobody of that identifier on its coachees' side.
    """
    plan = _plan_row(tx, plan_id)
    row = tx.get(PersonRow, person_id)
    if row is None or row.cycle_id != plan.cycle_id or row.side is not Side.COACHEE:
        raise NotFoundError(f"there is no coachee {person_id} in this plan")
    return row.code


def remaining_sessions_of(
    tx: Transaction, plan_id: str, person_id: str, now: datetime
) -> RemainingSessions:
    """The sessions of a coachee that are still to come, where the plan is published and begun.

    Raises:
        NotFoundError: there is no such plan.
    """
    plan = _plan_row(tx, plan_id)
    cycle = policy_of(cycle_row(tx, plan.cycle_id))
    tomorrow = now.astimezone(cycle.cycle.zone).date() + timedelta(days=1)
    if plan.state is not PlanState.PUBLISHED or tomorrow <= cycle.cycle.start:
        return RemainingSessions()
    mine = (SessionRow.coachee_id == person_id, SessionRow.state == SessionState.CONFIRMED)
    coming = tx.scalar(select(func.count()).where(*mine, SessionRow.starts_at > now))
    return RemainingSessions(not_before=tomorrow, sessions=coming or None)


def _remaining(
    tx: Transaction, plan: PlanRow, question_request: QuestionRequest, now: datetime
) -> RemainingSessions:
    """The sessions to come, as requested or else as stored; a void request is refused."""
    if question_request.person_id is None:
        if not plan.unplaced:
            raise ConflictError("everybody in this plan has a coach; there is nothing to advise")
        return RemainingSessions()
    coachee_code_in_plan(tx, plan.id, question_request.person_id)
    if question_request.kind is QuestionKind.EXPLAIN:
        return RemainingSessions()
    known = remaining_sessions_of(tx, plan.id, question_request.person_id, now)
    return RemainingSessions(
        not_before=question_request.not_before or known.not_before,
        sessions=question_request.sessions or known.sessions,
    )


def _find_duplicate(
    tx: Transaction, plan_id: str, question_request: QuestionRequest, remaining: RemainingSessions
) -> QuestionRow | None:
    """The same question where it is still open, or where its answer holds for good."""
    options = remaining.model_dump(mode="json")
    useful = {TaskState.QUEUED, TaskState.RUNNING}
    if question_request.kind is not QuestionKind.REPLACE:
        useful |= {TaskState.FINISHED}
    rows = _rows(tx, plan_id, question_request.person_id)
    return next(
        (
            row
            for row in rows
            if row.kind is question_request.kind and row.options == options and row.state in useful
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


def _plan_row(tx: Transaction, plan_id: str) -> PlanRow:
    row = tx.get(PlanRow, plan_id)
    if row is None:
        raise NotFoundError(f"there is no plan {plan_id}")
    return row


def _question_row(tx: Transaction, question_id: str) -> QuestionRow:
    row = tx.get(QuestionRow, question_id)
    if row is None:
        raise NotFoundError(f"there is no question {question_id}")
    return row


def _view(row: QuestionRow) -> QuestionView:
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
        failure=None if row.failure is None else TaskFailure.model_validate(row.failure),
        answer=None if row.answer is None else QuestionAnswer.model_validate_json(row.answer),
    )
