"""The next best coach of every match, and what each would cost everybody: solved, not guessed.

All questions are asked of one problem, each with one pair forbidden and its coachee to be placed.
What is learned of a coach's hours for one question (sets they can hold, sets they cannot, limits)
holds for all others, so that only the assignment is solved anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import numpy as np
from numpy.typing import NDArray

from coach.cycle import Cycle, ObjectiveLevel
from coach.people import Roster
from matching.deadline import OutOfTimeError, TooLargeError, Watch
from matching.explanation.explain_coachee import RunnerUp
from matching.explanation.runner_up_bounds import SecondBests, easily_compared, few_enough
from matching.instance.availability_grid import free_time
from matching.instance.partial_cycle import Behind, UnderWay
from matching.instance.problem import build_problem, kept_pairs, pin_pairs
from matching.rematching.comparison import CoacheeDifference, LevelDifference
from matching.result import Change, Match, Result
from matching.rules import Facts
from matching.rules.evaluation import Judges
from matching.search.branch_and_price import Choice, Desk
from matching.search.conflict_branching import Instead
from matching.search.levels import run_levels
from matching.search.lexicographic_weights import Aim
from matching.search.repair import Repair
from matching.search.search_state import Course

_NOBODY = -1
_BRIEFLY, _LONG = 8, 150  # assignments that are looked at for one match


class RunnerUps:
    """What one plan could be without one of its matches."""

    def __init__(
        self,
        roster: Roster,
        cycle: Cycle,
        result: Result,
        watch: Watch,
        *,
        under_way: UnderWay | None = None,
    ) -> None:
        """`watch` bounds everything that is asked; `under_way` says where the cycle stood.

        Raises:
            OutOfTimeError: not even the pairs were judged in time.
        """
        self._roster = roster
        self._result = result
        self._watch = watch
        free = free_time(roster, cycle, watch.check)
        behind = Behind(cycle, under_way, result) if under_way else None
        self._judges = Judges(Facts(roster, cycle, free, behind))
        eligible = self._judges.table(watch.check)
        # Pins are kept by leaving their coachees no other pair, so that one can be let go.
        unpinned = cycle.model_copy(update={"pins": {}})
        self._problem = build_problem(
            roster,
            unpinned,
            free,
            eligible,
            keep=result,
            each_block=watch.check,
            behind=behind,
        )
        self._desk = Desk(self._problem, result.seed)
        self._now = dict(kept_pairs(roster, result))
        self._pins = dict(pin_pairs(roster, cycle))
        dropped = {ObjectiveLevel.KEPT, ObjectiveLevel.SCHEDULE}
        chosen = (level for level in cycle.objective.levels if level not in dropped)
        self._levels = (*chosen, ObjectiveLevel.KEPT)
        self._row = {one.id: row for row, one in enumerate(roster.coachees)}
        self._chosen = np.flatnonzero(self._problem.kept)
        self._priority = self._problem.priority[self._problem.coachee]
        self._second: SecondBests | None = None
        self._found: dict[int, Instead] = {}  # plans that may not be the best

    def all(self) -> Iterator[tuple[str, RunnerUp | None]]:
        """Each matched coachee with their runner-up, as long as there is time.

        Those that are easily decided come first. Whoever is left out was not decided: in time, or
        because too many pairs are in question.
        """
        waiting = self._result.matches
        try:
            for way in self._short_ways():
                undecided = []
                for match in waiting:
                    row = self._row[match.coachee]
                    choice = way(row)
                    if choice is None:
                        undecided.append(match)
                    else:
                        yield match.coachee, self._told(row, choice, proven=True)
                waiting = tuple(undecided)
            for match in waiting:
                with suppress(TooLargeError):
                    yield match.coachee, self.of(match)
        except OutOfTimeError:
            return

    def of(self, match: Match) -> RunnerUp | None:
        """The coachee's coach in the best plan that places them without this match.

        Their place comes before everybody else's in that plan, then the levels of the policy, then
        as few changes as possible. `None`: in no plan has the coachee another coach.

        Raises:
            OutOfTimeError: no such plan was found in time.
        """
        row = self._row[match.coachee]
        course = self._course(row)
        if not course.allowed[self._problem.coachee == row].any():
            return None
        found = self._found.get(row)
        if found is not None and found.choice is not None and self._second is not None:
            # As many can be placed, and none worse off: those levels are decided.
            course.reached = [Aim(self._priority, self._second.placed)]
            course.allowed &= self._second.within(found)
            decided = {ObjectiveLevel.PLACED, ObjectiveLevel.WORST}
            left = [level for level in self._levels if level not in decided]
            reached = run_levels(course, left, found.choice)
        else:
            first = self._first(course, row)
            if first is None:
                return None
            reached = run_levels(course, self._levels, first)
        proven = all(level.proven for level in reached.levels)
        return self._told(row, reached.choice, proven=proven)

    def _short_ways(self) -> tuple[Callable[[int], Choice | None], ...]:
        """Ways in which most are decided, the shortest first; none where too little is proven."""
        whole = 0 < len(self._chosen) == len(self._result.matches)
        comparable = easily_compared(self._result, self._levels[:-1])
        if not (whole and comparable and few_enough(self._desk)):
            return ()
        levels = self._levels[:-1]
        allowed = self._allowed(_NOBODY)
        try:
            self._second = SecondBests(self._desk, self._chosen, allowed, levels, self._watch)
        except OutOfTimeError:
            return ()  # some are told the long way
        return self._by_detour, partial(self._by_search, _BRIEFLY), partial(self._by_search, _LONG)

    def _by_detour(self, row: int) -> Choice | None:
        """The best plan without the match of `row`, where it is the nearest and all keep pins."""
        if self._second is None or row in self._pins:
            return None
        return self._second.by_detour(row, self._in_order(row))

    def _by_search(self, most: int, row: int) -> Choice | None:
        """The best plan without the match of `row`, where assignments alone lead to it."""
        if self._second is None or row in self._pins:
            return None
        found = self._second.by_search(row, self._allowed(row), self._in_order(row), most)
        if found is None or found.choice is None:
            return None
        if not found.proven:
            self._found[row] = found
            return None
        return found.choice

    def _in_order(self, row: int) -> Callable[[Choice], bool]:
        """What tells whether a choice keeps everybody else's pins, and the share."""
        return self._course(row).breaks_nothing

    def _allowed(self, row: int) -> NDArray[np.bool_]:
        """`bool[P]`: everything but the present pair of `row`, and what pins forbid to others."""
        problem = self._problem
        allowed: NDArray[np.bool_] = (problem.coachee != row) | ~problem.kept
        for other, column in self._pins.items():
            if other != row:
                allowed &= (problem.coachee != other) | (problem.coach == column)
        return allowed

    def _course(self, row: int) -> Course:
        """Everything allowed but the present pair of a coachee, who has to be placed."""
        must = np.zeros(len(self._problem.priority), dtype=np.bool_)
        must[[row, *self._pins]] = True
        course = Course(self._desk, self._watch, lambda _level, _value, _bound: None, must)
        course.allowed = self._allowed(row)
        return course

    def _first(self, course: Course, row: int) -> Choice | None:
        """The present plan with the coachee moved where that is easily done, or any that does."""
        problem = self._problem
        pairs = np.flatnonzero(course.allowed)
        stays = self._chosen[problem.coachee[self._chosen] != row]
        repair = Repair(self._desk, stays, pairs, problem.points[pairs])
        repair.place([row], self._watch)
        if course.breaks_nothing(repair.choice):
            return repair.choice
        return course.any_choice(course.allowed)

    def _told(self, row: int, choice: Choice, *, proven: bool) -> RunnerUp:
        problem = self._problem
        after = dict(
            zip(problem.coachee[choice].tolist(), problem.coach[choice].tolist(), strict=True)
        )
        pair = next(one for one in choice.tolist() if problem.coachee[one] == row)
        return RunnerUp(
            coach=self._roster.coaches[after[row]].id,
            points=int(problem.points[pair]),
            verdicts=self._judges.verdicts(row, after[row]),
            price=tuple(self._price(choice)),
            moves=tuple(self._moves(row, after)),
            proven=proven,
        )

    def _price(self, choice: Choice) -> Iterator[LevelDifference]:
        """What each level comes to."""
        told = {ObjectiveLevel.PLACED, ObjectiveLevel.WORST, ObjectiveLevel.TOTAL}
        for level in self._levels:
            if level in told:
                before, after = (self._worth(level, pairs) for pairs in (self._chosen, choice))
                yield LevelDifference(name=level, before=before, after=after, gain=after - before)

    def _worth(self, level: ObjectiveLevel, choice: Choice) -> int:
        problem = self._problem
        if level is ObjectiveLevel.PLACED:
            return int(problem.priority[problem.coachee[choice]].sum())
        points = problem.points[choice]
        if level is ObjectiveLevel.TOTAL:
            return int(points.sum())
        return int(points.min()) if len(points) else 0

    def _moves(self, row: int, after: dict[int, int]) -> Iterator[CoacheeDifference]:
        """The others who would be with somebody else, or with nobody."""
        for other, coachee in enumerate(self._roster.coachees):
            old, new = self._now.get(other), after.get(other)
            if other == row or old == new:
                continue
            change = Change.PLACED if old is None else Change.MOVED
            yield CoacheeDifference(
                coachee=coachee.id,
                change=Change.UNPLACED if new is None else change,
                before=None if old is None else self._roster.coaches[old].id,
                after=None if new is None else self._roster.coaches[new].id,
                moved_sessions=0,
            )
