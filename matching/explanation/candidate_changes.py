"""Single changes that might allow a coachee to be matched, least demanding first.

The first changes concern only the coachee or one coach: an additional place, window or session, or
a dropped preference. They are followed by lifting a ban, and then by policy changes. Refusals,
units, chains of command and excluded pairs of countries are never changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coach.availability import WeeklyWindow, format_clock_time
from coach.cycle import Cycle
from coach.people import Coach, Coachee, Person, RankSensitivity, Roster
from coach.texts.facts import Fact
from matching.explanation.eligibility import Eligibility
from matching.explanation.missing_windows import missing_windows, with_window
from matching.explanation.policy_changes import SHARE, policy_changes
from matching.facts import changes as facts
from matching.rules.evaluation import RuleEvaluator
from matching.rules.schedule import SCHEDULE

_MAX_PER_KIND = 3  # candidates of each kind
_MAX_CAPACITY = 50  # the largest capacity that the coaches' file accepts

_NEXT_LOOSER_SENSITIVITY = {
    RankSensitivity.STRICT: RankSensitivity.STANDARD,
    RankSensitivity.STANDARD: RankSensitivity.RELAXED,
}


@dataclass(frozen=True, eq=False)
class CandidateChange:
    """A candidate change as a fact, and the roster and cycle that result from it.

    `makes_eligible` is true for a change to a rule, which helps only if it makes a coach eligible.
    """

    change: Fact
    roster: Roster
    cycle: Cycle
    makes_eligible: bool = False


class CandidateChanges:
    """An iterable of the candidate changes for an unmatched coachee, least demanding first."""

    def __init__(
        self, evaluator: RuleEvaluator, eligibility: Eligibility, load: dict[str, int]
    ) -> None:
        """Store the inputs. `load` maps each coach's id to their current number of coachees."""
        self._roster = evaluator.inputs.roster
        self._cycle = evaluator.inputs.cycle
        self._eligibility = eligibility
        self._load = load
        self._coachee = self._roster.coachees[eligibility.row]
        columns = np.arange(len(self._roster.coaches))
        rows = np.full(len(columns), eligibility.row)
        self._points = evaluator.points(rows, columns)  # meaningless for forbidden pairs

    def __iter__(self) -> Iterator[CandidateChange]:
        yield from self._places()
        yield from self._coachee_windows()
        yield from self._coach_windows()
        yield from self._coach_caps()
        yield from self._wishes()
        yield from self._bans()
        yield from self._policy()

    def _best(self, among: NDArray[np.bool_]) -> list[Coach]:
        """Return the coaches selected by the mask `among`, in order of decreasing points."""
        columns = np.flatnonzero(among)
        order = columns[np.argsort(-self._points[columns], kind="stable")]
        return [self._roster.coaches[column] for column in order.tolist()]

    def _places(self) -> Iterator[CandidateChange]:
        full = [coach for coach in self._best(self._eligibility.available) if self._is_full(coach)]
        for coach in full[:_MAX_PER_KIND]:
            if coach.capacity < _MAX_CAPACITY:
                more = coach.model_copy(update={"capacity": coach.capacity + 1})
                yield self._replace_coach(more, facts.ONE_MORE_PLACE(coach=coach.id))

    def _is_full(self, coach: Coach) -> bool:
        return self._load.get(coach.id, 0) >= coach.capacity

    def _coachee_windows(self) -> Iterator[CandidateChange]:
        """Yield extra windows for the coachee, starting with those offered by the most coaches."""
        shared: dict[WeeklyWindow, int] = {}
        for coach in self._best(self._eligibility.eligible):
            for window in missing_windows(self._coachee, coach, self._cycle):
                shared[window] = shared.get(window, 0) + (not self._is_full(coach))
        for window in sorted(shared, key=lambda one: -shared[one])[:_MAX_PER_KIND]:
            yield self._replace_coachee(
                with_window(self._coachee, window),
                self._coachee_free(window),
            )

    def _coach_windows(self) -> Iterator[CandidateChange]:
        tried = 0
        for coach in self._best(self._eligibility.eligible):
            missing = missing_windows(coach, self._coachee, self._cycle)
            if self._is_full(coach) or not missing:
                continue
            longest = max(missing, key=lambda one: one.end_minute - one.start_minute)
            yield self._replace_coach(with_window(coach, longest), self._coach_free(coach, longest))
            tried += 1
            if tried == _MAX_PER_KIND:
                return

    def _coachee_free(self, window: WeeklyWindow) -> Fact:
        person, times = self._coachee, _window_params(window)
        if person.timezone == self._cycle.cycle.timezone:
            return facts.COACHEE_FREE(coachee=person.id, **times)
        return facts.COACHEE_FREE_IN_ZONE(coachee=person.id, **times, zone=person.timezone)

    def _coach_free(self, person: Coach, window: WeeklyWindow) -> Fact:
        times = _window_params(window)
        if person.timezone == self._cycle.cycle.timezone:
            return facts.COACH_FREE(coach=person.id, **times)
        return facts.COACH_FREE_IN_ZONE(coach=person.id, **times, zone=person.timezone)

    def _coach_caps(self) -> Iterator[CandidateChange]:
        policy = self._cycle.sessions
        free = [
            coach for coach in self._best(self._eligibility.eligible) if not self._is_full(coach)
        ]
        for coach in free[:_MAX_PER_KIND]:
            week = (coach.max_per_week or policy.max_per_coach_week) + 1
            more = coach.model_copy(update={"max_per_week": week})
            yield self._replace_coach(more, facts.SESSIONS_A_WEEK(coach=coach.id, count=week))
            if coach.max_per_day:  # otherwise covered by a policy change
                day = coach.max_per_day + 1
                more = coach.model_copy(update={"max_per_day": day})
                yield self._replace_coach(more, facts.SESSIONS_A_DAY(coach=coach.id, count=day))

    def _wishes(self) -> Iterator[CandidateChange]:
        coachee = self._coachee
        if not self._eligibility.blocked_only_by("rank").any():
            return
        if coachee.uniformed_coach:
            yield self._replace_coachee(
                coachee.model_copy(update={"uniformed_coach": False}),
                facts.WITHOUT_UNIFORM(coachee=coachee.id),
            )
        if more_relaxed := _NEXT_LOOSER_SENSITIVITY.get(coachee.rank_sensitivity):
            yield self._replace_coachee(
                coachee.model_copy(update={"rank_sensitivity": more_relaxed}),
                facts.SENSITIVITIES[more_relaxed.value](coachee=coachee.id),
            )

    def _bans(self) -> Iterator[CandidateChange]:
        for coach in self._best(self._eligibility.blocked_only_by("ban"))[:_MAX_PER_KIND]:
            left = self._cycle.bans[self._coachee.id] - {coach.id}
            bans = {**self._cycle.bans, self._coachee.id: left}
            cycle = self._cycle.model_copy(update={"bans": bans})
            yield CandidateChange(
                facts.BAN_LIFTED(coach=coach.id), self._roster, cycle, makes_eligible=True
            )

    def _policy(self) -> Iterator[CandidateChange]:
        """Yield the policy changes that could remove the only obstacle to a match."""
        eligibility = self._eligibility
        for step in policy_changes(self._cycle):
            if step.rule == SCHEDULE:
                concerns = eligibility.eligible.any()
            elif step.rule == SHARE:
                concerns = eligibility.available.any()
            else:
                concerns = eligibility.blocked_only_by(step.rule).any()
            if concerns:
                makes_eligible = step.rule not in {SCHEDULE, SHARE}
                yield CandidateChange(
                    step.change, self._roster, step.cycle, makes_eligible=makes_eligible
                )

    def _replace_coach(self, coach: Coach, change: Fact) -> CandidateChange:
        coaches = tuple(coach if one.id == coach.id else one for one in self._roster.coaches)
        return CandidateChange(
            change, self._roster.model_copy(update={"coaches": coaches}), self._cycle
        )

    def _replace_coachee(self, coachee: Coachee, change: Fact) -> CandidateChange:
        people = tuple(coachee if one.id == coachee.id else one for one in self._roster.coachees)
        return CandidateChange(
            change, self._roster.model_copy(update={"coachees": people}), self._cycle
        )


def _window_params(window: WeeklyWindow) -> dict[str, object]:
    """Return the message parameters for a weekly window."""
    start, end = format_clock_time(window.start_minute), format_clock_time(window.end_minute)
    return {"weekday": window.weekday, "start": start, "end": end}


def person_label(person: Person) -> str:
    """Return a person's name and id, formatted as `Ana Example (K-04)`."""
    return f"{person.name} ({person.id})"
