"""Lexicographic optimisation: each level is maximised under floors for all earlier levels.

All levels share the time, and a level whose gap does not close must not use up the time of later
levels. Therefore the levels are searched in several *passes*. Within a pass, each level has the
same effort. Each further pass has four times the effort of the previous one, and starts from the
best plan, the bounds and the feasible sets found so far. The passes end when no level could use
more effort, or at the time limit. Effort is counted, not measured, so repeated runs have identical
results, and a time limit only decides how far a run gets.

The `schedule` level optimises the timetables of the matches that the other levels have determined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coach.objective import ObjectiveLevel
from matching.result import LevelOutcome
from matching.search.branch_and_price import SearchResult
from matching.search.column_generation import Choice
from matching.search.search_state import SearchState
from matching.search.sum_level import SumLevel, level_weights
from matching.search.worst_level import WorstLevel

__all__ = ["LevelsResult", "level_weights", "run_levels"]

# The effort of each level in the first pass, in seconds on the benchmark machine.
_FIRST_EFFORT, _FIRST_EFFORT_PER_COACHEE = 0.8, 0.004
_EFFORT_GROWTH = 4.0
_CONTRACTING_GROWTH = 4.5  # timetables with contracting sessions take more effort


@dataclass(frozen=True, eq=False)
class LevelsResult:
    """The chosen pairs and the outcome of each level except `schedule`."""

    choice: Choice
    levels: tuple[LevelOutcome, ...]


def run_levels(state: SearchState, levels: Sequence[ObjectiveLevel], first: Choice) -> LevelsResult:
    """Optimise all levels except `schedule`, starting from the feasible choice `first`.

    If the time limit passes, the result contains the incumbent and valid bounds.
    """
    coachees = len(state.problem.priority)
    effort, choice = max(_FIRST_EFFORT, _FIRST_EFFORT_PER_COACHEE * coachees), first
    if state.problem.limits.contracting is not None:
        effort *= _CONTRACTING_GROWTH
    allowed, all_proven = state.allowed, state.all_proven
    while True:
        state.start_pass(effort)
        state.allowed, state.all_proven = allowed, all_proven
        state.floors_hold = all_proven
        choice, outcomes, can_continue = _run_pass(state, levels, choice)
        if not can_continue or state.deadline.remaining == 0:
            return LevelsResult(choice, outcomes)
        effort *= _EFFORT_GROWTH


def _run_pass(
    state: SearchState, levels: Sequence[ObjectiveLevel], choice: Choice
) -> tuple[Choice, tuple[LevelOutcome, ...], bool]:
    """Search each level once; also return whether any level could use more effort."""
    outcomes, can_continue = [], False
    for level in levels:
        if level is ObjectiveLevel.SCHEDULE:
            continue
        search = WorstLevel(state, choice) if level is ObjectiveLevel.WORST else None
        found = (search or SumLevel(state, level, choice)).run()
        choice = choice if found.choice is None else found.choice
        outcomes.append(_outcome(state, level, choice, found))
        state.floors_hold = state.all_proven and (outcomes[-1].proven or search is not None)
        state.all_proven &= outcomes[-1].proven
        can_continue |= state.effort_exceeded and not outcomes[-1].proven
    return choice, tuple(_with_value_of(state, choice, one) for one in outcomes), can_continue


def _with_value_of(state: SearchState, choice: Choice, outcome: LevelOutcome) -> LevelOutcome:
    """Return an outcome with the value of the final choice.

    A later level can improve an earlier one that is not proven.
    """
    problem, level = state.problem, outcome.name
    if outcome.proven:
        return outcome
    if level is ObjectiveLevel.WORST:
        value = int(problem.points[choice].min()) if len(choice) else 0
    elif level is ObjectiveLevel.REPEAT:
        value = int(problem.repeated[choice].sum())
        return LevelOutcome(name=level, value=value, bound=outcome.bound, proven=False)
    else:
        value = int(level_weights(problem, level)[choice].sum())
    return LevelOutcome(name=level, value=value, bound=max(value, outcome.bound), proven=False)


def _outcome(
    state: SearchState, level: ObjectiveLevel, choice: Choice, found: SearchResult
) -> LevelOutcome:
    """Return the outcome of a level; the value of `repeat`, which is minimised, counts pairs.

    If an earlier level is not proven, the only bound on `repeat` that holds for every plan is 0.
    """
    value, bound = found.value, found.bound
    if level is ObjectiveLevel.REPEAT:
        value = int(state.problem.repeated[choice].sum())
        bound = max(0, value - (found.bound - found.value)) if state.floors_hold else 0
    return LevelOutcome(name=level, value=value, bound=bound, proven=value == bound)
