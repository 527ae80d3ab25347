"""Two plans of a cycle side by side: who changes, and what is won and lost at each level."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.plans.service import PlanSummary, PlanView, plan_view
from api.runs.rows import PlanRow, PlanState
from api.values import View
from coach.errors import ConflictError
from coach.people import Roster
from matching.instance.availability_grid import free_time
from matching.instance.partial_cycle import Behind
from matching.rematching.comparison import (
    CoacheeDifference,
    LevelDifference,
    SettingDifference,
    compare_results,
)
from matching.rematching.moves import moves
from matching.result import Change, Move
from matching.rules import Facts
from matching.rules.evaluation import Judges


class ChangeCounts(View):
    """For how many coachees what differs; each counts once."""

    placed: int
    unplaced: int
    moved: int
    retimed: int
    same: int


class PlanComparison(View):
    """What differs from the plan `before` to the plan `after`.

    `settings` are the keys of the policy that differ, `levels` what each aim comes to in both,
    `moves` everybody for whom anything differs, with the reason.
    """

    before: PlanSummary
    after: PlanSummary
    settings: tuple[SettingDifference, ...]
    levels: tuple[LevelDifference, ...]
    counts: ChangeCounts
    moves: tuple[Move, ...]


def plan_pair(
    tx: Transaction, plan_id: str, before_id: str | None = None
) -> tuple[PlanView, PlanView]:
    """The plan to compare with, and the plan itself.

    Where `before_id` is not given, it is the published plan of the cycle.

    Raises:
        NotFoundError: there is no such plan.
        ConflictError: there is nothing to compare with, or the two are of different cycles.
    """
    after = plan_view(tx, plan_id)
    before = plan_view(tx, before_id or _published(tx, after.summary))
    if before.summary.cycle_id != after.summary.cycle_id:
        raise ConflictError("the two plans are of different cycles; choose two of one cycle")
    return before, after


def compared(before: PlanView, after: PlanView) -> PlanComparison:
    """What differs between two plans."""
    told = compare_results(before.result, after.result, (before.policy, after.policy))
    return PlanComparison(
        before=before.summary,
        after=after.summary,
        settings=told.settings,
        levels=told.levels,
        counts=ChangeCounts(**{change.value: told.count(change) for change in Change}),
        moves=_reasons(before, after, told.changed),
    )


def _published(tx: Transaction, plan: PlanSummary) -> str:
    found = tx.scalar(
        select(PlanRow.id).where(
            PlanRow.cycle_id == plan.cycle_id,
            PlanRow.state == PlanState.PUBLISHED,
            PlanRow.id != plan.id,
        )
    )
    if found is None:
        raise ConflictError("the cycle has no other published plan; name the plan to compare with")
    return found


def _reasons(
    before: PlanView, after: PlanView, changed: tuple[CoacheeDifference, ...]
) -> tuple[Move, ...]:
    """Every change with its reason, judged by the people and the policy of the later plan.

    Only those concerned are judged, so that comparing two plans of a large cycle stays quick.
    """
    coachees = {one.coachee for one in changed}
    coaches = {coach for one in changed for coach in (one.before, one.after)}
    concerned = Roster(
        coachees=tuple(one for one in after.roster.coachees if one.id in coachees),
        coaches=tuple(one for one in after.roster.coaches if one.id in coaches),
    )
    where = after.under_way
    behind = Behind(after.cycle, where, before.result) if where else None
    facts = Facts(concerned, after.cycle, free_time(concerned, after.cycle), behind)
    return moves(Judges(facts), before.result, after.result)
