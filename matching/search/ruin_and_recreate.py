"""Joint primal heuristic: ruin and recreate (Schrimpf et al. 2000), with the coaches' oracles.

In each round, some coachees of a few coaches who suit the same coachee lose their match, and are
inserted again in another order, together with coachees who have no match. A round that loses value
is undone. Values are lexicographic: one unit of an earlier objective outweighs all later ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import numpy as np

from matching.assignment.min_cost_flow import PairValues
from matching.deadline import Deadline
from matching.search.column_generation import Choice, PricingOracles
from matching.search.repair import Repair

_MAX_RUINED_COACHES = 4
_MAX_UNPLACED = 12  # coachees without a match in a round, besides those who lose theirs
_SKIP = 0.1  # the probability that a possible coach is not considered
_UNPLACED_FIRST = 0.6  # the probability that a round is about those without a match
_HALF = 0.5  # in half of the rounds, half of the coaches' matches are removed instead of all
_NEIGHBOUR = 0.7  # the probability that the next coach suits a coachee of the previous one
# Shares of the rounds that insert people in random order, and with few options first.
_RANDOM_ORDER, _FEW_OPTIONS_FIRST = 0.4, 0.4
_EFFORT_PER_ROUND = 1e-3
_PATIENCE = 0.25  # the share of the effort after which a search without improvement ends


class RuinAndRecreate:
    """A feasible choice that is improved in rounds."""

    def __init__(
        self, oracles: PricingOracles, choice: Choice, pairs: Choice, profit: PairValues
    ) -> None:
        """Start from a feasible `choice`.

        Args:
            oracles: the pricing oracles.
            choice: a feasible choice of `pairs`.
            pairs: `int64[Q]`, the pairs that may be chosen, ascending.
            profit: `int64[Q]`, the profit of each of these pairs.
        """
        self._oracles = oracles
        self._repair = Repair(oracles, choice, pairs, profit)
        problem = oracles.problem
        self._coachee, self._coach = problem.coachee, problem.coach
        self._coachees: list[int] = np.unique(problem.coachee[pairs]).tolist()
        self._profit = np.zeros(problem.size, dtype=np.int64)
        self._profit[pairs] = profit
        self._random = Random(oracles.seed)  # noqa: S311 - an order, not a secret

    def run(self, accept: Callable[[Choice], bool], deadline: Deadline) -> None:
        """Improve the choice of pairs until `accept` returns true for a better choice.

        The search also ends after a quarter of the deadline's effort without an improvement.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`; in particular, once the
                deadline's effort is used up.
        """
        patience = _PATIENCE * deadline.effort_left
        improved_at = deadline.effort_left
        while self._coachees and improved_at - deadline.effort_left <= patience:
            deadline.check()
            deadline.spend(_EFFORT_PER_ROUND)
            if self._round(deadline) > 0:
                improved_at = deadline.effort_left
                if accept(self._repair.choice):
                    return

    def _round(self, deadline: Deadline) -> int:
        """Perform one round; return the increase in profit, or 0 if the round was undone."""
        repair = self._repair
        centre, coaches = self._centre()
        self._add_coaches_near(centre, coaches)
        before = repair.matches_of(coaches)
        removed = [pair for pair in before if not self._is_fixed(pair)]
        if self._random.random() < _HALF:
            removed = [pair for pair in removed if self._random.random() < _HALF]
        unplaced = [one for one in repair.unplaced_near(coaches) if one != centre]
        self._random.shuffle(unplaced)
        for pair in removed:
            repair.remove(pair)
        people = [int(self._coachee[pair]) for pair in removed] + unplaced[:_MAX_UNPLACED]
        lost = int(self._profit[removed].sum())
        if repair.match_of(centre) is None and centre not in people:
            people.insert(0, centre)
        added = self._recreate(people, centre, deadline)
        gain = int(self._profit[added].sum()) - lost
        if gain < 0:
            for pair in added:
                repair.remove(pair)
            for pair in removed:
                repair.add(pair)
        return max(0, gain)

    def _is_fixed(self, pair: int) -> bool:
        return bool(self._oracles.problem.pinned[pair])

    def _recreate(self, people: list[int], centre: int, deadline: Deadline) -> list[int]:
        """Insert people where their profit is greatest, in a randomly chosen order."""
        order = self._random.random()
        options = self._repair.number_of_options
        noise = {one: self._random.random() for one in people}
        if order < _RANDOM_ORDER:
            people.sort(key=lambda one: (one != centre, noise[one]))
        elif order < _RANDOM_ORDER + _FEW_OPTIONS_FIRST:
            people.sort(key=lambda one: (one != centre, options(one) * (_HALF + noise[one])))
        else:
            people.sort(key=lambda one: -self._repair.greatest_profit(one) * (_HALF + noise[one]))
        added = []
        for one in people:
            pair = self._repair.insert(one, deadline, skip=lambda: self._random.random() < _SKIP)
            if pair is not None:
                added.append(pair)
        return added

    def _centre(self) -> tuple[int, list[int]]:
        """Draw the coachee at the centre of the round, and the first coaches.

        Mostly, the round is about a coachee without a match or a coach with a free place, whichever
        there are fewer of.
        """
        coachees = self._coachees
        if self._random.random() < _UNPLACED_FIRST:
            unplaced, not_full = self._repair.unplaced, self._repair.not_full
            if 0 < len(not_full) < len(unplaced):
                return self._centre_at_free_place(not_full)
            coachees = unplaced or coachees
        centre = self._random.choice(coachees)
        own = self._repair.coaches_of(centre)
        return centre, [self._random.choice(own[: 1 + len(own) // 2])]

    def _centre_at_free_place(self, not_full: Sequence[int]) -> tuple[int, list[int]]:
        """Draw a coach with a free place and a suitable coachee, and add the coachee's coach."""
        coach = self._random.choice(not_full)
        centre = self._random.choice(self._repair.coachees_of(coach))
        match = self._repair.match_of(centre)
        present = coach if match is None else int(self._coach[match])
        return centre, [coach] if present == coach else [coach, present]

    def _add_coaches_near(self, centre: int, coaches: list[int]) -> None:
        """Draw more coaches, most of whom suit the same coachees."""
        own = self._repair.coaches_of(centre)
        while len(coaches) < self._random.randint(2, _MAX_RUINED_COACHES):
            matched = self._repair.matches_of(coaches[-1:])
            near = (
                self._repair.coaches_of(int(self._coachee[self._random.choice(matched)]))
                if matched and self._random.random() < _NEIGHBOUR
                else own
            )
            coach = self._random.choice(near)
            if coach in coaches:
                break
            coaches.append(coach)
