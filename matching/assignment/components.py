"""Connected components of the graph whose edges are the pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.instance.problem import MatchingProblem


def components(problem: MatchingProblem, allowed: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Split the `allowed: bool[P]` pairs into connected components, smallest first.

    Components have no coachee or coach in common. They are computed by hooking and pointer jumping
    (Shiloach and Vishkin 1982): in each round, every person adopts the smallest label among their
    neighbours, and then that label's own label, until the labels are stable. Few rounds are needed,
    and each is vectorised.
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
