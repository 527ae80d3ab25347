"""The input to a plan query's child process, in a module that does not load a solver.

The server forwards the plan's input and result as JSON text, which only the child process parses.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row, policy_of
from api.participants.rosters import roster_of
from api.participants.service import person_row
from api.plan_queries.remaining_sessions import RemainingSessions
from api.plan_queries.rows import QuestionKind, QuestionRow
from api.runs.earlier_pairs import with_earlier_pairs
from api.runs.rows import PlanRow, PlanState, RunRow
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.people import Roster


class CurrentInput(FrozenModel):
    """The current lists and policy of a cycle."""

    roster: Roster
    cycle: Cycle


class QuestionTask(FrozenModel):
    """All inputs needed to answer a question.

    Attributes:
        kind: the kind of question.
        coachee: the coachee's id in the coachees' file, or an empty string if the question is about
            the whole plan.
        remaining: the sessions that a replacement coach would take over.
        input_json: the plan's `RunInput`, as stored.
        what_if: whether the plan is a what-if, which does not use the cycle's own policy.
        current: the cycle's current lists and policy, set only for `replace`.
        result_json: the plan's `Result`, as stored.
        limit_seconds: the time limit for each solve in the child process.
    """

    kind: QuestionKind
    coachee: str
    remaining: RemainingSessions
    input_json: str
    what_if: bool
    current: CurrentInput | None
    result_json: str
    limit_seconds: float


def question_task(tx: Transaction, row: QuestionRow, limit_seconds: float) -> QuestionTask:
    """Return the task for a stored question."""
    plan = tx.get_one(PlanRow, row.plan_id)
    return QuestionTask(
        kind=row.kind,
        coachee="" if row.person_id is None else person_row(tx, row.person_id).code,
        remaining=RemainingSessions.model_validate(row.options, strict=False),
        input_json=tx.scalars(select(RunRow.input).where(RunRow.id == plan.run_id)).one(),
        what_if=plan.state is PlanState.WHAT_IF,
        current=_current_input(tx, plan.cycle_id) if row.kind is QuestionKind.REPLACE else None,
        result_json=plan.result,
        limit_seconds=limit_seconds,
    )


def _current_input(tx: Transaction, cycle_id: str) -> CurrentInput:
    policy = policy_of(cycle_row(tx, cycle_id))
    roster = with_earlier_pairs(tx, cycle_id, roster_of(tx, cycle_id), policy)
    return CurrentInput(roster=roster, cycle=policy)
