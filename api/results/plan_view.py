"""One value of a plan for people: the report, the spreadsheet and the pages all print it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from api.organisation import Deployment
from api.results.timetable_chart import Picture, draw_timetable
from api.web.date_formats import day_text, hours_text, short_day_text, zone_short
from coach.cycle import Cycle, ObjectiveLevel
from coach.people import Coach, Coachee, Person, Roster
from coach.plural import counted
from coach.ranks import Rank
from coach.sessions import Session
from matching.explanation import Section
from matching.explanation.candidate_changes import named
from matching.result import (
    Change,
    FunnelStep,
    LevelOutcome,
    Match,
    Move,
    Remedy,
    Result,
    Unmatched,
    Verdict,
)

Names = Mapping[str, str]

LEVEL_WORDS = {
    ObjectiveLevel.PLACED: "Coachees with a coach, each counted with their priority",
    ObjectiveLevel.KEPT: "Pairs kept from the earlier plan",
    ObjectiveLevel.WORST: "Points of the match with the fewest",
    ObjectiveLevel.TOTAL: "Points of all matches together",
    ObjectiveLevel.SCHEDULE: "Quality of the session series",
}
"""What each level of the objective measures, in words."""

REASON_WORDS = {
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
class PersonView:
    """A person as tables show them; `place` is the display name of the country or territory."""

    id: str
    name: str
    rank: str
    place: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session in the cycle's zone: `Wed 20 Jan 2027`, `09:00 to 10:30`, `CET`."""

    uid: str
    number: int
    day: str
    hours: str
    zone: str


@dataclass(frozen=True, slots=True)
class MatchView:
    """A match with its reasons; no pair of this policy can have more than `most_points`.

    `next_best` tells the runner-up and its price, where that was worked out.
    """

    coachee: PersonView
    coach: PersonView
    points: int
    most_points: int
    verdicts: tuple[Verdict, ...]
    sessions: tuple[SessionView, ...]
    next_best: Section | None


@dataclass(frozen=True, slots=True)
class UnmatchedView:
    """Somebody without a coach: why, how many coaches each rule left, and what would help.

    The funnel ends with the rule that leaves nobody.
    """

    coachee: PersonView
    why: str
    funnel: tuple[FunnelStep, ...]
    remedies: tuple[Remedy, ...]


@dataclass(frozen=True, slots=True)
class MoveView:
    """What a re-match changed for somebody, in words, and why. Whoever has left is told by id."""

    coachee: str
    change: str
    because: str


@dataclass(frozen=True, slots=True)
class LevelView:
    """One level in words; `standing` says whether the value is proven or how far it may be."""

    words: str
    value: int
    standing: str


@dataclass(frozen=True, slots=True)
class LoadView:
    """How many of a coach's places are taken (`places` draws them), and by how many sessions."""

    coach: PersonView
    taken: int
    capacity: int
    places: str
    sessions: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """A whole plan for people."""

    name: str
    period: str
    standing: str
    placed: int
    coachees: int
    coaches: int
    sessions: int
    levels: tuple[LevelView, ...]
    matches: tuple[MatchView, ...]
    unmatched: tuple[UnmatchedView, ...]
    moves: tuple[MoveView, ...]
    loads: tuple[LoadView, ...]
    picture: Picture
    footnotes: tuple[str, ...]


def view_plan(
    roster: Roster,
    cycle: Cycle,
    result: Result,
    deployment: Deployment,
    next_best: Mapping[str, Section] = MappingProxyType({}),
) -> PlanView:
    """The view of `result`; matches and unmatched keep the order they have in it.

    `next_best` tells the runner-ups that are known, by coachee.
    """
    coachees = {person.id: person for person in roster.coachees}
    coaches = {person.id: person for person in roster.coaches}
    return PlanView(
        name=cycle.cycle.name,
        period=f"{day_text(cycle.cycle.start)} to {day_text(cycle.cycle.end)}",
        standing=_standing(result),
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
            view_match(
                match,
                (coachees[match.coachee], coaches[match.coach]),
                cycle,
                deployment,
                next_best.get(match.coachee),
            )
            for match in result.matches
        ),
        unmatched=tuple(
            view_unmatched(entry, coachees[entry.coachee], deployment) for entry in result.unmatched
        ),
        moves=view_moves(result.moves, (*roster.coachees, *roster.coaches)),
        loads=_loads(roster, result, deployment),
        picture=draw_timetable(roster, cycle, result),
        footnotes=deployment.footnotes({p.country for p in (*roster.coachees, *roster.coaches)}),
    )


