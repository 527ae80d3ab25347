"""The programme office's page about two plans side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from api.cycles import service as cycles
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.plans import comparison as comparing
from api.plans import service as plans
from api.plans.comparison import ChangeCounts
from api.plans.service import PlanSummary
from api.results.move_view import present_moves
from api.results.plan_view import LEVEL_LABELS
from api.runs.labels import PLAN_STATE
from api.values import Identifier
from api.web.date_formats import format_short_datetime
from api.web.labels import Badge
from api.web.rendering import render_page
from coach.cycle import ObjectiveLevel
from coach.plural import pluralise
from matching.rematching.comparison import LevelDifference

COMPARISON_PAGES = APIRouter(include_in_schema=False)
_NOT_AN_AIM = "not aimed for"


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan in a list: when it was made, and its state."""

    id: str
    made: str
    state: Badge


@dataclass(frozen=True, slots=True)
class LevelLine:
    """One aim in both plans, and whether the later one has won or lost."""

    words: str
    before: str
    after: str
    gain: Badge


@COMPARISON_PAGES.get("/plans/{plan_id}/compare")
def compare_plans(
    plan_id: str,
    request: Request,
    services: ServicesDep,
    before: Annotated[Identifier, Query()] = "",
) -> Response:
    """Who changes between two plans of a cycle, and what is won and lost."""
    with services.database.reading() as tx:
        old, new = comparing.load_plan_pair(tx, plan_id, before or None)
        cycle = cycles.cycle_header(tx, new.summary.cycle_id)
        others = plans.list_plans(tx, cycle.id)
    comparison = comparing.build_comparison(old, new)
    zone = ZoneInfo(cycle.timezone)
    people = (*old.roster.coachees, *old.roster.coaches, *new.roster.coachees, *new.roster.coaches)
    return render_page(
        request,
        "plans/comparison.html",
        cycle=cycle,
        before=plan_line(old.summary, zone),
        after=plan_line(new.summary, zone),
        others=other_plans(others, plan_id, zone),
        tiles=_tiles(comparison.counts),
        settings=comparison.settings,
        levels=[
            _level(level) for level in comparison.levels if level.name is not ObjectiveLevel.KEPT
        ],  # how many pairs are kept of this very plan stands in the tiles
        moves=present_moves(comparison.moves, people),
    )


def plan_line(plan: PlanSummary, zone: ZoneInfo) -> PlanLine:
    """A plan in one line, its time in `zone`."""
    return PlanLine(plan.id, format_short_datetime(plan.created_at, zone), PLAN_STATE[plan.state])


def other_plans(listed: tuple[PlanSummary, ...], plan_id: str, zone: ZoneInfo) -> list[PlanLine]:
    """The plans of a cycle that the plan `plan_id` can be compared with."""
    return [plan_line(plan, zone) for plan in listed if plan.id != plan_id]


def _tiles(counts: ChangeCounts) -> list[tuple[int, str]]:
    return [
        (counts.same, "stay as they are"),
        (counts.retimed, "keep their coach, with other sessions"),
        (counts.moved, "get another coach"),
        (counts.placed, "get a coach who had none"),
        (counts.unplaced, "lose their coach"),
    ]


def _level(level: LevelDifference) -> LevelLine:
    return LevelLine(
        words=LEVEL_LABELS[level.name],
        before=_NOT_AN_AIM if level.before is None else str(level.before),
        after=_NOT_AN_AIM if level.after is None else str(level.after),
        gain=_gain(level),
    )


def _gain(level: LevelDifference) -> Badge:
    if level.gain is None:
        return Badge("measured differently")
    if level.gain == 0:
        return Badge("the same")
    points = level.name in {ObjectiveLevel.WORST, ObjectiveLevel.TOTAL}
    much = pluralise(abs(level.gain), "point") if points else str(abs(level.gain))
    return Badge(f"{much} more", "good") if level.gain > 0 else Badge(f"{much} fewer", "bad")


ROUTERS = (COMPARISON_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/plans/{plan_id}/compare"): Permission(MANAGER, audit_action="plan opened"),
}
