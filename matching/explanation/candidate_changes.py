"""Single changes that might give a coachee a coach, those that ask least of people first.

First what one coach or the coachee alone can grant (a place, a window, a wish), then what the
manager has fixed for one pair, then what changes the policy for everybody. What a person has
refused, the same unit, the chain of command and excluded pairs of countries are never offered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.people import Coach, Coachee, Person, RankSensitivity, Roster
from matching.explanation.eligibility import Standing
from matching.explanation.missing_windows import lacking_windows, with_window
from matching.explanation.policy import SHARE, policy_changes
from matching.instance.pair_report import SCHEDULE
from matching.rules.evaluation import Judges

_EACH_KIND = 3  # candidates of one kind that are worth trying
_MOST_PLACES = 50  # a coach's capacity in the file goes no further

_MORE_RELAXED = {
    RankSensitivity.STRICT: RankSensitivity.STANDARD,
    RankSensitivity.STANDARD: RankSensitivity.RELAXED,
}


@dataclass(frozen=True, eq=False)
class Change:
    """One change in words, and people and policy as they would be.

    `opens` tells a change of rules, of use to the coachee only by a coach it makes eligible.
    """

    words: str
    roster: Roster
    cycle: Cycle
    opens: bool = False


class Changes:
    """The changes worth trying for one coachee."""

    def __init__(self, judges: Judges, standing: Standing, load: dict[str, int]) -> None:
        """`load` says how many coachees each coach has now, by id."""
        self._roster = judges.facts.roster
        self._cycle = judges.facts.cycle
        self._standing = standing
        self._load = load
        self._coachee = self._roster.coachees[standing.row]
        columns = np.arange(len(self._roster.coaches))
        rows = np.full(len(columns), standing.row)
        self._points = judges.points(rows, columns)  # sums mean little where a rule objects

    def __iter__(self) -> Iterator[Change]:
        yield from self._places()
        yield from self._coachee_windows()
        yield from self._coach_windows()
        yield from self._coach_caps()
        yield from self._wishes()
        yield from self._bans()
        yield from self._policy()

    def _best(self, among: NDArray[np.bool_]) -> list[Coach]:
        """Coaches of `among`, those with most points first."""
        columns = np.flatnonzero(among)
        order = columns[np.argsort(-self._points[columns], kind="stable")]
        return [self._roster.coaches[column] for column in order.tolist()]

    def _places(self) -> Iterator[Change]:
        full = [coach for coach in self._best(self._standing.open) if self._is_full(coach)]
        for coach in full[:_EACH_KIND]:
            if coach.capacity < _MOST_PLACES:
                more = coach.model_copy(update={"capacity": coach.capacity + 1})
                yield self._with_coach(more, f"one more place with {named(coach)}")

    def _is_full(self, coach: Coach) -> bool:
        return self._load.get(coach.id, 0) >= coach.capacity

    def _coachee_windows(self) -> Iterator[Change]:
        """Windows of coaches the rules allow, those that most of them share first."""
        shared: dict[WeeklyWindow, int] = {}
        for coach in self._best(self._standing.eligible):
            for window in lacking_windows(self._coachee, coach, self._cycle):
                shared[window] = shared.get(window, 0) + (not self._is_full(coach))
        for window in sorted(shared, key=lambda one: -shared[one])[:_EACH_KIND]:
            yield self._with_coachee(
                with_window(self._coachee, window),
                self._also_free(self._coachee, window),
            )

    def _coach_windows(self) -> Iterator[Change]:
        tried = 0
        for coach in self._best(self._standing.eligible):
            lacking = lacking_windows(coach, self._coachee, self._cycle)
            if self._is_full(coach) or not lacking:
                continue
            longest = max(lacking, key=lambda one: one.end_minute - one.start_minute)
            yield self._with_coach(with_window(coach, longest), self._also_free(coach, longest))
            tried += 1
            if tried == _EACH_KIND:
                return

    def _also_free(self, person: Person, window: WeeklyWindow) -> str:
        elsewhere = person.timezone != self._cycle.cycle.timezone
        zone = f" ({person.timezone})" if elsewhere else ""
        return f"{named(person)} also free on {window}{zone}"

    def _coach_caps(self) -> Iterator[Change]:
        policy = self._cycle.sessions
        free = [coach for coach in self._best(self._standing.eligible) if not self._is_full(coach)]
        for coach in free[:_EACH_KIND]:
            week = (coach.max_per_week or policy.max_per_coach_week) + 1
            more = coach.model_copy(update={"max_per_week": week})
            yield self._with_coach(more, f"{named(coach)} takes {week} sessions a week")
            if coach.max_per_day:  # without a cap of their own the policy's is offered
                day = coach.max_per_day + 1
                more = coach.model_copy(update={"max_per_day": day})
                yield self._with_coach(more, f"{named(coach)} takes {day} sessions a day")

    def _wishes(self) -> Iterator[Change]:
        coachee = self._coachee
        if not self._standing.only("rank").any():
            return
        if coachee.uniformed_coach:
            yield self._with_coachee(
                coachee.model_copy(update={"uniformed_coach": False}),
                f"{named(coachee)} accepts a coach without uniform",
            )
        if more_relaxed := _MORE_RELAXED.get(coachee.rank_sensitivity):
            yield self._with_coachee(
                coachee.model_copy(update={"rank_sensitivity": more_relaxed}),
                f"rank sensitivity {more_relaxed} instead of {coachee.rank_sensitivity} "
                f"for {named(coachee)}",
            )

    def _bans(self) -> Iterator[Change]:
        for coach in self._best(self._standing.only("ban"))[:_EACH_KIND]:
            left = self._cycle.bans[self._coachee.id] - {coach.id}
            bans = {**self._cycle.bans, self._coachee.id: left}
            cycle = self._cycle.model_copy(update={"bans": bans})
            yield Change(f"the ban on {named(coach)} lifted", self._roster, cycle, opens=True)

    def _policy(self) -> Iterator[Change]:
        """Steps of the policy that concern what alone stands between the coachee and somebody."""
        standing = self._standing
        for step in policy_changes(self._cycle):
            if step.rule == SCHEDULE:
                concerns = standing.eligible.any()
            elif step.rule == SHARE:
                concerns = standing.open.any()
            else:
                concerns = standing.only(step.rule).any()
            if concerns:
                opens = step.rule not in {SCHEDULE, SHARE}
                yield Change(step.words, self._roster, step.cycle, opens=opens)

    def _with_coach(self, coach: Coach, words: str) -> Change:
        coaches = tuple(coach if one.id == coach.id else one for one in self._roster.coaches)
        return Change(words, self._roster.model_copy(update={"coaches": coaches}), self._cycle)

    def _with_coachee(self, coachee: Coachee, words: str) -> Change:
        people = tuple(coachee if one.id == coachee.id else one for one in self._roster.coachees)
        return Change(words, self._roster.model_copy(update={"coachees": people}), self._cycle)


def named(person: Person) -> str:
    """A person as the manager reads of them: `Ana Example (K-04)`."""
    return f"{person.name} ({person.id})"
