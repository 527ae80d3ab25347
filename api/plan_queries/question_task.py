"""The task that the child process of a plan query is sent."""

from __future__ import annotations

from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row, policy_of
from api.participants.service import person_row, roster_of
from api.plan_queries.remaining_sessions import RemainingSessions
from api.plan_queries.rows import QuestionKind, QuestionRow
from api.plans.plan_details import plan_details
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.people import Roster
from matching.instance.partial_cycle import UnderWay
from matching.result import Result


class QuestionTask(FrozenModel):
    """Everything that the answer to a question depends on.

    `limit_seconds` holds for each time that the child solves; `under_way` is set if the cycle had
    started.
    """

    kind: QuestionKind
    coachee: str
    remaining: RemainingSessions
    roster: Roster
    cycle: Cycle
    result: Result
    limit_seconds: float
    under_way: UnderWay | None = None


def question_task(tx: Transaction, row: QuestionRow, limit_seconds: float) -> QuestionTask:
    """The task of a stored question, with the people and the policy of its plan.

    A replacement is sought among the people that the cycle has now, under the policy of now.
    """
    plan = plan_details(tx, row.plan_id)
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
