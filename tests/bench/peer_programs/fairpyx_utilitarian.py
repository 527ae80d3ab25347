"""fairpyx: maximum-weight many-to-many matching, in a separate environment."""

import fairpyx
from exchange import Task
from fairpyx.algorithms import utilitarian_matching

task = Task()
valuations = {f"c{i}": {} for i in range(task.coachees)}
for i, j, points in task.pairs:
    valuations[f"c{i}"][f"k{j}"] = task.most + points  # placing a coachee outweighs any points
coaches = [f"k{j}" for j in range(len(task.capacity))]
instance = fairpyx.Instance(
    valuations={
        who: {coach: row.get(coach, 0) for coach in coaches} for who, row in valuations.items()
    },
    agent_capacities=1,
    item_capacities=dict(zip(coaches, task.capacity, strict=True)),
)
bundles = fairpyx.divide(utilitarian_matching, instance=instance)
task.answer(
    [
        (int(who[1:]), int(coach[1:]))
        for who, bundle in bundles.items()
        for coach in bundle
        if coach in valuations[who]
    ]
)
