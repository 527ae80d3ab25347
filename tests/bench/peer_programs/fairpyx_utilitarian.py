"""fairpyx: maximum-weight many-to-many matching. Runs in its own environment."""

import json
import sys
import time
from pathlib import Path

import fairpyx
from fairpyx.algorithms import utilitarian_matching

data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
most = max(points for _, _, points in data["pairs"]) * data["coachees"] + 1
valuations = {f"c{i}": {} for i in range(data["coachees"])}
for i, j, points in data["pairs"]:
    valuations[f"c{i}"][f"k{j}"] = most + points  # placing a coachee outweighs any points
coaches = [f"k{j}" for j in range(len(data["capacity"]))]
started = time.perf_counter()
instance = fairpyx.Instance(
    valuations={
        who: {coach: row.get(coach, 0) for coach in coaches} for who, row in valuations.items()
    },
    agent_capacities=1,
    item_capacities=dict(zip(coaches, data["capacity"], strict=True)),
)
bundles = fairpyx.divide(utilitarian_matching, instance=instance)
seconds = time.perf_counter() - started
chosen = [
    valuations[who][k] - most
    for who, bundle in bundles.items()
    for k in bundle
    if k in valuations[who]
]
print(json.dumps({"seconds": seconds, "placed": len(chosen), "total": sum(chosen)}))
