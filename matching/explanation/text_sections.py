"""Renders an explanation as titled sections of plain text, for a terminal or a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from coach.people import Roster
from coach.plural import pluralise
from coach.texts.facts import Displayed
from matching.explanation.candidate_changes import person_label
from matching.explanation.explain_coachee import Explanation, OtherCoach, RunnerUp
from matching.rematching.comparison import CoacheeDifference
from matching.result import Match, Unmatched, Verdict

_MAX_OTHERS = 5  # maximum number of other coaches shown

_REASONS = {
    "nobody-eligible": "the rules exclude every coach",
    "nobody-schedulable": "none of the coaches allowed by the rules has time for all sessions",
    "all-taken": "every suitable coach is needed by others",
}


class Section(NamedTuple):
    """A heading and the lines below it."""

    title: Displayed
    lines: tuple[Displayed, ...]


def sections(explanation: Explanation, roster: Roster) -> tuple[Section, ...]:
    """Return the explanation of a coachee's match, or lack of one, as sections."""
    return tuple(_SectionBuilder(_names(roster)).sections(explanation))


def runner_up_section(second: RunnerUp | None, roster: Roster) -> Section:
    """Return a section about a match's runner-up, or about its absence if `second` is `None`."""
    return _SectionBuilder(_names(roster)).runner_up(second)


def _names(roster: Roster) -> dict[str, str]:
    return {person.id: person_label(person) for person in (*roster.coachees, *roster.coaches)}


class _SectionBuilder:
    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def sections(self, explanation: Explanation) -> Iterator[Section]:
        coachee = self._name(explanation.coachee)
        if explanation.match:
            yield self._match(coachee, explanation.match)
            yield self.runner_up(explanation.runner_up)
        if explanation.unmatched:
            yield from self._unmatched(coachee, explanation.unmatched)
        if explanation.others:
            lines = tuple(map(self._other, explanation.others[:_MAX_OTHERS]))
            more = len(explanation.others) - len(lines)
            title = f"Other coaches (the first {len(lines)} of {len(lines) + more})"
            yield Section(title if more else "Other coaches", lines)

    def _name(self, one: str | None) -> str:
        return "nobody" if one is None else self._names.get(one, one)

    def _match(self, coachee: str, match: Match) -> Section:
        title = f"{coachee} is with {self._name(match.coach)}, {pluralise(match.points, 'point')}"
        return Section(title, tuple(map(_verdict, match.verdicts)))

    def runner_up(self, second: RunnerUp | None) -> Section:
        """Return a section about the runner-up and its price, or about its absence."""
        if second is None:
            return Section("There is no other coach", ("No other coach is possible.",))
        price = [
            f"{level.name}: {level.after} instead of {level.before}"
            for level in second.price
            if level.gain
        ]
        moves = [*map(self._move, second.moves)]
        if not second.proven:
            moves.append("Not proven: time ran out, so there may be a better alternative.")
        return Section(
            f"The next best is {self._name(second.coach)}, {pluralise(second.points, 'point')}",
            (*(price or ["No cost to anybody, at any level."]), *moves),
        )

    def _move(self, move: CoacheeDifference) -> str:
        before, after = self._name(move.before), self._name(move.after)
        return f"{self._name(move.coachee)} would be with {after} instead of {before}"

    def _unmatched(self, coachee: str, entry: Unmatched) -> Iterator[Section]:
        steps = tuple(f"after {step.rule}: {step.left} left" for step in entry.funnel)
        yield Section(f"{coachee} has no coach: {_REASONS[entry.reason]}", steps)
        remedies = tuple(f"{remedy.change}: {remedy.effect}" for remedy in entry.remedies)
        lines = remedies or ("None of the single changes examined would help.",)
        if not entry.remedies_complete:
            lines = (*lines, "The search was not completed, so other changes may also help.")
        yield Section("What would help (each verified by solving again)", lines)

    def _other(self, other: OtherCoach) -> str:
        name = self._name(other.coach)
        if other.objections:
            because = "; ".join(f"{one.rule}: {one.because}" for one in other.objections)
            return f"{name}: not possible ({because})"
        points = pluralise(other.points or 0, "point")
        if other.holders:
            holders = ", ".join(map(self._name, other.holders))
            return f"{name}: {points}; the places are taken by {holders}"
        return f"{name}: {points}"


def _verdict(verdict: Verdict) -> str:
    worth = verdict.points * verdict.weight
    return f"{verdict.rule}: {worth} ({verdict.points} x {verdict.weight}), {verdict.because}"
