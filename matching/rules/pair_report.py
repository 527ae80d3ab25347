"""The pair report: every pair of a coachee and a coach, with the rules that block it, if any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from coach.cycle import Cycle
from coach.people import Roster
from matching.instance.availability_grid import build_availability_grid
from matching.instance.series_feasibility import schedulable
from matching.instance.series_limits import session_limits
from matching.rules import FORBIDDEN, RuleInputs
from matching.rules.evaluation import RuleEvaluator, pair_blocks
from matching.rules.schedule import SCHEDULE


class PairRow(NamedTuple):
    """A row of the pair report. `points` is `None` if the pair is blocked."""

    coachee: str
    coach: str
    eligible: bool
    points: int | None
    blocked_by: tuple[str, ...]


def pair_rows(roster: Roster, cycle: Cycle) -> Iterator[PairRow]:
    """Yield a row for each pair, in file order, using bounded memory."""
    free = build_availability_grid(roster, cycle)
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, free))
    limits = session_limits(roster, cycle.sessions)
    names = (*(rule.name for rule in evaluator.hard), SCHEDULE)
    coach_ids = [coach.id for coach in roster.coaches]
    for rows, columns in pair_blocks(len(roster.coachees), len(coach_ids)):
        coachee, coach = (part.ravel() for part in np.broadcast_arrays(rows, columns))
        blocking = [(rule.evaluate(rows, columns) == FORBIDDEN).ravel() for rule in evaluator.hard]
        blocking.append(~schedulable(free, limits, coachee, coach))
        code = sum(
            (by_rule.astype(np.int64) << bit for bit, by_rule in enumerate(blocking)),
            start=np.zeros(len(coachee), dtype=np.int64),
        )
        eligible = np.flatnonzero(code == 0)
        points = np.zeros(len(coachee), dtype=np.int32)
        points[eligible] = evaluator.points(coachee[eligible], coach[eligible])
        blocked_by = {one: _blocking_rules(one, names) for one in np.unique(code).tolist()}
        row_values = zip(
            coachee.tolist(), coach.tolist(), code.tolist(), points.tolist(), strict=True
        )
        for row, column, one, row_points in row_values:
            yield PairRow(
                coachee=roster.coachees[row].id,
                coach=coach_ids[column],
                eligible=not one,
                points=None if one else row_points,
                blocked_by=blocked_by[one],
            )


def _blocking_rules(code: int, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names whose bits are set in `code`."""
    return tuple(name for bit, name in enumerate(names) if code >> bit & 1)
