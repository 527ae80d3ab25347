"""The office's pages for the goals and commitments of a cycle and of a single coachee."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.coaching.goals import facts
from api.coaching.goals.labels import OVERDUE, commitment_badge, goal_badge
from api.coaching.goals.office import CommitmentCount, GoalCount, read_coachee, read_counts
from api.coaching.goals.office_list import COACHEE_ACCESS, COACHEE_LIST
from api.coaching.life.presenters import life_lines
from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.lists.listing import present_list
from api.lists.query import read_query
from api.lists.selection import select_rows
from api.web.rendering import render_page
from coach.commitments import CommitmentState
from coach.goals import Area, GoalState
from coach.texts.facts import Displayed, Message

GOALS_OF_CYCLE_PAGES = APIRouter(include_in_schema=False)


@GOALS_OF_CYCLE_PAGES.get("/cycles/{cycle_id}/goals")
def show_goals(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show the numbers of a cycle's goals and commitments by area and state."""
    found = read_counts(services, cycle_id)
    query = read_query(request, COACHEE_LIST)
    selected = select_rows(found.counts.coachees, query, COACHEE_ACCESS)
    return render_page(
        request,
        "coaching/goals_of_cycle.html",
        cycle=found.cycle,
        tables=[
            (facts.GOALS(), _table(found.counts.goals, GoalState, facts.GOAL_STATES)),
            (
                facts.COMMITMENTS(),
                _table(found.counts.commitments, CommitmentState, facts.COMMITMENT_STATES),
            ),
        ],
        overdue=found.counts.overdue,
        coachees=selected.rows,
        here=urls.goals(cycle_id),
        list=present_list(urls.goals(cycle_id), query, selected),
    )


@GOALS_OF_CYCLE_PAGES.get("/cycles/{cycle_id}/goals/{person_id}")
def show_coachee(
    cycle_id: str, person_id: str, request: Request, services: ServicesDep
) -> Response:
    """Show the areas and states of one coachee's goals and commitments, and each pair's life."""
    cycle, coachee = read_coachee(services, cycle_id, person_id)
    return render_page(
        request,
        "coaching/goals_of_coachee.html",
        cycle=cycle,
        here=urls.goals(cycle_id),
        name=coachee.name,
        lives=[
            (one.coach, life_lines(one.steps, ZoneInfo(cycle.timezone), reason=one.reason))
            for one in coachee.lives
        ],
        goals=[(facts.AREAS[goal.area](), goal_badge(goal.state)) for goal in coachee.goals],
        commitments=[
            (
                facts.AREAS[one.area](),
                one.title,
                (commitment_badge(one.state), *((OVERDUE,) if one.overdue else ())),
            )
            for one in coachee.commitments
        ],
    )


def _table(
    counts: Iterable[GoalCount | CommitmentCount],
    states: type[StrEnum],
    labels: Mapping[GoalState, Message] | Mapping[CommitmentState, Message],
) -> tuple[list[Displayed], list[tuple[Displayed, list[tuple[Displayed, int]]]]]:
    """Return the states as headings, and a row for each area with the count in each state."""
    numbers = {(one.area, one.state.value): one.count for one in counts}
    used = [state for state in states if any(key[1] == state.value for key in numbers)]
    words: Mapping[str, Message] = {state.value: text for state, text in labels.items()}
    headings: list[Displayed] = [words[state.value]() for state in used]
    lines: list[tuple[Displayed, list[tuple[Displayed, int]]]] = [
        (
            facts.AREAS[area](),
            [(words[state.value](), numbers.get((area, state.value), 0)) for state in used],
        )
        for area in Area
        if any(key[0] is area for key in numbers)
    ]
    return headings, lines


ROUTERS = (GOALS_OF_CYCLE_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/goals"): Permission(MANAGER, audit_action="goals opened"),
    ("GET", "/cycles/{cycle_id}/goals/{person_id}"): Permission(
        MANAGER, audit_action="goals opened"
    ),
}
