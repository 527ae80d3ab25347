"""View models of matches, unmatched coachees and sessions, in the cycle's time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from api.results import facts
from api.results.rank_words import format_rank
from api.results.reason_words import in_words
from api.web.date_formats import time_range_text, zone_abbreviation
from coach.cycle import Cycle
from coach.people import Coach, Coachee, Person
from coach.sessions import Session
from coach.texts.facts import Displayed, with_labels
from coach.texts.renderer import Renderer
from matching.explanation import Section
from matching.facts.names import rule_name
from matching.result import (
    FunnelStep,
    Match,
    Remedy,
    Unmatched,
    Verdict,
)
from matching.rules.repeat import RepeatRule

REASON_LABELS = {
    "nobody-eligible": facts.NOBODY_ELIGIBLE(),
    "nobody-schedulable": facts.NOBODY_SCHEDULABLE(),
    "all-taken": facts.ALL_TAKEN(),
}
"""The message for each reason why a coachee has no coach."""


@dataclass(frozen=True, slots=True)
class PersonViewModel:
    """A person, as shown in tables. `place` is the display name of the country or territory."""

    id: str
    name: str
    rank: Displayed
    place: str


@dataclass(frozen=True, slots=True)
class SessionViewModel:
    """A session in the cycle's zone, such as `Wed 20 Jan 2027`, `09:00 to 10:30`, `CET`."""

    uid: str
    number: int
    date: date
    day: str
    hours: str
    zone: str


@dataclass(frozen=True, slots=True)
class VerdictViewModel:
    """A rule's verdict on a match; `label` is the rule's name for display."""

    rule: str
    label: Displayed
    points: int
    weight: int
    because: Displayed


@dataclass(frozen=True, slots=True)
class FunnelStepViewModel:
    """The number of coaches left after a rule; `label` is the rule's name for display."""

    rule: str
    label: Displayed
    left: int


@dataclass(frozen=True, slots=True)
class MatchViewModel:
    """A match with the reasons for it.

    `max_points` is the maximum for any pair under this policy. `next_best` describes the runner-up
    and its price, if known. `is_pinned` is true if the policy pins the pair. `repeated` contains
    the earlier cycles in which the two were a pair, if the policy avoids such pairs.
    """

    coachee: PersonViewModel
    coach: PersonViewModel
    points: int
    max_points: int
    points_of_maximum: Displayed
    verdicts: tuple[VerdictViewModel, ...]
    sessions: tuple[SessionViewModel, ...]
    next_best: Section | None
    is_pinned: bool
    repeated: Displayed | None


@dataclass(frozen=True, slots=True)
class RemedyViewModel:
    """A change that would place a coachee, and its effect, with people's names."""

    change: Displayed
    effect: Displayed


@dataclass(frozen=True, slots=True)
class UnmatchedViewModel:
    """A coachee without a coach, with the reason, the funnel and the remedies.

    The funnel ends with the first rule that leaves no coach.
    """

    coachee: PersonViewModel
    why: Displayed
    funnel: tuple[FunnelStepViewModel, ...]
    remedies: tuple[RemedyViewModel, ...]
    remedies_complete: bool


def present_person(person: Person, texts: Renderer) -> PersonViewModel:
    """Return the view model of a person."""
    return PersonViewModel(
        id=person.id,
        name=person.name,
        rank=format_rank(person.rank),
        place=texts.territory(person.country),
    )


def present_session(session: Session, cycle: Cycle, texts: Renderer) -> SessionViewModel:
    """Return the view model of a session, in the cycle's zone."""
    zone = cycle.cycle.zone
    local, end = session.start.astimezone(zone), session.end.astimezone(zone)
    return SessionViewModel(
        uid=session.uid,
        number=session.number,
        date=local.date(),
        day=texts.short_date(local.date()),
        hours=time_range_text(texts, local.time(), end.time()),
        zone=zone_abbreviation(local),
    )


def present_verdict(verdict: Verdict) -> VerdictViewModel:
    """Return the view model of a verdict."""
    return VerdictViewModel(
        rule=verdict.rule,
        label=rule_name(verdict.rule),
        points=verdict.points,
        weight=verdict.weight,
        because=in_words(verdict.reason),
    )


def present_step(step: FunnelStep) -> FunnelStepViewModel:
    """Return the view model of a funnel step."""
    return FunnelStepViewModel(rule=step.rule, label=rule_name(step.rule), left=step.left)


def present_match(
    match: Match,
    pair: tuple[Coachee, Coach],
    cycle: Cycle,
    texts: Renderer,
    next_best: Section | None = None,
) -> MatchViewModel:
    """Return the view model of a match, with its reasons and sessions."""
    coachee, coach = pair
    max_points = sum(100 * verdict.weight for verdict in match.verdicts)
    return MatchViewModel(
        coachee=present_person(coachee, texts),
        coach=present_person(coach, texts),
        points=match.points,
        max_points=max_points,
        points_of_maximum=facts.MATCH_POINTS(points=match.points, count=max_points),
        verdicts=tuple(map(present_verdict, match.verdicts)),
        sessions=tuple(present_session(session, cycle, texts) for session in match.sessions),
        next_best=next_best,
        is_pinned=cycle.pins.get(match.coachee) == match.coach,
        repeated=next((one.reason for one in match.verdicts if one.rule == RepeatRule.name), None),
    )


def present_unmatched(
    entry: Unmatched, coachee: Coachee, names: Mapping[str, str], texts: Renderer
) -> UnmatchedViewModel:
    """Return the view model of a coachee without a coach, with the reason and the remedies.

    `names` maps the ids of the people in the remedies to their display names.
    """
    return UnmatchedViewModel(
        coachee=present_person(coachee, texts),
        why=REASON_LABELS[entry.reason],
        funnel=tuple(map(present_step, _until_empty(entry.funnel))),
        remedies=tuple(_named(remedy, names) for remedy in entry.remedies),
        remedies_complete=entry.remedies_complete,
    )


def _named(remedy: Remedy, names: Mapping[str, str]) -> RemedyViewModel:
    return RemedyViewModel(with_labels(remedy.change, names), with_labels(remedy.effect, names))


def _until_empty(funnel: tuple[FunnelStep, ...]) -> tuple[FunnelStep, ...]:
    """Return the steps up to the first one that leaves no coach."""
    empty = next((place for place, step in enumerate(funnel, 1) if step.left == 0), len(funnel))
    return funnel[:empty]
