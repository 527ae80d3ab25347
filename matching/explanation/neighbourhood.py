"""Selects the part of a large roster that must be solved again to verify a change.

A neighbourhood consists of the coachee to place and a few coaches with all their current coachees.
Everyone else keeps their coach and sessions, so a plan for the neighbourhood is valid for the
entire cycle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from coach.cycle import Cycle
from coach.people import Coach, Roster
from matching.explanation.candidate_changes import CandidateChange
from matching.result import Match
from matching.rules.evaluation import RuleEvaluator
from matching.rules.schedule import can_meet

_MAX_WHOLE_ROSTER = 60  # larger rosters are not solved in full
_MAX_NEAREST_COACHES = 4  # maximum number of candidate coaches for the coachee
_MAX_RELOCATION_COACHES = 6  # maximum number of coaches to whom other coachees may move


class Neighbourhoods:
    """Selects the neighbourhoods of unplaced coachees in a roster."""

    def __init__(self, evaluator: RuleEvaluator, matches: Collection[Match]) -> None:
        self._evaluator = evaluator
        roster = evaluator.inputs.roster
        self._row = {coachee.id: row for row, coachee in enumerate(roster.coachees)}
        self._coachees_of: dict[str, list[int]] = defaultdict(list)
        for match in matches:
            self._coachees_of[match.coach].append(self._row[match.coachee])
        countries = {coach.id: coach.country for coach in roster.coaches}
        self._crossing = {
            row
            for coach, rows in self._coachees_of.items()
            for row in rows
            if roster.coachees[row].country != countries[coach]
        }
        self._placed = sorted(self._row[match.coachee] for match in matches)

    def around(
        self, row: int, feasible_coaches: NDArray[np.bool_], change: CandidateChange
    ) -> tuple[Roster, Cycle] | None:
        """Return the roster and policy with which to check whether `row` can be placed.

        `feasible_coaches: bool[m]` selects the coaches available to the coachee after the change.
        Returns `None` if the neighbourhood has too few coachees to meet the cross-border share.
        """
        coaches = change.roster.coaches
        if len(change.roster.coachees) <= _MAX_WHOLE_ROSTER:
            return _sub_roster(
                change.roster, {*self._placed, row}, range(len(coaches))
            ), change.cycle
        columns = self._nearest(feasible_coaches, coaches)
        columns |= self._relocation_coaches(self._rows(columns, coaches), coaches)
        rows, columns = self._with_linked({*self._rows(columns, coaches), row}, columns)
        cycle = self._required_share(rows, change.cycle)
        return (_sub_roster(change.roster, rows, columns), cycle) if cycle else None

    def _nearest(self, feasible_coaches: NDArray[np.bool_], coaches: tuple[Coach, ...]) -> set[int]:
        """Return up to `_MAX_NEAREST_COACHES` available coaches, favouring more free places."""
        columns = np.flatnonzero(feasible_coaches).tolist()
        left = {column: self._places_left(coaches[column]) for column in columns}
        return set(sorted(columns, key=lambda column: -left[column])[:_MAX_NEAREST_COACHES])

    def _with_linked(self, rows: set[int], columns: set[int]) -> tuple[set[int], set[int]]:
        """Add everyone whose sessions constrain the sessions of a human with several rows.

        These are the human's other rows, their coaches, and all coachees of these coaches.
        """
        humans = self._evaluator.inputs.humans
        coaches = self._evaluator.inputs.roster.coaches
        column_of = {coach.id: column for column, coach in enumerate(coaches)}
        coach_of = {row: column_of[k] for k, some in self._coachees_of.items() for row in some}
        while True:
            here = humans.repeated & {
                *(humans.coachees[row] for row in rows),
                *(humans.coaches[column] for column in columns),
            }
            more = {row for row in self._placed if humans.coachees[row] in here}
            columns = columns | {coach_of[row] for row in more}
            columns |= {column for column, human in enumerate(humans.coaches) if human in here}
            wider = rows | more | {*self._rows(columns, coaches)}
            if wider == rows:
                return rows, columns
            rows = wider

    def _places_left(self, coach: Coach) -> int:
        return coach.capacity - len(self._coachees_of.get(coach.id, ()))

    def _rows(self, columns: Iterable[int], coaches: tuple[Coach, ...]) -> list[int]:
        return [row for column in columns for row in self._coachees_of.get(coaches[column].id, ())]

    def _relocation_coaches(self, rows: list[int], coaches: tuple[Coach, ...]) -> set[int]:
        """Return the coaches with free places who could coach the most coachees in `rows`.

        There are up to `_MAX_RELOCATION_COACHES` of them.
        """
        free = [column for column, coach in enumerate(coaches) if self._places_left(coach) > 0]
        block = np.array(rows, dtype=np.int32)[:, np.newaxis]
        columns = np.array(free, dtype=np.int32)[np.newaxis, :]
        allowed = np.nonzero(self._evaluator.allowed(block, columns))
        coachee, coach = block[allowed[0], 0], columns[0, allowed[1]]
        candidates, count = np.unique(
            coach[can_meet(self._evaluator.inputs, coachee, coach)], return_counts=True
        )
        return set(candidates[np.argsort(-count, kind="stable")][:_MAX_RELOCATION_COACHES].tolist())

    def _required_share(self, rows: set[int], cycle: Cycle) -> Cycle | None:
        """Return the policy with the cross-border share adjusted to the neighbourhood.

        Returns `None` if the neighbourhood has too few coachees to meet the share.
        """
        share = Fraction(str(cycle.rules.country.minimum_cross_border_share))
        needed = ceil(share * (len(self._placed) + 1)) - len(self._crossing - rows)
        if needed > len(rows):
            return None
        own = max(0.0, (needed - 0.5) / len(rows))  # half a pair less, to avoid rounding errors
        country = cycle.rules.country.model_copy(update={"minimum_cross_border_share": own})
        rules = cycle.rules.model_copy(update={"country": country})
        return cycle.model_copy(update={"rules": rules})


def _sub_roster(roster: Roster, rows: Iterable[int], columns: Iterable[int]) -> Roster:
    return roster.model_copy(
        update={
            "coachees": tuple(roster.coachees[row] for row in sorted(rows)),
            "coaches": tuple(roster.coaches[column] for column in sorted(columns)),
        }
    )
