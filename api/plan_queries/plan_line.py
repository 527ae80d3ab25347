"""View models of a plan's coachees, and of the figures for the whole plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.http import urls
from api.plan_queries.plan_list import ListedCoachee
from api.plans.stored_plan import StoredPlan
from api.results.match_view import (
    REASON_LABELS,
    MatchViewModel,
    PersonViewModel,
    present_match,
    present_person,
)
from api.results.move_view import describe_move
from api.results.plan_view import LevelViewModel, present_levels, proof_status
from api.results.timetable_chart import TimetableChart, build_timetable_chart
from coach.texts.facts import Displayed
from coach.texts.renderer import Renderer


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A coachee in a plan's list.

    Attributes:
        coachee: the coachee.
        match: the match; `None` if the coachee has no coach.
        why: why the coachee has no coach; empty if the coachee has one.
        remedies: for a coachee without a coach, the number of changes that would help.
        change: the change made by a re-match, or empty.
        because: the reason for that change.
        address: the address of the page about the coachee.
    """

    coachee: PersonViewModel
    match: MatchViewModel | None
    why: Displayed
    remedies: int
    change: Displayed
    because: Displayed
    address: str


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """The figures for a whole plan."""

    placed: int
    coachees: int
    coaches: int
    sessions: int
    unmatched: int
    moves: int
    repeated: int
    proof_status: Displayed
    levels: tuple[LevelViewModel, ...]


def plan_figures(plan: StoredPlan, rows: Iterable[ListedCoachee]) -> PlanFigures:
    """Return the figures of a plan; `rows` contains all its coachees."""
    return PlanFigures(
        placed=len(plan.matches),
        coachees=len(plan.coachees),
        coaches=len(plan.coaches),
        sessions=sum(len(match["sessions"]) for match in plan.matches.values()),
        unmatched=len(plan.unmatched),
        moves=len(plan.moves),
        repeated=sum(row.repeated for row in rows),
        proof_status=proof_status(proven=plan.is_proven),
        levels=present_levels(plan.levels),
    )


def plan_lines(
    plan: StoredPlan, rows: Iterable[ListedCoachee], ids: dict[str, str], texts: Renderer
) -> tuple[PlanLine, ...]:
    """Return a line for each coachee; `ids` maps ids in the file to the ids of the rows."""
    return tuple(_line(plan, row, ids.get(row.code, ""), texts) for row in rows)


def chart_of(
    plan: StoredPlan, lines: Iterable[PlanLine], texts: Renderer, addresses: Mapping[str, str]
) -> TimetableChart | None:
    """Return a chart of some coachees' timetables, or `None` if none of them has a coach.

    `addresses` contains the addresses of the pages about their sessions, keyed by uid.
    """
    matches = [line.match for line in lines if line.match]
    here = {match.coach.id for match in matches}
    coaches = [plan.coach(code) for code in plan.coaches if code in here]
    if not matches:
        return None
    return build_timetable_chart(coaches, plan.cycle, matches, texts, addresses)


def _line(plan: StoredPlan, row: ListedCoachee, person_id: str, texts: Renderer) -> PlanLine:
    coachee = plan.coachee(row.code)
    match: MatchViewModel | None = None
    why: Displayed = ""
    remedies = 0
    if row.coach:
        pair = coachee, plan.coach(row.coach)
        match = present_match(plan.match(row.code), pair, plan.policy, texts)
    elif row.code in plan.unmatched:
        entry = plan.without_coach(row.code)
        why, remedies = REASON_LABELS[entry.reason], len(entry.remedies)
    move = plan.move(row.code) if row.changed else None
    return PlanLine(
        coachee=present_person(coachee, texts),
        match=match,
        why=why,
        remedies=remedies,
        change="" if move is None else describe_move(move, plan.labels),
        because="" if move is None else move.reason,
        address=urls.plan_person(plan.summary.id, person_id) if person_id else "",
    )
