"""CP-SAT, with one Boolean variable for each pair and a single worker."""

from collections import defaultdict

from exchange import Task
from ortools.sat.python import cp_model

task = Task()
model = cp_model.CpModel()
of_coachee, of_coach, weighted = defaultdict(list), defaultdict(list), []
terms = []
for i, j, points in task.pairs:
    term = model.new_bool_var("")
    terms.append(term)
    of_coachee[i].append(term)
    of_coach[j].append(term)
    weighted.append((task.most + points) * term)
for group in of_coachee.values():
    model.add_at_most_one(group)
for j, group in of_coach.items():
    model.add(sum(group) <= task.capacity[j])
model.maximize(sum(weighted))
solver = cp_model.CpSolver()
solver.parameters.num_workers = 1
solver.parameters.random_seed = 1
assert solver.solve(model) == cp_model.OPTIMAL
chosen = [
    (i, j) for (i, j, _), term in zip(task.pairs, terms, strict=True) if solver.boolean_value(term)
]
task.answer(chosen)
