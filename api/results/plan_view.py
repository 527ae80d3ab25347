"""One value of a plan for people: the report, the spreadsheet and the pages all print it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from api.organisation import Organisation
from api.results.timetable_chart import TimetableChart, build_timetable_chart
from api.web.date_formats import (
    format_date,
    format_short_date,
    format_time_range,
    zone_abbreviation,
)
from coach.cycle import Cycle, ObjectiveLevel
from coach.people import Coach, Coachee, Person, Roster
from coach.plural import pluralise
from coach.ranks import Rank
from coach.sessions import Session
from matching.explanation import Section
from matching.explanation.candidate_changes import person_label
from matching.result import (
    CoacheeChange,
    FunnelStep,
    LevelOutcome,
    Match,
    Move,
    Remedy,
    Result,
    Unmatched,
    Verdict,
)

DisplayNames = Mapping[str, str]

LEVEL_LABELS = {
    ObjectiveLevel.PLACED: "Coachees with a coach, each counted with their priority",
    ObjectiveLevel.KEPT: "Pairs kept from the earlier plan",
    ObjectiveLevel.WORST: "Points of the match with the fewest",
    ObjectiveLevel.TOTAL: "Points of all matches together",
    ObjectiveLevel.SCHEDULE: "Quality of the session series",
}
"""What each level of the objective measures, in words."""

REASON_LABELS = {
    "nobody-eligible": "The rules leave no coach.",
    "nobody-schedulable": (
        "The rules leave coaches, but with none of them can all the sessions be placed."
    ),
    "all-taken": (
        "There are coaches with whom all the sessions fit, but others need their places."
    ),
}
"""Why a coachee has no coach, in a sentence."""


@dataclass(frozen=True, slots=True)
class PersonViewModel:
    """A person as tables show them; `place` is the display name of the country or territory."""

    id: str
    name: str
    rank: str
    place: str


@dataclass(frozen=True, slots=True)
class SessionViewModel:
    """A session in the cycle's zone: `Wed 20 Jan 2027`, `09:00 to 10:30`, `CET`."""

    uid: str
    number: int
    day: str
    hours: str
    zone: str


@dataclass(frozen=True, slots=True)
class MatchViewModel:
    """A match with its reasons; no pair of this policy can have more than `max_points`.

    `next_best` tells the runner-up and its price, where that was worked out.
    """

    coachee: PersonViewModel
    coach: PersonViewModel
    points: int
    max_points: int
    verdicts: tuple[Verdict, ...]
    sessions: tuple[SessionViewModel, ...]
    next_best: Section | None


@dataclass(frozen=True, slots=True)
class UnmatchedViewModel:
    """Somebody without a coach: why, how many coaches each rule left, and what would help.

    The funnel ends with the rule that leaves nobody.
    """

    coachee: PersonViewModel
    why: str
    funnel: tuple[FunnelStep, ...]
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True, slots=True)
class MoveViewModel:
    """What a re-match changed for somebody, in words, and why. Whoever has left is told by id."""

    coachee: str
    change: str
    because: str


@dataclass(frozen=True, slots=True)
class LevelViewModel:
    """One level in words; `proof_status` says whether the value is proven or how far it may be."""

    words: str
    value: int
    proof_status: str


@dataclass(frozen=True, slots=True)
class LoadViewModel:
    """How many of a coach's places are taken (drawn by `capacity_dots`), by how many sessions."""

    coach: PersonViewModel
    assigned: int
    capacity: int
    capacity_dots: str
    sessions: int


@dataclass(frozen=True, slots=True)
class PlanViewModel:
    """A whole plan for people."""

    name: str
    period: str
    proof_status: str
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
    footnotes: tuple[str, ...]


def present_plan(
    roster: Roster,
    cycle: Cycle,
    result: Result,
    deployment: Organisation,
    next_best: Mapping[str, Section] = MappingProxyType({}),
) -> PlanViewModel:
    """The view of `result`; matches and unmatched keep the order they have in it.

    `next_best` tells the runner-ups that are known, by coachee.
    """
    coachees = {person.id: person for person in roster.coachees}
    coaches = {person.id: person for person in roster.coaches}
    return PlanViewModel(
        name=cycle.cycle.name,
        period=f"{format_date(cycle.cycle.start)} to {format_date(cycle.cycle.end)}",
        proof_status=_proof_status(result),
        placed=len(result.matches),
        coachees=len(roster.coachees),
        coaches=len(roster.coaches),
        sessions=sum(len(match.sessions) for match in result.matches),
        levels=tuple(
            _level(outcome)
            for outcome in result.levels
            if outcome.name is not ObjectiveLevel.KEPT or outcome.bound
        ),
        matches=tuple(
            present_match(
                match,
                (coachees[match.coachee], coaches[match.coach]),
                cycle,
                deployment,
                next_best.get(match.coachee),
            )
            for match in result.matches
        ),
        unmatched=tuple(
            present_unmatched(entry, coachees[entry.coachee], deployment)
            for entry in result.unmatched
        ),
        moves=present_moves(result.moves, (*roster.coachees, *roster.coaches)),
        loads=_loads(roster, result, deployment),
        chart=build_timetable_chart(roster, cycle, result),
        footnotes=deployment.footnotes({p.country for p in (*roster.coachees, *roster.coaches)}),
    )


