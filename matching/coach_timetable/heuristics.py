"""The quick heuristics for a coach's timetable, cheapest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.insertion_heuristic import extend_timetable, insert_all_series
from matching.coach_timetable.model import Placed
from matching.coach_timetable.negotiated_congestion import (
    LONG_EFFORT,
    QUICK_EFFORT,
    SHORT_EFFORT,
    NegotiationEffort,
    SeriesPlanner,
    negotiate,
)
from matching.coach_timetable.positions import members
from matching.deadline import Deadline

_ATTEMPTS = 2
_ATTEMPTS_BY_START = 12  # more, since negotiation is not available
_EFFORT_PER_SERIES = 0.0005
_MAX_MISSING = 2  # maximum number of series that are added to a known timetable


class TimetableHeuristics:
    """Insertion and negotiation for the sets of one coach."""

    def __init__(self, calendar: CoachCalendar) -> None:
        self._calendar = calendar
        self._planners: dict[int, SeriesPlanner] = {}

    def find(
        self,
        candidates: Sequence[int],
        known: Placed,
        effort: NegotiationEffort,
        deadline: Deadline,
    ) -> Placed | None:
        """Return a timetable of `candidates`, some of whose series are `known`, or `None`."""
        calendar, placed = self._calendar, None
        if known:
            deadline.spend(_EFFORT_PER_SERIES)
            placed = extend_timetable(calendar, known, candidates)
        if placed is None:
            deadline.spend(_EFFORT_PER_SERIES * len(candidates))
            attempts = _ATTEMPTS if calendar.by_day else _ATTEMPTS_BY_START
            placed = insert_all_series(calendar, candidates, attempts)
        if placed is None:
            placed = self.negotiate(candidates, known, effort, deadline)
        return placed

    @property
    def first_effort(self) -> NegotiationEffort:
        """The effort of a negotiation that takes place before the relaxation of a set is solved.

        The relaxation excludes most infeasible sets in less time than a longer negotiation takes.
        """
        return QUICK_EFFORT if self._calendar.by_day else SHORT_EFFORT

    def negotiate_longer(self, candidates: Sequence[int], deadline: Deadline) -> Placed | None:
        """Return a timetable for a set that the relaxation does not exclude, or `None`.

        With contracting sessions, CP-SAT is faster than a long negotiation.
        """
        effort = SHORT_EFFORT if self._calendar.contracting else LONG_EFFORT
        return self.negotiate(candidates, {}, effort, deadline)

    def negotiate(
        self,
        candidates: Sequence[int],
        known: Placed,
        effort: NegotiationEffort,
        deadline: Deadline,
    ) -> Placed | None:
        """Return a timetable found by negotiated congestion, or `None`."""
        if not self._calendar.by_day:
            return None
        return negotiate(self._calendar, self._planners, candidates, effort, deadline, known=known)


def similar_series(
    calendar: CoachCalendar,
    timetables: Mapping[int, Placed],
    maximal: Sequence[int],
    wanted: int,
) -> Placed:
    """Return series from a known timetable for all but a few of `wanted`, or an empty mapping.

    The result is empty unless positions are days and there are contracting sessions, because other
    timetables are found quickly.

    Args:
        calendar: the coach's calendar.
        timetables: the known timetables, keyed by the set of their candidates.
        maximal: the sets among these that are not subsets of others.
        wanted: the set of candidates for whom a timetable is sought.
    """
    if not (calendar.by_day and calendar.contracting):
        return {}
    nearest = max(maximal, key=lambda held: (held & wanted).bit_count(), default=0)
    known = nearest & wanted
    if known.bit_count() < wanted.bit_count() - _MAX_MISSING:
        return {}
    return {one: timetables[nearest][one] for one in members(known)}
