"""matching: hospital-resident stable matching by points, in a separate environment."""

import sys

from exchange import Task
from matching.games import HospitalResident

sys.setrecursionlimit(100_000)  # its recursive copies exceed the default limit
task = Task()
coachee_wishes, coach_wishes = {}, {}
for i, j, _ in sorted(task.pairs, key=lambda row: (-row[2], row)):
    coachee_wishes.setdefault(i, []).append(j)
    coach_wishes.setdefault(j, []).append(i)
game = HospitalResident.create_from_dictionaries(
    coachee_wishes, coach_wishes, {j: task.capacity[j] for j in coach_wishes}
)
solution = game.solve()
task.answer(
    [(coachee.name, coach.name) for coach, placed in solution.items() for coachee in placed]
)
