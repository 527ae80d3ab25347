"""Comparison of two plans of a cycle: their policies, levels and matches."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.plans import facts
from api.plans.plan_details import PlanDetails, PlanSummary, plan_details
from api.runs.rows import PlanRow, PlanState
from api.values import FrozenModel
from coach.errors import ConflictError
from coach.people import Roster
from matching.instance.availability_grid import build_availability_grid
from matching.instance.partial_cycle import FixedHistory
from matching.rematching.comparison import (
    CoacheeDifference,
    LevelDifference,
    SettingDifference,
    compare_results,
)
from matching.rematching.moves import explain_moves
from matching.result import CoacheeChange, Move
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator


class ChangeCounts(FrozenModel):
    """The number of coachees for each kind of change. Each coachee is counted once."""

    placed: int
    unplaced: int
    moved: int
    retimed: int
    same: int


class PlanComparison(FrozenModel):
    """The differences between the plan `before` and the plan `after`.

    `settings` lists the policy keys that differ, `levels` the values of each level, and `moves` the
    coachees for whom anything changes, with the reasons.
    """

    before: PlanSummary
    after: PlanSummary
    settings: tuple[SettingDifference, ...]
    levels: tuple[LevelDifference, ...]
    counts: ChangeCounts
    moves: tuple[Move, ...]


def load_plan_pair(
    tx: Transaction, plan_id: str, before_id: str | None = None
) -> tuple[PlanDetails, PlanDetails]:
    """Return the plan to compare with and the plan `plan_id`, in this order.

    If `before_id` is `None`, the plan to compare with is the cycle's published plan.

    Raises:
        NotFoundError: there is no such plan.
        ConflictError: there is no plan to compare with, or the two belong to different cycles.
    """
    after = plan_details(tx, plan_id)
    before = plan_details(tx, before_id or _published_plan_id(tx, after.summary))
    if before.summary.cycle_id != after.summary.cycle_id:
        raise ConflictError(facts.OTHER_CYCLES())
    return before, after


def build_comparison(before: PlanDetails, after: PlanDetails) -> PlanComparison:
    """Return the differences between two plans."""
    differences = compare_results(before.result, after.result, (before.policy, after.policy))
    return PlanComparison(
        before=before.summary,
        after=after.summary,
        settings=differences.settings,
        levels=differences.levels,
        counts=ChangeCounts(
            **{change.value: differences.count(change) for change in CoacheeChange}
        ),
        moves=_moves_with_reasons(before, after, differences.changed),
    )


def _published_plan_id(tx: Transaction, plan: PlanSummary) -> str:
    found = tx.scalar(
        select(PlanRow.id).where(
            PlanRow.cycle_id == plan.cycle_id,
            PlanRow.state == PlanState.PUBLISHED,
            PlanRow.id != plan.id,
        )
    )
    if found is None:
        raise ConflictError(facts.NOTHING_TO_COMPARE())
    return found


def _moves_with_reasons(
    before: PlanDetails, after: PlanDetails, changed: tuple[CoacheeDifference, ...]
) -> tuple[Move, ...]:
    """Return each change with its reason, based on the lists and the policy of the later plan.

    Only the people concerned are evaluated, so this is fast even for a large cycle.
    """
    coachees = {one.coachee for one in changed}
    coaches = {coach for one in changed for coach in (one.before, one.after)}
    concerned = Roster(
        coachees=tuple(one for one in after.roster.coachees if one.id in coachees),
        coaches=tuple(one for one in after.roster.coaches if one.id in coaches),
    )
    where = after.under_way
    history = FixedHistory(after.cycle, where, before.result) if where else None
    facts = RuleInputs(
        concerned, after.cycle, build_availability_grid(concerned, after.cycle), history
    )
    return explain_moves(RuleEvaluator(facts), before.result, after.result)
