"""Marks on the pairs in a plan: bans, waivers, and preferences that outweighed a rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from api.results import mark_facts as facts
from coach.cycle import Cycle
from coach.people import Roster
from coach.texts.facts import Fact
from matching.facts.names import rule_name
from matching.result import Match
from matching.rules.objections import objections

_PREFERENCE = "preference"
_MOST_CHECKED = 200  # bans, each of which is compared with the other rules


@dataclass(frozen=True, slots=True)
class PairMark:
    """A mark on a pair; `overrides` is true if a waiver or a preference outweighed a rule."""

    words: Fact
    overrides: bool = False


PairMarks = Mapping[str, tuple[PairMark, ...]]
"""The marks for each coachee, keyed by id, whether or not they have a coach."""


def pair_marks(roster: Roster, policy: Cycle, matches: Iterable[Match]) -> PairMarks:
    """Return the marks for the coachees in `roster`, some of whom have a match in `matches`.

    `policy` is the manager's policy, without pins added for one run. `roster` needs to contain only
    those coaches who are in its coachees' matches, bans, and waivers.
    """
    marks: dict[str, list[PairMark]] = defaultdict(list)
    coach_of: dict[str, str] = {}
    prefers = {one.id: one.prefers for one in roster.coachees}
    for match in matches:
        coach_of[match.coachee] = match.coach
        verdicts = [(one.rule, one.points, one.weight, one.waived) for one in match.verdicts]
        marks[match.coachee] += overriding(verdicts, wished=match.coach in prefers[match.coachee])
    names = {one.id: one.name for one in roster.coaches}
    for coachee, mark in (*_bans(roster, policy, names), *_unused(policy, coach_of, names)):
        if coachee in prefers:
            marks[coachee].append(mark)
    return {coachee: tuple(of_one) for coachee, of_one in marks.items() if of_one}


def overriding(
    verdicts: Iterable[tuple[str, int, int, bool]], *, wished: bool
) -> Iterator[PairMark]:
    """Yield the marks of a match in which a waiver or a preference outweighed a rule.

    Args:
        verdicts: the rule, the points and the weight of each verdict, and whether the rule is
            waived.
        wished: whether the coach is among the coachee's preferences.
    """
    without_points = []
    for rule, points, weight, waived in verdicts:
        if waived:
            yield PairMark(facts.WAIVED(rule=rule_name(rule)), overrides=True)
        elif rule == _PREFERENCE:
            wished = wished and points * weight > 0
        elif weight and not points:
            without_points.append(rule_name(rule))
    if wished and without_points:
        yield PairMark(facts.WISHED(rules=without_points), overrides=True)


def _bans(
    roster: Roster, policy: Cycle, names: Mapping[str, str]
) -> Iterator[tuple[str, PairMark]]:
    without = policy.model_copy(update={"bans": {}})
    present = {one.id for one in roster.coachees}
    pairs = [
        (coachee, coach)
        for coachee, banned in policy.bans.items()
        for coach in sorted(banned)
        if coachee in present and coach in names
    ]
    for place, (coachee, coach) in enumerate(pairs):
        checked = place < _MOST_CHECKED
        anyway = checked and bool(objections(roster, without, coachee, coach))
        mark = facts.BANNED_ANYWAY if anyway else facts.BANNED
        yield coachee, PairMark(mark(coach=names[coach]))


def _unused(
    policy: Cycle, coach_of: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[tuple[str, PairMark]]:
    for one in policy.waivers:
        if coach_of.get(one.coachee) != one.coach:
            coach = names.get(one.coach, one.coach)
            mark = facts.WAIVER_UNUSED(rule=rule_name(one.rule), coach=coach)
            yield one.coachee, PairMark(mark)
