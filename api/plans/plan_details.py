"""Reads stored plans: one plan with its lists and policy, or all plans of a cycle."""

from __future__ import annotations

from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row
from api.database.existing_row import existing_row, no_such_row
from api.runs.frozen_input import RunInput
from api.runs.outdated import is_outdated_json
from api.runs.rows import PlanRow, PlanState, RunRow
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.people import Roster
from matching.instance.partial_cycle import UnderWay
from matching.result import Result


class PlanSummary(FrozenModel):
    """A plan in a list. `placed` and `unplaced` count the coachees with and without a coach.

    `name` and `comment` are empty unless a manager has entered them.
    """

    id: str
    cycle_id: str
    run_id: str
    state: PlanState
    status: str
    placed: int
    unplaced: int
    created_at: datetime
    published_at: datetime | None
    name: str
    comment: str


class PlanDetails(FrozenModel):
    """A complete plan: the engine's result, and the lists and policy on which it is based.

    `outdated` is true if the lists, the policy or any individual session has changed since the run.
    `own_policy` is the cycle's policy at the time of the run, if the run used a different one: for
    a what-if plan, or for a plan that replaces one coach and pins all other pairs. `under_way` is
    the progress of the cycle at that time, if it had started. `plans_version` increases with each
    published plan.
    """

    summary: PlanSummary
    outdated: bool
    result: Result
    roster: Roster
    cycle: Cycle
    own_policy: Cycle | None
    under_way: UnderWay | None
    plans_version: int

    @property
    def policy(self) -> Cycle:
        """The policy as written by a manager, without the pins added to replace a coach."""
        what_if = self.summary.state is PlanState.WHAT_IF
        return self.cycle if what_if or self.own_policy is None else self.own_policy


def plans_of_cycle(tx: Transaction, cycle_id: str) -> tuple[PlanSummary, ...]:
    """Return the plans of a cycle, newest first.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    rows = tx.scalars(
        select(PlanRow)
        .where(PlanRow.cycle_id == cycle_id)
        .order_by(PlanRow.created_at.desc(), PlanRow.id)
    )
    return tuple(summarise_plan(row) for row in rows)


def plan_row(tx: Transaction, plan_id: str) -> PlanRow:
    """Return the row of a plan.

    Raises:
        NotFoundError: there is no such plan.
    """
    return existing_row(tx, PlanRow, plan_id, "plan")


def plan_details(tx: Transaction, plan_id: str) -> PlanDetails:
    """Return a plan with the lists and policy on which it is based.

    Raises:
        NotFoundError: there is no such plan.
    """
    found = tx.execute(
        select(PlanRow, PlanRow.result, RunRow.input)
        .join(RunRow, RunRow.id == PlanRow.run_id)
        .where(PlanRow.id == plan_id)
    ).one_or_none()
    if found is None:
        raise no_such_row(plan_id, "plan")
    row, result, input_json = found
    frozen = RunInput.model_validate_json(input_json)
    return PlanDetails(
        summary=summarise_plan(row),
        outdated=is_outdated_json(tx, row.cycle_id, from_json(input_json)),
        result=Result.model_validate_json(result),
        roster=frozen.roster,
        cycle=frozen.cycle,
        own_policy=frozen.own_policy,
        under_way=frozen.under_way,
        plans_version=cycle_row(tx, row.cycle_id).plans_version,
    )


def summarise_plan(row: PlanRow) -> PlanSummary:
    """Convert a row to a `PlanSummary`."""
    return PlanSummary(
        id=row.id,
        cycle_id=row.cycle_id,
        run_id=row.run_id,
        state=row.state,
        status=row.status,
        placed=row.placed,
        unplaced=row.unplaced,
        created_at=row.created_at,
        published_at=row.published_at,
        name=row.name,
        comment=row.comment,
    )
