"""matching: hospital-resident stable matching by points. Runs in its own environment."""

import json
import sys
import time
from pathlib import Path

from matching.games import HospitalResident

sys.setrecursionlimit(100_000)  # its recursive copies exceed the default limit
data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
points = {(i, j): value for i, j, value in data["pairs"]}
coachee_wishes, coach_wishes = {}, {}
for i, j in sorted(points, key=lambda pair: (-points[pair], pair)):
    coachee_wishes.setdefault(i, []).append(j)
    coach_wishes.setdefault(j, []).append(i)
started = time.perf_counter()
game = HospitalResident.create_from_dictionaries(
    coachee_wishes, coach_wishes, {j: data["capacity"][j] for j in coach_wishes}
)
solution = game.solve()
seconds = time.perf_counter() - started
chosen = [(coachee.name, coach.name) for coach, placed in solution.items() for coachee in placed]
print(
    json.dumps(
        {"seconds": seconds, "placed": len(chosen), "total": sum(points[pair] for pair in chosen)}
    )
)