def names_of(people: Iterable[Person]) -> Names:
    """Everybody as the manager reads of them, by id."""
    return {one.id: named(one) for one in people}


def name_in(names: Names, one: str | None) -> str:
    """Somebody by name; whoever has left is told by id."""
    return "nobody" if one is None else names.get(one, one)


def view_moves(moves: Iterable[Move], people: Iterable[Person]) -> tuple[MoveView, ...]:
    """Moves in words; whoever is not among `people` is told by id."""
    called = partial(name_in, names_of(people))

    def change(move: Move) -> str:
        if move.sessions:
            times = counted(len(move.sessions), "session")
            return f"{times} with {called(move.after)} at other times"
        if move.change is Change.RETIMED:
            return f"stays with {called(move.after)}, for more or fewer sessions"
        return f"{called(move.after)} instead of {called(move.before)}"

    return tuple(
        MoveView(coachee=called(move.coachee), change=change(move), because=move.because)
        for move in moves
    )


def view_person(person: Person, deployment: Deployment) -> PersonView:
    """A person of the roster for people."""
    return PersonView(
        id=person.id,
        name=person.name,
        rank=rank_text(person.rank),
        place=deployment.territory(person.country).name,
    )


def rank_text(rank: Rank) -> str:
    """`OF-5`, or for civilians `civilian`, `civilian as OF-8`, `civilian above OF-10`."""
    if not rank.civilian:
        return rank.code
    for mark, words in (("~", "as"), (">", "above")):
        if mark in rank.code:
            return f"civilian {words} {rank.code.partition(mark)[2]}"
    return "civilian"


def view_session(session: Session, cycle: Cycle) -> SessionView:
    """A session for people, in the cycle's zone."""
    local = session.start.astimezone(cycle.cycle.zone)
    return SessionView(
        uid=session.uid,
        number=session.number,
        day=short_day_text(local.date()),
        hours=hours_text(session.start, session.end, cycle.cycle.zone),
        zone=zone_short(local),
    )


def _standing(result: Result) -> str:
    if result.status == "optimal":
        return "Proven: no other plan places more people or serves them better."
    return (
        "Usable, but not proven best: the time limit came first. "
        "Beside each aim stands how much better a plan could be at most."
    )


def _level(outcome: LevelOutcome) -> LevelView:
    standing = "proven best" if outcome.proven else f"at most {outcome.bound} is possible"
    return LevelView(LEVEL_WORDS[outcome.name], outcome.value, standing)


def view_match(
    match: Match,
    pair: tuple[Coachee, Coach],
    cycle: Cycle,
    deployment: Deployment,
    next_best: Section | None = None,
) -> MatchView:
    """A match with its reasons and sessions."""
    coachee, coach = pair
    return MatchView(
        coachee=view_person(coachee, deployment),
        coach=view_person(coach, deployment),
        points=match.points,
        most_points=sum(100 * verdict.weight for verdict in match.verdicts),
        verdicts=match.verdicts,
        sessions=tuple(view_session(session, cycle) for session in match.sessions),
        next_best=next_best,
    )


def view_unmatched(entry: Unmatched, coachee: Coachee, deployment: Deployment) -> UnmatchedView:
    """Somebody without a coach: why, and what would help."""
    return UnmatchedView(
        coachee=view_person(coachee, deployment),
        why=REASON_WORDS[entry.reason],
        funnel=_until_nobody_is_left(entry.funnel),
        remedies=entry.remedies,
    )


def _until_nobody_is_left(funnel: tuple[FunnelStep, ...]) -> tuple[FunnelStep, ...]:
    """The steps of a funnel up to the first that leaves nobody: the later ones say no more."""
    empty = next((place for place, step in enumerate(funnel, 1) if step.left == 0), len(funnel))
    return funnel[:empty]


def _loads(roster: Roster, result: Result, deployment: Deployment) -> tuple[LoadView, ...]:
    taken = {coach.id: 0 for coach in roster.coaches}
    sessions = dict(taken)
    for match in result.matches:
        taken[match.coach] += 1
        sessions[match.coach] += len(match.sessions)
    return tuple(
        LoadView(
            coach=view_person(coach, deployment),
            taken=taken[coach.id],
            capacity=coach.capacity,
            places="●" * taken[coach.id] + "○" * (coach.capacity - taken[coach.id]),
            sessions=sessions[coach.id],
        )
        for coach in roster.coaches
    )
