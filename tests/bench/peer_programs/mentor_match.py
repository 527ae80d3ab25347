"""mentor-match 7: rounds of one-to-one assignment. Runs in its own environment."""

import json
import sys
import time
from pathlib import Path

from matching.match import Match
from matching.mentee import Mentee
from matching.mentor import Mentor
from matching.process import process_data

from matching.rules.rule import Disqualify, Rule

data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
points = {(i, j): value for i, j, value in data["pairs"]}
capacity = data["capacity"]


class Points(Rule):
    """A rule of the package that scores a pair with its points."""

    def apply(self, match: Match) -> int:
        """Return the points of a pair."""
        return points.get((match.mentee.grade, match.mentor.grade), 0)


def may_not(match: Match) -> bool:
    """Return whether a pair is ineligible or a person is full; the package has no capacities."""
    return (
        (match.mentee.grade, match.mentor.grade) not in points
        or bool(match.mentee.mentors)
        or len(match.mentor.mentees) >= capacity[match.mentor.grade]
    )


mentees = [Mentee(grade=i, email=f"c{i}") for i in range(data["coachees"])]
mentors = [Mentor(grade=j, email=f"k{j}") for j in range(len(capacity))]
rounds = [[Points(), Disqualify(may_not)] for _ in range(min(3, max(capacity)))]
started = time.perf_counter()
process_data(mentors, mentees, rounds)
seconds = time.perf_counter() - started
chosen = [(mentee.grade, mentor.grade) for mentee in mentees for mentor in mentee.mentors]
assert all(pair in points for pair in chosen)
print(
    json.dumps(
        {"seconds": seconds, "placed": len(chosen), "total": sum(points[pair] for pair in chosen)}
    )
)
