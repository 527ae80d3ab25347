"""Describes an explanation in titled sections, for a terminal or a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from coach.people import Roster
from coach.texts.facts import Displayed, Fact, with_labels
from matching.explanation.candidate_changes import person_label
from matching.explanation.explain_coachee import Explanation, OtherCoach, RunnerUp
from matching.facts import explanations as facts
from matching.facts.changes import REMEDY
from matching.facts.names import level_name, rule_name
from matching.facts.rules import OBJECTION
from matching.rematching.comparison import CoacheeDifference
from matching.result import Match, Unmatched, Verdict

_MAX_OTHERS = 5  # maximum number of other coaches shown


class Section(NamedTuple):
    """A heading and the lines below it."""

    title: Displayed
    lines: tuple[Displayed, ...]

    def named(self, names: Mapping[str, str]) -> Section:
        """Return the section with people's ids replaced by `names`."""
        lines = tuple(with_labels(line, names) for line in self.lines)
        return Section(with_labels(self.title, names), lines)


def sections(explanation: Explanation, roster: Roster) -> tuple[Section, ...]:
    """Return the explanation of a coachee's match, or of its absence, as sections with names."""
    names = _names(roster)
    return tuple(section.named(names) for section in _sections(explanation))


def runner_up_section(second: RunnerUp | None, names: Mapping[str, str]) -> Section:
    """Return a section about a match's runner-up, or about its absence if `second` is `None`.

    `names` maps the ids of people to their display names.
    """
    return _runner_up(second).named(names)


def _names(roster: Roster) -> dict[str, str]:
    return {person.id: person_label(person) for person in (*roster.coachees, *roster.coaches)}


def _sections(explanation: Explanation) -> Iterator[Section]:
    if explanation.match:
        yield _match(explanation.match)
        yield _runner_up(explanation.runner_up)
    if explanation.unmatched:
        yield from _unmatched(explanation.unmatched)
    if explanation.others:
        lines = tuple(map(_other, explanation.others[:_MAX_OTHERS]))
        number = len(explanation.others)
        title = (
            facts.OTHER_COACHES()
            if number == len(lines)
            else facts.FIRST_OTHER_COACHES(shown=len(lines), number=number)
        )
        yield Section(title, lines)


def _runner_up(second: RunnerUp | None) -> Section:
    if second is None:
        return Section(facts.NO_OTHER_COACH(), (facts.NO_OTHER_POSSIBLE(),))
    price = [
        facts.LEVEL(level=level_name(level.name.value), after=level.after, before=level.before)
        for level in second.price
        if level.gain
    ]
    moves = [*map(_would_move, second.moves)]
    if not second.proven:
        moves.append(facts.NOT_PROVEN())
    return Section(
        facts.NEXT_BEST(coach=second.coach, count=second.points),
        (*(price or [facts.NO_COST()]), *moves),
    )


def _verdict(verdict: Verdict) -> Fact:
    return facts.VERDICT(
        rule=rule_name(verdict.rule),
        product=verdict.points * verdict.weight,
        points=verdict.points,
        weight=verdict.weight,
        reason=verdict.reason,
    )


def _match(match: Match) -> Section:
    title = facts.MATCH(coachee=match.coachee, coach=match.coach, count=match.points)
    return Section(title, tuple(map(_verdict, match.verdicts)))


def _would_move(move: CoacheeDifference) -> Fact:
    if move.before is None:
        return facts.WOULD_BE_PLACED(coachee=move.coachee, after=move.after)
    if move.after is None:
        return facts.WOULD_BE_UNPLACED(coachee=move.coachee, before=move.before)
    return facts.WOULD_MOVE(coachee=move.coachee, after=move.after, before=move.before)


def _unmatched(entry: Unmatched) -> Iterator[Section]:
    yield Section(
        facts.UNMATCHED[entry.reason](coachee=entry.coachee),
        tuple(
            facts.FUNNEL_STEP(rule=rule_name(step.rule), left=step.left) for step in entry.funnel
        ),
    )
    lines = [REMEDY(change=one.change, effect=one.effect) for one in entry.remedies]
    if not lines:
        lines.append(facts.NOTHING_HELPS())
    if not entry.remedies_complete:
        lines.append(facts.SEARCH_NOT_COMPLETED())
    yield Section(facts.WHAT_WOULD_HELP(), tuple(lines))


def _other(other: OtherCoach) -> Fact:
    if other.objections:
        reasons = [
            OBJECTION(rule=rule_name(one.rule), reason=one.reason) for one in other.objections
        ]
        return facts.NOT_POSSIBLE(coach=other.coach, reasons=reasons)
    points = other.points or 0
    if other.holders:
        return facts.TAKEN(coach=other.coach, count=points, holders=other.holders)
    return facts.POSSIBLE(coach=other.coach, count=points)
