"""The matching problem as arrays: the feasible pairs, their points, and the constraints."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import NDArray

from coach.cycle import Cycle
from coach.humans import humans_of
from coach.people import Roster
from matching.concurrency import ParallelMap
from matching.instance.availability_grid import AvailabilityGrid
from matching.instance.partial_cycle import FixedHistory
from matching.instance.roster_rows import Pair, kept_pairs, pin_pairs, present_pairs
from matching.instance.series_feasibility import can_place_remaining, schedulable
from matching.instance.series_limits import RemainingDemand, SeriesLimits, session_limits
from matching.instance.shared_humans import SharedHumans, shared_humans
from matching.result import Result


@dataclass(frozen=True, eq=False)
class EligiblePairs:
    """The pairs that pass every hard rule, sorted by coachee and then by coach.

    Attributes:
        coachee: `int32[P]`, rows of `Roster.coachees`.
        coach: `int32[P]`, rows of `Roster.coaches`.
        points: `int32[P]`, the weighted sum of the points of all rules.
    """

    coachee: NDArray[np.int32]
    coach: NDArray[np.int32]
    points: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class MatchingProblem:
    """The pairs that pass all rules and could place all sessions if there were no other pairs.

    Attributes:
        priority: `int64[n]`, the coachees' priorities.
        capacity: `int64[m]`, the maximum number of coachees for each coach.
        coachee: `int64[P]`, rows in the roster; pairs are sorted by (coachee, coach).
        coach: `int64[P]`, rows in the roster.
        points: `int64[P]`, the pairs' points.
        kept: `bool[P]`, whether the pair is in the earlier result.
        repeated: `bool[P]`, whether the two people were a pair in an earlier cycle.
        cross: `bool[P]`, whether the pair crosses a border.
        pinned: `bool[P]`, whether the pair must be chosen.
        share: the minimum share of cross-border pairs among the chosen ones.
        limits: gaps, lengths and caps of sessions.
        free: everyone's free starts.
        demand: the sessions each pair still has to place in a cycle in progress, otherwise `None`.
        sessions_in_week: each coach's number of past sessions in the week `week`, keyed by row.
        week: the week of `UnderWay.not_before` in a cycle in progress, otherwise -1.
        humans: the humans with several rows, or `None` if there are none.
    """

    priority: NDArray[np.int64]
    capacity: NDArray[np.int64]
    coachee: NDArray[np.int64]
    coach: NDArray[np.int64]
    points: NDArray[np.int64]
    kept: NDArray[np.bool_]
    repeated: NDArray[np.bool_]
    cross: NDArray[np.bool_]
    pinned: NDArray[np.bool_]
    share: Fraction
    limits: SeriesLimits
    free: AvailabilityGrid
    demand: RemainingDemand | None = None
    sessions_in_week: Mapping[int, int] = field(default_factory=dict)
    week: int = -1
    humans: SharedHumans | None = None

    @property
    def size(self) -> int:
        """The number of pairs."""
        return len(self.coachee)

    @cached_property
    def by_coach(self) -> tuple[NDArray[np.int64], ...]:
        """The indices of each coach's pairs, in ascending order of coachee."""
        order = np.argsort(self.coach, kind="stable")
        edges = np.searchsorted(self.coach[order], np.arange(1, len(self.capacity)))
        return tuple(np.split(order, edges))

    def times(self, pair: int, series: Sequence[int]) -> list[tuple[int, int]]:
        """Return the start and end of each session in a pair's `series`, in epoch minutes."""
        limits = self.limits
        times = [(start, start + limits.minutes) for start in series]
        if times and limits.contracting is not None and self.opens(pair):
            times[0] = series[0], series[0] + limits.contracting.minutes
        return times

    def opens(self, pair: int) -> bool:
        """Return whether the first session that a pair has to place is a contracting session."""
        if self.limits.contracting is None:
            return False
        return self.demand is None or bool(self.demand.remaining[pair] > self.limits.count)

    def subset(self, pairs: NDArray[np.bool_]) -> MatchingProblem:
        """Return the problem restricted to the pairs for which `pairs: bool[P]` is true."""
        return replace(
            self,
            coachee=self.coachee[pairs],
            coach=self.coach[pairs],
            points=self.points[pairs],
            kept=self.kept[pairs],
            repeated=self.repeated[pairs],
            cross=self.cross[pairs],
            pinned=self.pinned[pairs],
            demand=self.demand and self.demand.subset(pairs),
        )

    def keeping(self, pairs: Collection[Pair]) -> MatchingProblem:
        """Return the problem in which the level `kept` counts `pairs`, given as rows."""
        return replace(self, kept=_pair_mask(self.coachee, self.coach, pairs))


