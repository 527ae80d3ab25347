"""The task of the child process of a plan query, in a module that loads no solver.

The input and the result of the plan pass through the server as JSON text; the child process parses
them.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row, policy_of
from api.participants.service import person_row, roster_of
from api.plan_queries.remaining_sessions import RemainingSessions
from api.plan_queries.rows import QuestionKind, QuestionRow
from api.runs.rows import PlanRow, PlanState, RunRow
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.people import Roster


class CurrentInput(FrozenModel):
    """The people and the policy that a cycle has now."""

    roster: Roster
    cycle: Cycle


class QuestionTask(FrozenModel):
    """Everything the answer to a question depends on.

    Attributes:
        coachee: the id of the coachee in their file; empty for a question about the whole plan.
        input_json: the `RunInput` of the plan as it is stored.
        what_if: whether the plan is a what-if, so that its policy is not that of the cycle.
        current: for `replace`, which seeks a coach among the people of now.
        result_json: the `Result` of the plan as it is stored.
        limit_seconds: the time limit each time that the child process solves.
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
    """The task of a stored question."""
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
    return CurrentInput(roster=roster_of(tx, cycle_id), cycle=policy_of(cycle_row(tx, cycle_id)))
