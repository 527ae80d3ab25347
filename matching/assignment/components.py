"""Connected components of the graph whose edges are the pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.instance.problem import MatchingProblem


def components(problem: MatchingProblem, allowed: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Split the `allowed: bool[P]` pairs into connected components, as masks, smallest first.

    Two components share no coachee, no coach, and no human with several rows. Components are
    computed by hooking and pointer jumping (Shiloach and Vishkin 1982): in each round, every person
    adopts the smallest label among their neighbours, and then that label's own label, until the
    labels are stable. Few rounds are needed, and each is vectorised.
    """
    pairs = np.flatnonzero(allowed)
    coachee = problem.coachee[pairs]
    one, other = _rows_of_one_human(problem)
    ends = (
        np.concatenate((coachee, one)),
        np.concatenate((problem.coach[pairs] + len(problem.priority), other)),
    )
    label = np.arange(len(problem.priority) + len(problem.capacity))
    while True:
        least = np.minimum(label[ends[0]], label[ends[1]])
        hooked = label.copy()
        for people in (*ends, label[ends[0]], label[ends[1]]):
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


def _rows_of_one_human(problem: MatchingProblem) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return edges between the rows of each human; coaches are numbered after all coachees."""
    edges: list[tuple[int, int]] = []
    for rows, columns in problem.humans.rows.values() if problem.humans else ():
        first, *others = (*rows, *(column + len(problem.priority) for column in columns))
        edges += [(first, other) for other in others]
    ends = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return ends[:, 0], ends[:, 1]
