"""The page that shows up to four plans of a cycle side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode
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
from api.plans.plan_details import PlanSummary
from api.plans.presenters import plan_line
from api.plans.side_by_side import (
    MOST_COMPARED,
    ComparedCoachee,
    ComparedLevel,
    SideBySide,
    side_by_side,
)
from api.results.plan_view import LEVEL_LABELS, proof_status
from api.runs.rows import PlanState
from api.values import Identifier
from api.web.facts import NUMBER_ALONE
from api.web.labels import Badge, Option
from api.web.rendering import redirect_after_post, render_page
from coach.folding import folded
from coach.objective import ObjectiveLevel
from coach.texts.facts import Displayed
from matching.facts.names import POINTS

SIDE_BY_SIDE = APIRouter(prefix="/cycles/{cycle_id}/plans/compare", include_in_schema=False)
_PLANS, _SEPARATOR = "plans", "."
_COACH, _TIMES, _WITHOUT = "coach", "times", "without"
_LIST = ListDefinition(
    sorts=("name", "id"),
    filters=(
        Filter(
            "differs",
            facts.FILTER_DIFFERENCES(),
            (
                Option(_COACH, facts.FILTER_OTHER_COACH()),
                Option(_TIMES, facts.FILTER_TIMES_ONLY()),
                Option(_WITHOUT, facts.FILTER_WITHOUT()),
            ),
        ),
    ),
    fixed=(_PLANS,),
)
_ACCESS: RowAccess[ComparedCoachee] = RowAccess(
    texts=lambda row: (row.name, row.code, *filter(None, row.coaches)),
    keys={"name": lambda row: folded(row.name), "id": lambda row: row.code},
    conditions={
        "differs": lambda row, wanted: {
            _COACH: len(set(row.coaches)) > 1,
            _TIMES: len(set(row.coaches)) == 1,
            _WITHOUT: "" in row.coaches,
        }[wanted]
    },
    identify=lambda row: row.code,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One plan's value in a table row, with a badge if it stands out."""

    words: Displayed
    badge: Badge | None = None


@SIDE_BY_SIDE.get("")
def compare_plans_side_by_side(
    cycle_id: str,
    request: Request,
    services: ServicesDep,
    plan: Annotated[list[Identifier], Query(max_length=100)] = [],  # noqa: B006 - FastAPI copies it
    plans_: Annotated[str, Query(alias=_PLANS, max_length=200)] = "",
) -> Response:
    """Show up to four plans side by side, or a form to choose them."""
    if plan:  # from the form; the other parameter keeps addresses short
        chosen = urlencode({_PLANS: _SEPARATOR.join(plan[: MOST_COMPARED + 1])})
        return redirect_after_post(f"{urls.plans_side_by_side(cycle_id)}?{chosen}")
    ids = list(dict.fromkeys(filter(None, plans_.split(_SEPARATOR))))
    found = plans.read_plans(services, cycle_id, ids[: MOST_COMPARED + 1])
    zone = ZoneInfo(found.cycle.timezone)
    chosen_ids = [one.summary.id for one in found.chosen]
    enough = len(ids) == len(found.chosen) and 1 < len(ids) <= MOST_COMPARED
    fault = bool(plans_) and not enough
    compared = side_by_side(found.chosen) if enough else None
    return render_page(
        request,
        "plans/side_by_side.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        cycle=found.cycle,
        choices=[plan_line(one, zone) for one in found.plans],
        chosen=chosen_ids or _usual(found.plans),
        fault=facts.CHOOSE_PLANS(count=MOST_COMPARED) if fault else "",
        most=MOST_COMPARED,
        **(_compared(request, compared, zone) if compared else {"plans": ()}),
    )


def _usual(listed: Sequence[PlanSummary]) -> list[str]:
    """Return the plans shown by default: the published plan, and the newest of the others."""
    published = [one.id for one in listed if one.state is PlanState.PUBLISHED]
    others = [one.id for one in listed if one.state is not PlanState.PUBLISHED]
    return [*published, *others][:MOST_COMPARED]


def _compared(request: Request, compared: SideBySide, zone: ZoneInfo) -> dict[str, object]:
    query = read_query(request, _LIST)
    selected = select_rows(compared.coachees, query, _ACCESS)
    address = urls.plans_side_by_side(compared.plans[0].summary.cycle_id)
    return {
        "plans": [plan_line(plan.summary, zone) for plan in compared.plans],
        "figures": [
            (
                len(plan.matches),
                len(plan.coachees),
                sum(len(match["sessions"]) for match in plan.matches.values()),
                proof_status(proven=plan.is_proven),
            )
            for plan in compared.plans
        ],
        "levels": [(LEVEL_LABELS[one.name], _level_cells(one)) for one in compared.levels],
        "settings": [
            (one.key, [_setting_cell(value, one.values[0]) for value in one.values])
            for one in compared.settings
        ],
        "list": present_list(address, query, selected),
        "coachees": [(row, _coachee_cells(row, compared)) for row in selected.rows],
        "same": compared.same,
    }


def _level_cells(level: ComparedLevel) -> list[Cell]:
    return [
        Cell(facts.NOT_AN_OBJECTIVE())
        if value is None
        else Cell(NUMBER_ALONE(number=value), _comparison_badge(level, behind))
        for value, behind in zip(level.values, level.behind, strict=True)
    ]


def _comparison_badge(level: ComparedLevel, behind: int | None) -> Badge:
    if behind is None:
        return Badge(facts.MEASURED_DIFFERENTLY())
    if not any(level.behind):
        return Badge(facts.EQUAL())
    if behind == 0:
        return Badge(facts.BEST(), "good")
    points = level.name in {ObjectiveLevel.WORST, ObjectiveLevel.TOTAL}
    amount = POINTS(count=behind) if points else NUMBER_ALONE(number=behind)
    return Badge(facts.BEHIND(amount=amount), "bad")


def _setting_cell(value: str, first: str) -> Cell:
    return Cell(value, Badge(facts.DIFFERENT(), "warn") if value != first else None)


def _coachee_cells(row: ComparedCoachee, compared: SideBySide) -> list[Cell]:
    cells = []
    for plan, coach, other_times in zip(compared.plans, row.coaches, row.other_times, strict=True):
        if coach:
            words: Displayed = plan.labels[coach]
        else:
            words = facts.NOT_LISTED() if coach is None else facts.NO_COACH()
        badge = None
        if coach != row.coaches[0]:
            badge = Badge(facts.DIFFERENT(), "warn" if coach else "bad")
        elif other_times:
            badge = Badge(facts.OTHER_TIMES())
        cells.append(Cell(words, badge))
    return cells


ROUTERS = (SIDE_BY_SIDE,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/plans/compare"): Permission(
        MANAGER, audit_action="plan opened", compressible=True
    ),
}
