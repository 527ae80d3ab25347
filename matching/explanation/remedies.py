"""What would give a coachee a coach: single changes, each verified by solving again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from coach.people import Roster
from matching.explanation.candidate_changes import CandidateChange, CandidateChanges, person_label
from matching.explanation.changed_availability import ChangedAvailability
from matching.explanation.eligibility import Eligibility, eligibilities
from matching.explanation.neighbourhood import Neighbourhoods
from matching.result import Match, Remedy, Unmatched
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator

CanPlaceAll = Callable[[RuleInputs, Collection[str]], bool]
"""Whether all these coachees can be placed at once: true only where such a plan was found."""


@dataclass(frozen=True)
class SearchEffort:
    """How much the search for remedies may cost; shared out evenly where many are unmatched.

    Attributes:
        max_remedies_each: remedies after which a coachee's search ends.
        max_solves_each: times the engine solves again for one coachee, at most.
        max_solves_total: times it solves again for everybody, at most.
        max_changes_total: changes looked at for everybody, at most, whether they are worth a try.
    """

    max_remedies_each: int = 3
    max_solves_each: int = 8
    max_solves_total: int = 120
    max_changes_total: int = 2000

    def solves(self, coachees: int, spent: int) -> int:
        """Times to solve again for the next of `coachees` who are still to be explained."""
        return min(self.max_solves_each, _fair_share(self.max_solves_total - spent, coachees))

    def changes_examined(self, coachees: int, spent: int) -> int:
        """Changes to look at for the next of `coachees`."""
        return _fair_share(self.max_changes_total - spent, coachees)


def _fair_share(left: int, coachees: int) -> int:
    """An even part, as long as anything is left."""
    return min(left, max(1, left // coachees))


def explain_unmatched(
    evaluator: RuleEvaluator,
    matches: Collection[Match],
    can_place_all: CanPlaceAll,
    effort: SearchEffort | None = None,
    *,
    placed_proven: bool = True,
    on_step: Callable[[], object] = lambda: None,
    has_time: Callable[[], bool] = lambda: True,
) -> Iterator[Unmatched]:
    """Everybody of the roster who is in no match, in its order: why, and what would help.

    Remedies stand in the order of what they ask of people, and only where `can_place_all` has found
    a plan that gives the coachee a coach and everybody matched now as well. In a large programme
    that plan moves only people near the coachee.

    `placed_proven` says that no plan places more; where it is not, more time may be all that is
    needed. `on_step` is called for each of them and for each change looked at; what it raises ends
    the search. Once `has_time` says no, nobody's remedies are looked for any more.
    """
    effort = effort or SearchEffort()
    search = _RemedySearch(
        evaluator, matches, can_place_all, on_step, has_time, placed_proven=placed_proven
    )
    people = evaluator.inputs.roster.coachees
    placed = {match.coachee for match in matches}
    rows = [row for row, coachee in enumerate(people) if coachee.id not in placed]
    for number, eligibility in enumerate(eligibilities(evaluator, rows)):
        on_step()
        solves = effort.solves(len(rows) - number, search.solves)
        changes_examined = effort.changes_examined(len(rows) - number, search.changes_examined)
        found = search.remedies(eligibility, solves, changes_examined)
        yield Unmatched(
            coachee=people[eligibility.row].id,
            reason=eligibility.reason(),
            funnel=eligibility.funnel(),
            remedies=tuple(islice(found, effort.max_remedies_each if solves else 0)),
        )


class _RemedySearch:
    """The search for remedies beside one plan."""

    def __init__(
        self,
        evaluator: RuleEvaluator,
        matches: Collection[Match],
        can_place_all: CanPlaceAll,
        on_step: Callable[[], object],
        has_time: Callable[[], bool],
        *,
        placed_proven: bool,
    ) -> None:
        self._evaluator = evaluator
        self._on_step = on_step
        self._has_time = has_time
        self._load = Counter(match.coach for match in matches)
        self._placed = len(matches)
        self._parts = Neighbourhoods(evaluator, matches)
        self._changed_availability = ChangedAvailability(evaluator.inputs)
        self._place_all = can_place_all
        self._placed_proven = placed_proven
        self.solves = 0
        self.changes_examined = 0

    def remedies(
        self, eligibility: Eligibility, solves: int, changes_examined: int
    ) -> Iterator[Remedy]:
        """Verified remedies from at most `solves` re-solves and `changes_examined` changes."""
        max_solves, max_changes = self.solves + solves, self.changes_examined + changes_examined
        if not self._placed_proven and eligibility.available.any():
            base = self._evaluator.inputs
            nothing = CandidateChange("more time to solve; nothing else", base.roster, base.cycle)
            if self._verified(eligibility, eligibility.available, nothing):
                yield Remedy(change=nothing.description, effect=self._effect(eligibility, nothing))
                return
        for change in CandidateChanges(self._evaluator, eligibility, self._load):
            if (
                self.solves >= max_solves
                or self.changes_examined >= max_changes
                or not self._has_time()
            ):
                return
            self.changes_examined += 1
            self._on_step()
            feasible_coaches = self._available_after(eligibility, change)
            helps = self._may_help(eligibility, feasible_coaches, change)
            if helps and self._verified(eligibility, feasible_coaches, change):
                yield Remedy(change=change.description, effect=self._effect(eligibility, change))

    def _verified(
        self, eligibility: Eligibility, feasible_coaches: NDArray[np.bool_], change: CandidateChange
    ) -> bool:
        part = self._parts.around(eligibility.row, feasible_coaches, change)
        if part is None:
            return False
        self.solves += 1
        inputs = self._changed_availability.inputs(*part)
        return self._place_all(inputs, [coachee.id for coachee in inputs.roster.coachees])

    def _available_after(
        self, eligibility: Eligibility, change: CandidateChange
    ) -> NDArray[np.bool_]:
        """`bool[m]`: the coaches open to the coachee after the change.

        One change cannot lift two objections, so only coaches with one at most are judged again.
        """
        nearly_eligible = np.flatnonzero(eligibility.nearly_eligible)
        alone = Roster(
            coachees=(change.roster.coachees[eligibility.row],),
            coaches=tuple(change.roster.coaches[column] for column in nearly_eligible.tolist()),
        )
        (after,) = eligibilities(
            RuleEvaluator(self._changed_availability.inputs(alone, change.cycle)), [0]
        )
        feasible_coaches = np.zeros(len(eligibility.schedulable), dtype=np.bool_)
        feasible_coaches[nearly_eligible] = after.available
        return feasible_coaches

    def _may_help(
        self, before: Eligibility, feasible_coaches: NDArray[np.bool_], change: CandidateChange
    ) -> bool:
        """Whether a coach is newly open to the coachee, or one open to them has a place."""
        coaches = change.roster.coaches
        left = np.array([self._load[coach.id] < coach.capacity for coach in coaches])
        newly_available = feasible_coaches & ~before.available
        return bool(
            (
                newly_available
                if change.makes_eligible
                else newly_available | (feasible_coaches & left)
            ).any()
        )

    def _effect(self, eligibility: Eligibility, change: CandidateChange) -> str:
        coachee = person_label(change.roster.coachees[eligibility.row])
        if not self._placed:
            return f"{coachee} gets a coach"
        others = "the other one keeps" if self._placed == 1 else f"all {self._placed} others keep"
        return f"{coachee} gets a coach, {others} one"
