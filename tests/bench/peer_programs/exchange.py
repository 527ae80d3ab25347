"""The exchange of pairs and answers with the programs.

The clock runs from before the pairs are read until the chosen pairs are written. Imports are not
measured.
"""

import json
import sys
import time
from pathlib import Path

_PAIRS, _ANSWER = (Path(word) for word in sys.argv[1:3])


class Task:
    """The pairs to choose from, as rows of coachee, coach and points.

    Attributes:
        coachees: the number of coachees, who are numbered from 0.
        capacity: the number of places of each coach.
        pairs: the eligible pairs.
        most: a bound above the points of all coachees together, so that placing outweighs points.
    """

    def __init__(self) -> None:
        """Start the clock and read the pairs."""
        self._started = time.perf_counter()
        data = json.loads(_PAIRS.read_text(encoding="utf-8"))
        self.coachees: int = data["coachees"]
        self.capacity: list[int] = data["capacity"]
        self.pairs: list[list[int]] = data["pairs"]
        self.most: int = max(points for _, _, points in self.pairs) * self.coachees + 1

    def answer(self, chosen: list[tuple[int, int]]) -> None:
        """Write the chosen (coachee, coach) pairs, stop the clock, check and print the result."""
        _ANSWER.write_text(json.dumps(sorted(chosen)), encoding="utf-8")
        seconds = time.perf_counter() - self._started
        points = {(i, j): value for i, j, value in self.pairs}
        assert len({i for i, _ in chosen}) == len(chosen), "a coachee has two coaches"
        for coach, places in enumerate(self.capacity):
            assert sum(j == coach for _, j in chosen) <= places, "a coach has too many coachees"
        total = sum(points[pair] for pair in chosen)
        print(json.dumps({"seconds": seconds, "placed": len(chosen), "total": total}))
