"""This engine's assignment: its min-cost flow, without sessions."""

from fractions import Fraction

import numpy as np
from exchange import Task

from matching.assignment.min_cost_flow import solve_flow
from matching.instance.availability_grid import AvailabilityGrid
from matching.instance.problem import MatchingProblem
from matching.instance.series_limits import SeriesLimits

task = Task()
coachee, coach, points = np.array(task.pairs, dtype=np.int64).T
nobody = np.zeros(len(task.pairs), dtype=np.bool_)
nothing = np.zeros(0, dtype=np.int64)
coachee_bits, coach_bits = (
    np.zeros((people, 0), dtype=np.uint64) for people in (task.coachees, len(task.capacity))
)
problem = MatchingProblem(
    priority=np.ones(task.coachees, dtype=np.int64),
    capacity=np.array(task.capacity, dtype=np.int64),
    coachee=coachee,
    coach=coach,
    points=points,
    kept=nobody,
    repeated=nobody,
    cross=nobody,
    pinned=nobody,
    share=Fraction(0),
    limits=SeriesLimits(1, 60, 1, 1, 0, nothing, nothing),
    free=AvailabilityGrid(
        nothing, nothing.astype(np.int32), nothing.astype(np.int32), coachee_bits, coach_bits
    ),
)
chosen = solve_flow(problem, np.arange(len(task.pairs)), task.most + points).choice
task.answer(list(zip(coachee[chosen].tolist(), coach[chosen].tolist(), strict=True)))
