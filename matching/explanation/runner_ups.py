"""Runners-up: the best plan without each match of a result, found by solving again.

Each problem forbids one pair and requires its coachee to be placed. All problems share one set of
pricing oracles: anything learned about a coach's timetable (feasible sets, conflict sets and cuts)
remains valid, so only the assignment is solved again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import numpy as np
from numpy.typing import NDArray

from coach.cycle import Cycle
from coach.earlier_pairs import objective_levels
from coach.objective import ObjectiveLevel
from coach.people import Roster
from matching.deadline import Deadline, DeadlineExceededError, ProblemTooLargeError
from matching.explanation.explain_coachee import RunnerUp
from matching.explanation.runner_up_bounds import RunnerUpBounds, is_comparable, is_tractable
from matching.instance.availability_grid import build_availability_grid
from matching.instance.partial_cycle import FixedHistory, UnderWay
from matching.instance.problem import build_problem
from matching.instance.roster_rows import kept_pairs, pin_pairs
from matching.rematching.comparison import CoacheeDifference, LevelDifference
from matching.result import CoacheeChange, Match, Result
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.search.column_generation import Choice, PricingOracles
from matching.search.evaluated_problem import EvaluatedProblem
from matching.search.levels import run_levels
from matching.search.repair import Repair
from matching.search.search_state import SearchState

_NOBODY = -1


def _evaluate(
    roster: Roster, cycle: Cycle, result: Result, deadline: Deadline, history: FixedHistory | None
) -> EvaluatedProblem:
    """Evaluate the pairs without pins.

    Pins are enforced through the allowed pairs, so that a single pin can be dropped.
    """
    free = build_availability_grid(roster, cycle, deadline.check)
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, free, history))
    problem = build_problem(
        roster,
        cycle.model_copy(update={"pins": {}}),
        free,
        evaluator.table(deadline.check),
        keep=result,
        on_block=deadline.check,
        history=history,
    )
    return EvaluatedProblem(evaluator, PricingOracles(problem, result.seed))


class RunnerUps:
    """Finds the best plan without each match of a result."""

    def __init__(
        self,
        roster: Roster,
        cycle: Cycle,
        result: Result,
        deadline: Deadline,
        *,
        under_way: UnderWay | None = None,
        evaluated: EvaluatedProblem | None = None,
    ) -> None:
        """Evaluate the pairs, unless the pairs in `evaluated` can be used.

        `deadline` applies to this and all later calls. `under_way` is the state of a cycle in
        progress, and `evaluated` the pairs of the run that found the result.

        Raises:
            DeadlineExceededError: the pairs could not be evaluated in time.
        """
        self._roster = roster
        self._result = result
        self._deadline = deadline
        # The pairs of the run itself cannot be used if there are pins, which these pairs enforce,
        # or in a cycle in progress, where their history is that of the run's `keep`.
        if evaluated is None or cycle.pins or under_way:
            history = FixedHistory(cycle, under_way, result) if under_way else None
            evaluated = _evaluate(roster, cycle, result, deadline, history)
        self._evaluator, self._oracles = evaluated.evaluator, evaluated.oracles
        kept = kept_pairs(roster, result)
        self._problem = self._oracles.problem = self._oracles.problem.keeping(kept)
        self._coach_before = np.full(len(roster.coachees), _NOBODY, dtype=np.int64)
        for row, column in kept:
            self._coach_before[row] = column
        self._pins = dict(pin_pairs(roster, cycle))
        dropped = {ObjectiveLevel.KEPT, ObjectiveLevel.SCHEDULE}
        if not self._problem.repeated.any():
            dropped.add(ObjectiveLevel.REPEAT)
        chosen = (level for level in objective_levels(roster, cycle) if level not in dropped)
        self._levels = (*chosen, ObjectiveLevel.KEPT)
        self._row = {one.id: row for row, one in enumerate(roster.coachees)}
        self._chosen = np.flatnonzero(self._problem.kept)

    def all(
        self, deadline: Deadline | None = None, *, most_pairs: int | None = None
    ) -> Iterator[tuple[str, RunnerUp | None]]:
        """Yield each matched coachee's id with the runner-up, or `None` if there is none.

        Matches whose runner-up can be found without solving again come first. The iteration ends
        at the deadline, and skips matches whose problem is too large to be solved. If the problem
        has more than `most_pairs` pairs, all matches that have to be solved again are omitted,
        because each would take long. `deadline`, if given, replaces that of the evaluation.
        """
        self._deadline = deadline or self._deadline
        try:
            bounds, undecided = self._compute_bounds(), []
            for match in self._result.matches:
                row = self._row[match.coachee]
                choice = self._by_residual_path(bounds, row)
                if choice is None:
                    undecided.append(match)
                else:
                    yield match.coachee, self._runner_up(row, choice, proven=True)
            if most_pairs is not None and self._problem.size > most_pairs:
                return
            for match in undecided:
                with suppress(ProblemTooLargeError):
                    yield match.coachee, self.of(match)
        except DeadlineExceededError:
            return

    def of(self, match: Match) -> RunnerUp | None:
        """Return the runner-up of a match: the best plan in which the coachee has another coach.

        The plan first places the coachee, then optimises the policy's levels, and finally keeps as
        many pairs as possible. The result is `None` if no plan gives the coachee another coach.

        Raises:
            DeadlineExceededError: no such plan was found in time, or the problem is too large.
        """
        row = self._row[match.coachee]
        state = self._state_without(row)
        if not state.allowed[self._problem.coachee == row].any():
            return None
        first = self._initial_choice(state, row)
        if first is None:
            return None
        solved = run_levels(state, self._levels, first)
        proven = all(level.proven for level in solved.levels)
        return self._runner_up(row, solved.choice, proven=proven)

    def _compute_bounds(self) -> RunnerUpBounds | None:
        """Return the bounds, or `None` if they do not apply or take too long to compute."""
        levels = self._levels[:-1]
        all_matched = 0 < len(self._chosen) == len(self._result.matches)
        comparable = is_comparable(self._result, levels)
        if not (all_matched and comparable and is_tractable(self._oracles)):
            return None
        with suppress(DeadlineExceededError):  # each match is then solved separately
            return RunnerUpBounds(
                self._oracles, self._chosen, self._allowed(_NOBODY), levels, self._deadline
            )
        return None

    def _by_residual_path(self, bounds: RunnerUpBounds | None, row: int) -> Choice | None:
        """Return the best plan without the match of `row`, or `None` if no such plan is proven."""
        if bounds is None or row in self._pins:
            return None
        return bounds.by_residual_path(row, partial(self._is_acceptable, row))

    def _is_acceptable(self, row: int, choice: Choice) -> bool:
        """Return whether a choice places `row` and all pinned coachees, and meets the share.

        The method does not check whether the pairs of the choice are allowed.
        """
        problem = self._problem
        placed = problem.coachee[choice]
        crossing = int(problem.cross[choice].sum())
        in_balance = crossing * problem.share.denominator >= len(choice) * problem.share.numerator
        return in_balance and bool(np.isin([row, *self._pins], placed).all())

    def _allowed(self, row: int) -> NDArray[np.bool_]:
        """Return `bool[P]`: all pairs except the match of `row` and pairs excluded by pins."""
        problem = self._problem
        allowed: NDArray[np.bool_] = (problem.coachee != row) | ~problem.kept
        for other, column in self._pins.items():
            if other != row:
                allowed &= (problem.coachee != other) | (problem.coach == column)
        return allowed

    def _state_without(self, row: int) -> SearchState:
        """Return a search state that places the coachee in `row` with a different coach."""
        must_place = np.zeros(len(self._problem.priority), dtype=np.bool_)
        must_place[[row, *self._pins]] = True
        state = SearchState(
            self._oracles, self._deadline, lambda _level, _value, _bound: None, must_place
        )
        state.allowed = self._allowed(row)
        return state

    def _initial_choice(self, state: SearchState, row: int) -> Choice | None:
        """Return the current plan, repaired to place the coachee, or else any feasible choice.

        Return `None` if no choice is feasible.
        """
        problem = self._problem
        pairs = np.flatnonzero(state.allowed)
        stays = self._chosen[problem.coachee[self._chosen] != row]
        repair = Repair(self._oracles, stays, pairs, problem.points[pairs])
        repair.place([row], self._deadline)
        if state.is_feasible(repair.choice):
            return repair.choice
        return state.find_feasible_choice(state.allowed)

    def _runner_up(self, row: int, choice: Choice, *, proven: bool) -> RunnerUp:
        problem = self._problem
        after = np.full_like(self._coach_before, _NOBODY)
        after[problem.coachee[choice]] = problem.coach[choice]
        pair = choice[problem.coachee[choice] == row][0]
        return RunnerUp(
            coach=self._roster.coaches[int(after[row])].id,
            points=int(problem.points[pair]),
            verdicts=self._evaluator.verdicts(row, int(after[row])),
            price=tuple(self._price(choice)),
            moves=tuple(self._moves(row, after)),
            proven=proven,
        )

    def _price(self, choice: Choice) -> Iterator[LevelDifference]:
        """Yield the difference at each reported level."""
        for level in self._levels[:-1]:
            before, after = (self._level_value(level, pairs) for pairs in (self._chosen, choice))
            gain = before - after if level is ObjectiveLevel.REPEAT else after - before
            yield LevelDifference(name=level, before=before, after=after, gain=gain)

    def _level_value(self, level: ObjectiveLevel, choice: Choice) -> int:
        problem = self._problem
        if level is ObjectiveLevel.PLACED:
            return int(problem.priority[problem.coachee[choice]].sum())
        if level is ObjectiveLevel.REPEAT:
            return int(problem.repeated[choice].sum())
        points = problem.points[choice]
        if level is ObjectiveLevel.TOTAL:
            return int(points.sum())
        return int(points.min()) if len(points) else 0

    def _moves(self, row: int, after: NDArray[np.int64]) -> Iterator[CoacheeDifference]:
        """Yield the other coachees whose coach would change; `after` has a coach for each row."""
        for other in np.flatnonzero(self._coach_before != after).tolist():
            if other == row:
                continue
            old, new = self._coach_id(self._coach_before[other]), self._coach_id(after[other])
            change = CoacheeChange.PLACED if old is None else CoacheeChange.MOVED
            yield CoacheeDifference(
                coachee=self._roster.coachees[other].id,
                change=CoacheeChange.UNPLACED if new is None else change,
                before=old,
                after=new,
                moved_sessions=0,
            )

    def _coach_id(self, column: int) -> str | None:
        return None if column == _NOBODY else self._roster.coaches[column].id
