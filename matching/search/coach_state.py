"""A coach's part of a plan: the subproblem, its incumbent, and the value of its timetable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from matching.coach_timetable.best_timetable import independent_costs
from matching.coach_timetable.calendar import CoachCalendar, Series
from matching.coach_timetable.model import starts_of_positions
from matching.coach_timetable.quality import MAX_QUALITY, Quality, SessionTime
from matching.coach_timetable.subproblem import (
    CoachIncumbent,
    CoachSubproblem,
    KeptTimes,
    build_subproblem,
    keep_bonus,
    starts_of_options,
)
from matching.deadline import Deadline
from matching.instance.roster_rows import Pair
from matching.search.column_generation import PricingOracles


@dataclass(frozen=True, eq=False)
class PreviousSchedule:
    """Sessions that pairs already have from an earlier result.

    Attributes:
        starts: the starts to keep if possible (epoch minutes), keyed by pair and session number.
        past: the past sessions, keyed by pair.
    """

    starts: Mapping[Pair, Mapping[int, int]] = field(default_factory=dict)
    past: Mapping[Pair, Sequence[SessionTime]] = field(default_factory=dict)


class CoachState:
    """A coach's subproblem and its incumbent.

    Attributes:
        row: the coach's row.
        pairs: the coach's pairs, ascending.
        starts: the session starts of each pair.
        points: the points of these series.
        bound: an upper bound on the points.
    """

    def __init__(
        self,
        oracles: PricingOracles,
        pairs: list[int],
        quality: Quality,
        previous: PreviousSchedule,
        deadline: Deadline,
    ) -> None:
        self.row = row = int(oracles.problem.coach[pairs[0]])
        oracle = oracles.oracle(row)
        self.pairs = pairs
        self.quality = quality
        self._linked_starts: list[Series] | None = None
        self._calendar = oracle.calendar
        self._placed = oracle.positions(oracles.local(row, pairs), deadline)
        self._keep_bonus = keep_bonus(len(pairs))
        self._coachees = oracles.problem.coachee[pairs].tolist()
        self._kept_times = {
            local: KeptTimes(previous.starts[coachee, row], self._keep_bonus)
            for local, coachee in zip(self._placed, self._coachees, strict=True)
            if (coachee, row) in previous.starts
        }
        self._past_times = [previous.past.get((coachee, row), ()) for coachee in self._coachees]
        # Contracting sessions do not count for the quality of a series.
        self._opens = [oracles.problem.opens(pair) for pair in pairs]
        self._incumbent: CoachIncumbent | None = None
        self._read()

    @cached_property
    def subproblem(self) -> CoachSubproblem:
        """The subproblem, built on first use because many coaches never need it."""
        return build_subproblem(self._calendar, self.quality, self._placed, self._kept_times)

    @property
    def incumbent(self) -> CoachIncumbent | None:
        """The incumbent, or `None` before the first improvement."""
        return self._incumbent

    @incumbent.setter
    def incumbent(self, incumbent: CoachIncumbent) -> None:
        if incumbent != self._incumbent:
            self._incumbent = incumbent
            self._read()

    @property
    def proven(self) -> bool:
        """Whether the incumbent is proven optimal."""
        return self._incumbent is not None and self._incumbent.proven

    @property
    def starts_alone(self) -> list[Series]:
        """The best known series, ignoring the other roles of the coachees and the coach."""
        if self._incumbent is None:
            return list(starts_of_positions(self._calendar, self._placed).values())
        return starts_of_options(self.subproblem, self._incumbent.timetable)

    def use(self, starts: list[Series]) -> None:
        """Use `starts`, which fit around other coaches' sessions, instead of `starts_alone`."""
        self._linked_starts = starts
        self._read()

    def worth(self, starts: Sequence[Series]) -> tuple[int, int]:
        """Return the number of sessions that keep their time, and the points of all series."""
        day = self._calendar.day_of
        points = sum(
            self.quality.points(
                coachee, self.row, [*past, *((day[one], one) for one in series[opens:])]
            )
            for coachee, past, series, opens in zip(
                self._coachees, self._past_times, starts, self._opens, strict=True
            )
        )
        return self._kept_sessions(starts), points

    def subproblem_within(
        self, calendar: CoachCalendar, placed: Mapping[int, Sequence[int]]
    ) -> CoachSubproblem:
        """Return the subproblem for another calendar, whose local indices match `pairs`."""
        own = dict(zip(self._placed, range(len(self.pairs)), strict=True))
        kept = {own[local]: times for local, times in self._kept_times.items()}
        return build_subproblem(calendar, self.quality, placed, kept)

    def _read(self) -> None:
        """Recompute starts, points and bound from the incumbent."""
        self.starts = self._linked_starts or self.starts_alone
        _, self.points = self.worth(self.starts)
        self.bound = MAX_QUALITY * len(self.pairs) - self._fixed_cost
        if self._incumbent is not None:
            self.bound -= max(self._independent_cost, self._least_cost(self._incumbent))

    def _least_cost(self, incumbent: CoachIncumbent) -> int:
        """Return a lower bound on the bonus-free cost of keeping as many sessions as the incumbent.

        For a linked coach with sessions to keep, the bound is 0, because the joint timetable may
        keep fewer of them than the incumbent.
        """
        if self._linked_starts is None:
            return incumbent.bound + self._keep_bonus * self._kept_sessions(self.starts)
        return 0 if self._kept_times else incumbent.bound

    def _kept_sessions(self, starts: Sequence[Series]) -> int:
        """Return the number of sessions that keep their earlier start."""
        return sum(
            kept.starts.get(number) == start
            for series, local in zip(starts, self._placed, strict=True)
            if (kept := self._kept_times.get(local)) is not None
            for number, start in enumerate(series, start=self._calendar.previous_number[local] + 1)
        )

    @cached_property
    def _fixed_cost(self) -> int:
        """The cost of past sessions, which includes the finish if no session follows."""
        return sum(
            self.quality.fault_cost(coachee, self.row, past, continues=bool(series))
            for coachee, past, series in zip(
                self._coachees, self._past_times, self.starts, strict=True
            )
        )

    @cached_property
    def _independent_cost(self) -> int:
        """A lower bound on the cost of all series without bonuses, or 0 if there are no bonuses."""
        if not self._kept_times:
            return 0
        free = build_subproblem(self._calendar, self.quality, self._placed, {})
        return sum(independent_costs(free))
