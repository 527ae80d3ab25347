"""The names of plans, as shown on pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.plans import facts
from api.plans.plan_details import PlanSummary
from api.runs.labels import PLAN_STATE
from api.web.date_formats import format_short_datetime
from api.web.labels import Badge
from coach.texts.facts import Displayed


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan on a page: its title, the title with the creation time, and its state.

    The title is the plan's name or, if there is none, the time of its creation.
    """

    id: str
    title: Displayed
    line: Displayed
    comment: str
    state: Badge


def plan_line(plan: PlanSummary, zone: ZoneInfo) -> PlanLine:
    """Format `plan` for a page, with its time in `zone`."""
    made = format_short_datetime(plan.created_at, zone)
    title = plan.name or facts.MADE_AT(made=made)
    line = facts.NAMED(name=plan.name, made=made) if plan.name else title
    return PlanLine(plan.id, title, line, plan.comment, PLAN_STATE[plan.state])


def other_plans(listed: Iterable[PlanSummary], plan_id: str, zone: ZoneInfo) -> list[PlanLine]:
    """Return the plans with which the plan `plan_id` can be compared."""
    return [plan_line(plan, zone) for plan in listed if plan.id != plan_id]