def build_problem(
    roster: Roster,
    cycle: Cycle,
    free: AvailabilityGrid,
    eligible: EligiblePairs,
    *,
    keep: Result | None = None,
    on_block: Callable[[], object] = lambda: None,
    parallel_map: ParallelMap = map,
    history: FixedHistory | None = None,
) -> MatchingProblem:
    """Build the matching problem of a cycle.

    Args:
        roster: the coachees and coaches.
        cycle: the policy; its pins become required pairs.
        free: everyone's free starts.
        eligible: the pairs that pass all hard rules.
        keep: an earlier result; the level `kept` counts its pairs.
        on_block: called between blocks of pairs; may raise an exception to stop.
        parallel_map: may process several blocks concurrently.
        history: the fixed history of a cycle in progress.
    """
    limits = session_limits(roster, cycle.sessions)
    humans = shared_humans(humans_of(roster))
    free, demand = _remaining(roster, free, eligible, limits, humans=humans, history=history)
    able = _schedulable(
        free, limits, eligible, demand, on_block=on_block, parallel_map=parallel_map
    )
    coachee = eligible.coachee[able].astype(np.int64)
    coach = eligible.coach[able].astype(np.int64)
    return MatchingProblem(
        priority=np.array([person.priority for person in roster.coachees], dtype=np.int64),
        capacity=np.array([person.capacity for person in roster.coaches], dtype=np.int64),
        coachee=coachee,
        coach=coach,
        points=eligible.points[able].astype(np.int64),
        kept=_pair_mask(coachee, coach, kept_pairs(roster, keep)),
        repeated=_pair_mask(coachee, coach, present_pairs(roster, roster.earlier_pairs or ())),
        cross=_cross_border(roster, coachee, coach),
        pinned=_pair_mask(coachee, coach, pin_pairs(roster, cycle)),
        share=_required_share(roster, cycle),
        limits=limits,
        free=free,
        demand=demand and demand.subset(able),
        sessions_in_week=_sessions_in_first_week(roster, history),
        week=history.week if history else -1,
        humans=humans,
    )


def _remaining(
    roster: Roster,
    free: AvailabilityGrid,
    eligible: EligiblePairs,
    limits: SeriesLimits,
    *,
    humans: SharedHumans | None,
    history: FixedHistory | None,
) -> tuple[AvailabilityGrid, RemainingDemand | None]:
    """Return the free starts and, for a cycle in progress, the remaining demand."""
    if history is None:
        return free, None
    free = history.remaining_availability(roster, free, limits)
    demand = history.demand(roster, eligible.coachee, eligible.coach)
    if humans is not None:
        free = history.without_past_overlaps(roster, humans, free)
    return free, demand


def _schedulable(
    free: AvailabilityGrid,
    limits: SeriesLimits,
    eligible: EligiblePairs,
    demand: RemainingDemand | None,
    *,
    on_block: Callable[[], object],
    parallel_map: ParallelMap,
) -> NDArray[np.bool_]:
    """Return `bool[P]`: whether each eligible pair can place all its (remaining) sessions."""
    pairs = eligible.coachee, eligible.coach
    if demand is None:
        return schedulable(free, limits, *pairs, on_block=on_block, parallel_map=parallel_map)
    return can_place_remaining(
        free, limits, *pairs, demand, on_block=on_block, parallel_map=parallel_map
    )


def _pair_mask(
    coachee: NDArray[np.int64], coach: NDArray[np.int64], pairs: Collection[Pair]
) -> NDArray[np.bool_]:
    """Return `bool[P]`: whether each pair `(coachee[p], coach[p])` is among `pairs`."""
    width = 1 + max([int(coach.max(initial=0)), *(column for _, column in pairs)])
    codes = [row * width + column for row, column in pairs]
    return np.isin(coachee * width + coach, np.array(codes, dtype=np.int64))


def _cross_border(
    roster: Roster, coachee: NDArray[np.int64], coach: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return `bool[P]`: whether each pair crosses a border."""
    own = np.array([person.country for person in roster.coachees], dtype=object)
    other = np.array([person.country for person in roster.coaches], dtype=object)
    different: NDArray[np.bool_] = (own[coachee] != other[coach]).astype(np.bool_)
    return different


def _required_share(roster: Roster, cycle: Cycle) -> Fraction:
    share = Fraction(str(cycle.rules.country.minimum_cross_border_share))
    return least_attainable_share(share, len(roster.coachees))


def _sessions_in_first_week(roster: Roster, history: FixedHistory | None) -> dict[int, int]:
    """Return each coach's number of past sessions in the week of `not_before`, keyed by row."""
    if history is None:
        return {}
    return {
        row: history.sessions_in_first_week(coach.id) for row, coach in enumerate(roster.coaches)
    }


def least_attainable_share(share: Fraction, people: int) -> Fraction:
    """Return the smallest share, at least `share`, that up to `people` pairs can attain.

    For up to `people` pairs, requiring this share is equivalent to requiring `share`.
    """
    if share == 0:
        return share
    return min(
        (Fraction(ceil(share * pairs), pairs) for pairs in range(1, people + 1)), default=share
    )


def cross_border_balance(problem: MatchingProblem) -> NDArray[np.int64]:
    """Return `int64[P]`: each pair's contribution to the cross-border balance.

    The contribution is `cross - share`, multiplied by the denominator of the share. The sum over
    all chosen pairs must be at least 0.
    """
    return problem.share.denominator * problem.cross.astype(np.int64) - problem.share.numerator
