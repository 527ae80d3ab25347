"""The page that compares two plans of a cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.lists.listing import present_list
from api.lists.query import Filter, ListDefinition, read_query
from api.lists.selection import RowAccess, select_rows
from api.plans import facts
from api.plans import service as plans
from api.plans.comparison import ChangeCounts
from api.plans.presenters import other_plans, plan_line
from api.results.move_view import move_view
from api.results.plan_view import LEVEL_LABELS
from api.values import Identifier
from api.web.facts import NUMBER_ALONE
from api.web.labels import Badge, Option
from api.web.rendering import render_page
from coach.folding import folded
from coach.objective import ObjectiveLevel
from coach.texts.facts import Displayed, Fact
from matching.facts.names import POINTS
from matching.rematching.comparison import CoacheeDifference, LevelDifference
from matching.result import CoacheeChange

COMPARISON_PAGES = APIRouter(include_in_schema=False)
_LIST = ListDefinition(
    sorts=("name", "change"),
    filters=(
        Filter(
            "change",
            facts.FILTER_CHANGE(),
            (
                Option(CoacheeChange.RETIMED, facts.RETIMED()),
                Option(CoacheeChange.MOVED, facts.MOVED()),
                Option(CoacheeChange.PLACED, facts.PLACED()),
                Option(CoacheeChange.UNPLACED, facts.UNPLACED()),
            ),
        ),
    ),
    fixed=("before",),
)


@dataclass(frozen=True, slots=True)
class LevelLine:
    """The values of a level in two plans. `gain` describes the difference."""

    words: Displayed
    before: Displayed
    after: Displayed
    gain: Badge


@COMPARISON_PAGES.get("/plans/{plan_id}/compare")
def compare_plans(
    plan_id: str,
    request: Request,
    services: ServicesDep,
    before: Annotated[Identifier, Query()] = "",
) -> Response:
    """Show the differences between two plans of a cycle."""
    found = plans.read_compared_plans(services, plan_id, before or None)
    pair, zone = found.pair, ZoneInfo(found.cycle.timezone)
    query, access = read_query(request, _LIST), _access(pair.labels)
    selected = select_rows(pair.differences.changed, query, access)
    order = {one.coachee: place for place, one in enumerate(selected.rows)}
    moves = sorted(pair.moves(selected.rows), key=lambda move: order[move.coachee])
    return render_page(
        request,
        "plans/comparison.html",
        cycle=found.cycle,
        before=plan_line(pair.before.summary, zone),
        after=plan_line(pair.after.summary, zone),
        others=other_plans(found.plans, plan_id, zone),
        tiles=_tiles(pair.counts),
        settings=pair.differences.settings,
        levels=[
            _level(level)
            for level in pair.differences.levels
            if level.name is not ObjectiveLevel.KEPT
        ],  # the tiles already show how many pairs are kept
        list=present_list(f"{urls.plan(plan_id)}/compare", query, selected),
        moves=[move_view(move, pair.labels) for move in moves],
    )


def _access(names: Mapping[str, str]) -> RowAccess[CoacheeDifference]:
    """Return the functions that search and sort the changed coachees; `names` maps ids to names."""
    return RowAccess(
        texts=lambda row: (names[one] for one in (row.coachee, row.before, row.after) if one),
        keys={
            "name": lambda row: folded(names[row.coachee]),
            "change": lambda row: (row.change, folded(names[row.coachee])),
        },
        conditions={"change": lambda row, wanted: row.change == wanted},
        identify=lambda row: row.coachee,
    )


def _tiles(counts: ChangeCounts) -> list[tuple[int, Fact]]:
    return [
        (counts.same, facts.SAME()),
        (counts.retimed, facts.RETIMED()),
        (counts.moved, facts.MOVED()),
        (counts.placed, facts.PLACED()),
        (counts.unplaced, facts.UNPLACED()),
    ]


def _level(level: LevelDifference) -> LevelLine:
    return LevelLine(
        words=LEVEL_LABELS[level.name],
        before=_value(level.before),
        after=_value(level.after),
        gain=_gain(level),
    )


def _value(value: int | None) -> Fact:
    return facts.NOT_AN_OBJECTIVE() if value is None else NUMBER_ALONE(number=value)


def _gain(level: LevelDifference) -> Badge:
    if level.gain is None:
        return Badge(facts.MEASURED_DIFFERENTLY())
    if level.gain == 0:
        return Badge(facts.EQUAL())
    points = level.name in {ObjectiveLevel.WORST, ObjectiveLevel.TOTAL}
    size = abs(level.gain)
    amount = POINTS(count=size) if points else NUMBER_ALONE(number=size)
    more = (level.gain > 0) != (level.name is ObjectiveLevel.REPEAT)
    difference = facts.MORE if more else facts.FEWER
    return Badge(difference(amount=amount), "good" if level.gain > 0 else "bad")


ROUTERS = (COMPARISON_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/plans/{plan_id}/compare"): Permission(
        MANAGER, audit_action="plan opened", compressible=True
    ),
}
