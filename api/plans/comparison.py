"""Compares two plans of a cycle: their policies, levels and matches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.plans import facts
from api.plans.plan_details import PlanSummary, plan_row
from api.plans.stored_plan import Json, StoredPlan, stored_plans
from api.runs.rows import PlanRow, PlanState
from api.values import FrozenModel
from coach.errors import ConflictError
from coach.people import Roster
from matching.instance.availability_grid import build_availability_grid
from matching.instance.partial_cycle import FixedHistory
from matching.rematching.comparison import (
    CoacheeDifference,
    Comparison,
    LevelDifference,
    SettingDifference,
    compare_results,
)
from matching.rematching.moves import explain_moves
from matching.result import CoacheeChange, Move, Result
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


@dataclass(frozen=True)
class ComparedPair:
    """Two plans of a cycle and their differences. Only `moves` includes reasons."""

    before: StoredPlan
    after: StoredPlan

    @cached_property
    def differences(self) -> Comparison:
        """The differences without reasons."""
        return compare_results(*self._results, (self.before.policy, self.after.policy))

    @cached_property
    def _results(self) -> tuple[Result, Result]:
        """The two results; matches that are the same in both are included without sessions."""
        matches = self.before.matches, self.after.matches
        changed = {
            one
            for one in {**matches[0], **matches[1]}
            if _pair_and_times(matches[0].get(one)) != _pair_and_times(matches[1].get(one))
        }
        before, after = (one.pairs_with_times_of(changed) for one in (self.before, self.after))
        return before, after

    @property
    def counts(self) -> ChangeCounts:
        """The number of coachees for each kind of change."""
        return ChangeCounts(
            **{change.value: self.differences.count(change) for change in CoacheeChange}
        )

    @property
    def labels(self) -> dict[str, str]:
        """The name and id of everybody in either plan, keyed by id."""
        return {**self.before.labels, **self.after.labels}

    def moves(self, changed: Iterable[CoacheeDifference]) -> tuple[Move, ...]:
        """Return the given changes with their reasons.

        The reasons are based on the lists and the policy of the later plan. Only the people
        concerned are evaluated, so the method is fast even for a large cycle.
        """
        chosen = tuple(changed)
        coachees = {one.coachee for one in chosen}
        coaches = {coach for one in chosen for coach in (one.before, one.after)}
        after = self.after
        concerned = Roster(
            coachees=tuple(after.coachee(one) for one in after.coachees if one in coachees),
            coaches=tuple(after.coach(one) for one in after.coaches if one in coaches),
            earlier_pairs=after.earlier_pairs,
        )
        where = after.under_way
        history = FixedHistory(after.cycle, where, self.before.pairs_and_times) if where else None
        grid = build_availability_grid(concerned, after.cycle)
        evaluator = RuleEvaluator(RuleInputs(concerned, after.cycle, grid, history))
        return explain_moves(evaluator, *self._results, chosen=chosen)


def _pair_and_times(match: Json | None) -> object:
    return match and (match["coach"], match["sessions"])


def load_plan_pair(tx: Transaction, plan_id: str, before_id: str | None = None) -> ComparedPair:
    """Return the plan to compare with, then the plan `plan_id`.

    If `before_id` is `None`, the plan to compare with is the cycle's published plan.

    Raises:
        NotFoundError: there is no such plan.
        ConflictError: there is no plan to compare with, or the two belong to different cycles.
    """
    after_row = plan_row(tx, plan_id)
    before_row = plan_row(tx, before_id or _published_plan_id(tx, after_row))
    if before_row.cycle_id != after_row.cycle_id:
        raise ConflictError(facts.OTHER_CYCLES())
    found = {one.summary.id: one for one in stored_plans(tx, [before_row.id, after_row.id])}
    return ComparedPair(found[before_row.id], found[after_row.id])


def build_comparison(pair: ComparedPair) -> PlanComparison:
    """Return the differences between two plans, with the reasons for all changes."""
    differences = pair.differences
    return PlanComparison(
        before=pair.before.summary,
        after=pair.after.summary,
        settings=differences.settings,
        levels=differences.levels,
        counts=pair.counts,
        moves=pair.moves(differences.changed),
    )


def _published_plan_id(tx: Transaction, plan: PlanRow) -> str:
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
