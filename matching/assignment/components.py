"""Connected components of the pairs, which are linked by shared coachees or coaches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.instance.problem import MatchingProblem


def components(problem: MatchingProblem, allowed: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Split the `allowed: bool[P]` pairs into components that share nobody, smallest first.

    Each person takes the smallest label among their neighbours, and then that label's own label,
    until nothing changes (hooking and pointer jumping, Shiloach and Vishkin 1982). This takes few
    rounds, each vectorised.
    """
    pairs = np.flatnonzero(allowed)
    coachee = problem.coachee[pairs]
    coach = problem.coach[pairs] + len(problem.priority)
    label = np.arange(len(problem.priority) + len(problem.capacity))
    while True:
        least = np.minimum(label[coachee], label[coach])
        hooked = label.copy()
        for people in (coachee, coach, label[coachee], label[coach]):
            np.minimum.at(hooked, people, least)
        hooked = hooked[hooked]
        if (hooked == label).all():
            break
        label = hooked
    parts = label[coachee]
    found = []
    for part in np.unique(parts):
        inside = np.zeros(problem.size, dtype=np.bool_)
        inside[pairs[parts == part]] = True
        found.append(inside)
    return sorted(found, key=np.count_nonzero)
