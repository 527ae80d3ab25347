"""Remedies for unmatched coachees: single changes, verified by solving again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from coach.texts.facts import Fact
from matching.deadline import DeadlineExceededError
from matching.explanation.candidate_changes import CandidateChange, CandidateChanges
from matching.explanation.changed_availability import ChangedAvailability
from matching.explanation.eligibility import Eligibility, eligibilities
from matching.explanation.neighbourhood import Neighbourhoods
from matching.explanation.partial_search import SearchEnd, collect
from matching.facts import changes as facts
from matching.result import Match, Remedy, Unmatched
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator

CanPlaceAll = Callable[[RuleInputs, Collection[str]], bool]
"""Returns whether one plan can place all the given coachees; true only if such a plan was found."""


@dataclass(frozen=True)
class SearchEffort:
    """Limits on the search for remedies, shared evenly among unmatched coachees.

    Attributes:
        max_remedies_each: maximum number of remedies returned for one coachee.
        max_solves_each: maximum number of problems solved for one coachee.
        max_solves_total: maximum number of problems solved in total.
        max_changes_total: maximum number of changes examined in total, solved or not.
    """

    max_remedies_each: int = 3
    max_solves_each: int = 8
    max_solves_total: int = 120
    max_changes_total: int = 2000

    def solves(self, coachees: int, spent: int) -> int:
        """Return the maximum number of problems to solve for the next coachee.

        `coachees` is the number of remaining coachees, `spent` the number of problems solved so
        far.
        """
        return min(self.max_solves_each, _fair_share(self.max_solves_total - spent, coachees))

    def changes_examined(self, coachees: int, spent: int) -> int:
        """Return the maximum number of changes to examine for the next coachee.

        `coachees` is the number of remaining coachees, `spent` the number of changes examined so
        far.
        """
        return _fair_share(self.max_changes_total - spent, coachees)


def _fair_share(left: int, coachees: int) -> int:
    """Return an even share of `left`, but at least 1 unless `left` is 0."""
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
    on_failure: Callable[[BaseException], object] = lambda _error: None,
) -> Iterator[Unmatched]:
    """Yield the reason and the remedies for each unmatched coachee, in roster order.

    Remedies are ordered from least to most demanding. Each of them is verified: `can_place_all` has
    found a plan in which the coachee has a coach and every matched coachee remains matched. In a
    large roster, that plan moves only the coachees of a few coaches.

    If the search for a coachee fails or runs out of time, the remedies found so far are listed,
    and `remedies_complete` is false.

    Args:
        evaluator: the rules for the roster and policy.
        matches: the current matches.
        can_place_all: solves a changed problem; may raise `DeadlineExceededError`.
        effort: limits on the search.
        placed_proven: whether the level `placed` is proven optimal. If not, more solving time is
            examined as a remedy first.
        on_step: called for each coachee, change and block of pairs; may raise an exception to stop.
        has_time: the search for remedies ends when this returns false.
        on_failure: called with the exception if the search for a coachee fails.

    Raises:
        CancelledError: `on_step` or `can_place_all` raised it.
    """
    effort = effort or SearchEffort()
    search = _RemedySearch(
        evaluator,
        matches,
        can_place_all,
        on_step=on_step,
        has_time=has_time,
        on_failure=on_failure,
        placed_proven=placed_proven,
    )
    people = evaluator.inputs.roster.coachees
    placed = {match.coachee for match in matches}
    rows = [row for row, coachee in enumerate(people) if coachee.id not in placed]
    for number, eligibility in enumerate(eligibilities(evaluator, rows, on_step)):
        on_step()
        yield search.entry(eligibility, effort, len(rows) - number)


class _RemedySearch:
    """Searches for remedies for the coachees unmatched in a plan."""

    def __init__(
        self,
        evaluator: RuleEvaluator,
        matches: Collection[Match],
        can_place_all: CanPlaceAll,
        *,
        on_step: Callable[[], object],
        has_time: Callable[[], bool],
        on_failure: Callable[[BaseException], object],
        placed_proven: bool,
    ) -> None:
        self._evaluator = evaluator
        self._on_step = on_step
        self._has_time = has_time
        self._on_failure = on_failure
        self._load = Counter(match.coach for match in matches)
        self._placed = len(matches)
        self._parts = Neighbourhoods(evaluator, matches)
        self._changed_availability = ChangedAvailability(evaluator.inputs)
        self._place_all = can_place_all
        self._placed_proven = placed_proven
        self._solves = 0
        self._changes_examined = 0

    def entry(self, eligibility: Eligibility, effort: SearchEffort, coachees: int) -> Unmatched:
        """Explain why the next coachee is unmatched, given the number of remaining `coachees`.

        Raises:
            CancelledError: the search was cancelled.
        """
        solves = effort.solves(coachees, self._solves)
        changes_examined = effort.changes_examined(coachees, self._changes_examined)
        found = self._remedies(eligibility, solves, changes_examined)
        search = collect(islice(found, effort.max_remedies_each if solves else 0))
        if search.error and search.end is SearchEnd.CANCELLED:
            raise search.error
        if search.error and search.end is SearchEnd.FAILED:
            self._on_failure(search.error)
        return Unmatched(
            coachee=self._evaluator.inputs.roster.coachees[eligibility.row].id,
            reason=eligibility.reason(),
            funnel=eligibility.funnel(),
            remedies=search.found,
            remedies_complete=search.end is SearchEnd.COMPLETE,
        )

    def _remedies(
        self, eligibility: Eligibility, solves: int, changes_examined: int
    ) -> Iterator[Remedy]:
        """Yield verified remedies.

        `solves` and `changes_examined` limit the problems solved and the changes examined by this
        call.

        Raises:
            DeadlineExceededError: there is no time left.
        """
        max_solves, max_changes = self._solves + solves, self._changes_examined + changes_examined
        if not self._placed_proven and eligibility.available.any():
            base = self._evaluator.inputs
            nothing = CandidateChange(facts.MORE_TIME(), base.roster, base.cycle)
            if self._verified(eligibility, eligibility.available, nothing):
                yield Remedy(change=nothing.change, effect=self._effect(eligibility, nothing))
                return
        for change in CandidateChanges(self._evaluator, eligibility, self._load):
            if self._solves >= max_solves or self._changes_examined >= max_changes:
                return
            if not self._has_time():
                raise DeadlineExceededError
            self._changes_examined += 1
            self._on_step()
            feasible_coaches = self._available_after(eligibility, change)
            helps = self._may_help(eligibility, feasible_coaches, change)
            if helps and self._verified(eligibility, feasible_coaches, change):
                yield Remedy(change=change.change, effect=self._effect(eligibility, change))

    def _verified(
        self, eligibility: Eligibility, feasible_coaches: NDArray[np.bool_], change: CandidateChange
    ) -> bool:
        part = self._parts.around(eligibility.row, feasible_coaches, change)
        if part is None:
            return False
        self._solves += 1
        inputs = self._changed_availability.inputs(*part)
        return self._place_all(inputs, [coachee.id for coachee in inputs.roster.coachees])

    def _available_after(
        self, eligibility: Eligibility, change: CandidateChange
    ) -> NDArray[np.bool_]:
        """Return `bool[m]`: the coaches available to the coachee after the change.

        A single change cannot remove two objections, so only coaches with at most one objection are
        evaluated again.
        """
        nearly_eligible = np.flatnonzero(eligibility.nearly_eligible)
        everybody = change.roster
        alone = everybody.model_copy(
            update={
                "coachees": (everybody.coachees[eligibility.row],),
                "coaches": tuple(everybody.coaches[column] for column in nearly_eligible.tolist()),
            }
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
        """Return whether the change could place the coachee, so that solving again is worthwhile.

        A change that is meant to make a coach eligible must make at least one more coach available.
        For other changes, an available coach with a free place is enough.
        """
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

    def _effect(self, eligibility: Eligibility, change: CandidateChange) -> Fact:
        coachee = change.roster.coachees[eligibility.row].id
        if not self._placed:
            return facts.GETS_A_COACH(coachee=coachee)
        if self._placed == 1:
            return facts.OTHER_ONE_KEEPS(coachee=coachee)
        return facts.OTHERS_KEEP(coachee=coachee, count=self._placed)
