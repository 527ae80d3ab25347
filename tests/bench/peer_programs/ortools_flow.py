"""OR-Tools: a single min-cost flow on the pairs, which is the floor of the comparison."""

import numpy as np
from exchange import Task
from ortools.graph.python import min_cost_flow

task = Task()
coachee, coach, points = np.array(task.pairs, dtype=np.int64).T
coaches = len(task.capacity)
people = np.arange(task.coachees)
source, first_coach = 0, 1 + task.coachees
sink = first_coach + coaches
flow = min_cost_flow.SimpleMinCostFlow()
pairs = flow.add_arcs_with_capacity_and_unit_cost(
    1 + coachee, first_coach + coach, np.ones_like(coachee), -(task.most + points)
)
flow.add_arcs_with_capacity_and_unit_cost(
    np.full_like(people, source), 1 + people, np.ones_like(people), np.zeros_like(people)
)
flow.add_arcs_with_capacity_and_unit_cost(
    first_coach + np.arange(coaches),
    np.full(coaches, sink),
    np.array(task.capacity),
    np.zeros(coaches, dtype=np.int64),
)
nobody = np.array([source]), np.array([sink]), np.array([task.coachees]), np.array([0])
flow.add_arcs_with_capacity_and_unit_cost(*nobody)
flow.set_nodes_supplies(np.array([source, sink]), np.array([task.coachees, -task.coachees]))
assert flow.solve() == flow.OPTIMAL
taken = flow.flows(pairs) > 0
task.answer(list(zip(coachee[taken].tolist(), coach[taken].tolist(), strict=True)))