def display_names(people: Iterable[Person]) -> DisplayNames:
    """Everybody as the manager reads of them, by id."""
    return {one.id: person_label(one) for one in people}


def display_name(names: DisplayNames, one: str | None) -> str:
    """Somebody by name; whoever has left is told by id."""
    return "nobody" if one is None else names.get(one, one)


def present_moves(moves: Iterable[Move], people: Iterable[Person]) -> tuple[MoveViewModel, ...]:
    """Moves in words; whoever is not among `people` is told by id."""
    name_of = partial(display_name, display_names(people))

    def change(move: Move) -> str:
        if move.sessions:
            times = pluralise(len(move.sessions), "session")
            return f"{times} with {name_of(move.after)} at other times"
        if move.change is CoacheeChange.RETIMED:
            return f"stays with {name_of(move.after)}, for more or fewer sessions"
        return f"{name_of(move.after)} instead of {name_of(move.before)}"

    return tuple(
        MoveViewModel(coachee=name_of(move.coachee), change=change(move), because=move.because)
        for move in moves
    )


def present_person(person: Person, deployment: Organisation) -> PersonViewModel:
    """A person of the roster for people."""
    return PersonViewModel(
        id=person.id,
        name=person.name,
        rank=format_rank(person.rank),
        place=deployment.territory(person.country).name,
    )


def format_rank(rank: Rank) -> str:
    """`OF-5`, or for civilians `civilian`, `civilian as OF-8`, `civilian above OF-10`."""
    if not rank.civilian:
        return rank.code
    for mark, words in (("~", "as"), (">", "above")):
        if mark in rank.code:
            return f"civilian {words} {rank.code.partition(mark)[2]}"
    return "civilian"


def present_session(session: Session, cycle: Cycle) -> SessionViewModel:
    """A session for people, in the cycle's zone."""
    local = session.start.astimezone(cycle.cycle.zone)
    return SessionViewModel(
        uid=session.uid,
        number=session.number,
        day=format_short_date(local.date()),
        hours=format_time_range(session.start, session.end, cycle.cycle.zone),
        zone=zone_abbreviation(local),
    )


def _proof_status(result: Result) -> str:
    if result.status == "optimal":
        return "Proven: no other plan places more people or serves them better."
    return (
        "Usable, but not proven best: the time limit came first. "
        "Beside each aim stands how much better a plan could be at most."
    )


def _level(outcome: LevelOutcome) -> LevelViewModel:
    proof_status = "proven best" if outcome.proven else f"at most {outcome.bound} is possible"
    return LevelViewModel(LEVEL_LABELS[outcome.name], outcome.value, proof_status)


def present_match(
    match: Match,
    pair: tuple[Coachee, Coach],
    cycle: Cycle,
    deployment: Organisation,
    next_best: Section | None = None,
) -> MatchViewModel:
    """A match with its reasons and sessions."""
    coachee, coach = pair
    return MatchViewModel(
        coachee=present_person(coachee, deployment),
        coach=present_person(coach, deployment),
        points=match.points,
        max_points=sum(100 * verdict.weight for verdict in match.verdicts),
        verdicts=match.verdicts,
        sessions=tuple(present_session(session, cycle) for session in match.sessions),
        next_best=next_best,
    )


def present_unmatched(
    entry: Unmatched, coachee: Coachee, deployment: Organisation
) -> UnmatchedViewModel:
    """Somebody without a coach: why, and what would help."""
    return UnmatchedViewModel(
        coachee=present_person(coachee, deployment),
        why=REASON_LABELS[entry.reason],
        funnel=_until_empty(entry.funnel),
        remedies=entry.remedies,
    )


def _until_empty(funnel: tuple[FunnelStep, ...]) -> tuple[FunnelStep, ...]:
    """The steps of a funnel up to the first that leaves nobody: the later ones say no more."""
    empty = next((place for place, step in enumerate(funnel, 1) if step.left == 0), len(funnel))
    return funnel[:empty]


def _loads(roster: Roster, result: Result, deployment: Organisation) -> tuple[LoadViewModel, ...]:
    assigned = {coach.id: 0 for coach in roster.coaches}
    sessions = dict(assigned)
    for match in result.matches:
        assigned[match.coach] += 1
        sessions[match.coach] += len(match.sessions)
    return tuple(
        LoadViewModel(
            coach=present_person(coach, deployment),
            assigned=assigned[coach.id],
            capacity=coach.capacity,
            capacity_dots="●" * assigned[coach.id] + "○" * (coach.capacity - assigned[coach.id]),
            sessions=sessions[coach.id],
        )
        for coach in roster.coaches
    )
