"""The view model of a plan, used by the report, the spreadsheet and the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from api.results import facts
from api.results.match_view import (
    MatchViewModel,
    PersonViewModel,
    UnmatchedViewModel,
    present_match,
    present_person,
    present_unmatched,
)
from api.results.move_view import MoveViewModel, display_names, present_moves
from api.results.timetable_chart import TimetableChart, build_timetable_chart
from api.web.date_formats import format_date_span
from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Roster
from coach.texts.facts import Displayed
from coach.texts.renderer import Renderer
from matching.explanation import Section
from matching.result import (
    LevelOutcome,
    Result,
)

LEVEL_LABELS = {
    ObjectiveLevel.PLACED: facts.LEVEL_PLACED(),
    ObjectiveLevel.KEPT: facts.LEVEL_KEPT(),
    ObjectiveLevel.REPEAT: facts.LEVEL_REPEAT(),
    ObjectiveLevel.WORST: facts.LEVEL_WORST(),
    ObjectiveLevel.TOTAL: facts.LEVEL_TOTAL(),
    ObjectiveLevel.SCHEDULE: facts.LEVEL_SCHEDULE(),
}
"""The label of each level of the objective."""


@dataclass(frozen=True, slots=True)
class LevelViewModel:
    """A level of the objective. `proof_status` states whether the value is proven optimal."""

    words: Displayed
    value: int
    proof_status: Displayed


@dataclass(frozen=True, slots=True)
class LoadViewModel:
    """A coach's workload: occupied places (also as `capacity_dots`) and number of sessions."""

    coach: PersonViewModel
    assigned: int
    capacity: int
    capacity_dots: str
    sessions: int


@dataclass(frozen=True, slots=True)
class PlanViewModel:
    """A complete plan, formatted for display."""

    name: str
    period: Displayed
    proof_status: Displayed
    placed: int
    coachees: int
    coaches: int
    sessions: int
    levels: tuple[LevelViewModel, ...]
    matches: tuple[MatchViewModel, ...]
    unmatched: tuple[UnmatchedViewModel, ...]
    moves: tuple[MoveViewModel, ...]
    loads: tuple[LoadViewModel, ...]
    chart: TimetableChart
    territories: frozenset[str]


def present_plan(
    roster: Roster,
    cycle: Cycle,
    result: Result,
    texts: Renderer,
    next_best: Mapping[str, Section] = MappingProxyType({}),
) -> PlanViewModel:
    """Return the view model of `result`. Matches and unmatched coachees keep their order.

    `next_best` contains the sections about known runners-up, keyed by coachee.
    """
    coachees = {person.id: person for person in roster.coachees}
    coaches = {person.id: person for person in roster.coaches}
    names = display_names((*roster.coachees, *roster.coaches))
    matches = tuple(
        present_match(
            match,
            (coachees[match.coachee], coaches[match.coach]),
            cycle,
            texts,
            next_best.get(match.coachee),
        )
        for match in result.matches
    )
    return PlanViewModel(
        name=cycle.cycle.name,
        period=format_date_span(cycle.cycle.start, cycle.cycle.end),
        proof_status=proof_status(proven=result.status == "optimal"),
        placed=len(result.matches),
        coachees=len(roster.coachees),
        coaches=len(roster.coaches),
        sessions=sum(len(match.sessions) for match in result.matches),
        levels=present_levels(result.levels),
        matches=matches,
        unmatched=tuple(
            present_unmatched(entry, coachees[entry.coachee], names, texts)
            for entry in result.unmatched
        ),
        moves=present_moves(result.moves, (*roster.coachees, *roster.coaches)),
        loads=_loads(roster, result, texts),
        chart=build_timetable_chart(roster.coaches, cycle, matches, texts),
        territories=frozenset(p.country for p in (*roster.coachees, *roster.coaches)),
    )


def proof_status(*, proven: bool) -> Displayed:
    """Return text stating whether a plan is proven to be the best."""
    return facts.PLAN_PROVEN() if proven else facts.PLAN_NOT_PROVEN()


def present_levels(outcomes: Iterable[LevelOutcome]) -> tuple[LevelViewModel, ...]:
    """Return the view models of levels, without `kept` if there are no pairs to keep."""
    return tuple(
        _level(outcome)
        for outcome in outcomes
        if outcome.name is not ObjectiveLevel.KEPT or outcome.bound
    )


def _level(outcome: LevelOutcome) -> LevelViewModel:
    proven = outcome.proven
    minimised = outcome.name is ObjectiveLevel.REPEAT
    bounded = facts.LEVEL_LOWER_BOUND if minimised else facts.LEVEL_BOUND
    proof_status = facts.LEVEL_PROVEN() if proven else bounded(bound=outcome.bound)
    return LevelViewModel(LEVEL_LABELS[outcome.name], outcome.value, proof_status)


def _loads(roster: Roster, result: Result, texts: Renderer) -> tuple[LoadViewModel, ...]:
    assigned = {coach.id: 0 for coach in roster.coaches}
    sessions = dict(assigned)
    for match in result.matches:
        assigned[match.coach] += 1
        sessions[match.coach] += len(match.sessions)
    return tuple(
        LoadViewModel(
            coach=present_person(coach, texts),
            assigned=assigned[coach.id],
            capacity=coach.capacity,
            capacity_dots="●" * assigned[coach.id] + "○" * (coach.capacity - assigned[coach.id]),
            sessions=sessions[coach.id],
        )
        for coach in roster.coaches
    )
