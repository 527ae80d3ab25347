"""Use cases for listing, reading and comparing plans. Publishing is in `invitations.publish`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.cycles.service import CycleHeader, cycle_header
from api.plans.comparison import (
    ComparedPair,
    PlanComparison,
    build_comparison,
    load_plan_pair,
)
from api.plans.plan_details import PlanDetails, PlanSummary, plan_details, plans_of_cycle
from api.plans.stored_plan import StoredPlan, stored_plans
from api.services import Services


@dataclass(frozen=True, slots=True)
class ComparedPlans:
    """Two plans of a cycle, the cycle, and all its plans."""

    pair: ComparedPair
    cycle: CycleHeader
    plans: tuple[PlanSummary, ...]


@dataclass(frozen=True, slots=True)
class ChosenPlans:
    """A cycle, all its plans, newest first, and the selected plans in the selected order."""

    cycle: CycleHeader
    plans: tuple[PlanSummary, ...]
    chosen: tuple[StoredPlan, ...]


def read_plans(services: Services, cycle_id: str, plan_ids: Sequence[str]) -> ChosenPlans:
    """Return the plans of a cycle, and those of the plans in `plan_ids` that belong to it.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        cycle, listed = cycle_header(tx, cycle_id), plans_of_cycle(tx, cycle_id)
        known = {plan.id for plan in listed}
        own = [plan_id for plan_id in plan_ids if plan_id in known]
        return ChosenPlans(cycle, listed, tuple(stored_plans(tx, own)))


def list_plans(services: Services, cycle_id: str) -> tuple[PlanSummary, ...]:
    """Return the plans of a cycle, newest first.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return plans_of_cycle(tx, cycle_id)


def read_plan(services: Services, plan_id: str) -> PlanDetails:
    """Return a plan with the lists and policy on which it is based.

    Raises:
        NotFoundError: there is no such plan.
    """
    with services.database.reading() as tx:
        return plan_details(tx, plan_id)


def compare_plans(services: Services, plan_id: str, before_id: str | None = None) -> PlanComparison:
    """Return the differences between another plan in the cycle and the plan `plan_id`.

    If `before_id` is `None`, the other plan is the cycle's published plan.

    Raises:
        NotFoundError: there is no such plan.
        ConflictError: there is no plan to compare with, or the two belong to different cycles.
    """
    with services.database.reading() as tx:
        pair = load_plan_pair(tx, plan_id, before_id)
    return build_comparison(pair)


def read_compared_plans(
    services: Services, plan_id: str, before_id: str | None = None
) -> ComparedPlans:
    """Return two plans of a cycle, selected as in `compare_plans`, the cycle, and all its plans.

    Raises:
        NotFoundError: there is no such plan.
        ConflictError: there is no plan to compare with, or the two belong to different cycles.
    """
    with services.database.reading() as tx:
        pair = load_plan_pair(tx, plan_id, before_id)
        cycle_id = pair.after.summary.cycle_id
        return ComparedPlans(pair, cycle_header(tx, cycle_id), plans_of_cycle(tx, cycle_id))
