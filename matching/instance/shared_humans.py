"""Humans with several rows in a problem: both coachee and coach, or entered twice.

No two sessions of one human may overlap, regardless of role. Two pairs are *linked* if a human
belongs to both; pairs of the same coach never overlap anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coach.humans import Humans

NOBODY = -1
"""A placeholder for the number of a human who has only one row."""


@dataclass(frozen=True, eq=False)
class SharedHumans:
    """The humans with several rows, as numbers from 0.

    Attributes:
        coachee: `int64[n]`, the human of each coachee, or `NOBODY` if they have no other row.
        coach: `int64[m]`, likewise for each coach.
    """

    coachee: NDArray[np.int64]
    coach: NDArray[np.int64]

    @cached_property
    def rows(self) -> Mapping[int, tuple[tuple[int, ...], tuple[int, ...]]]:
        """The rows of each human: the rows as a coachee, and the rows as a coach."""
        return {
            human: (
                tuple(np.flatnonzero(self.coachee == human).tolist()),
                tuple(np.flatnonzero(self.coach == human).tolist()),
            )
            for human in sorted({*self.coachee.tolist(), *self.coach.tolist()} - {NOBODY})
        }

    def of(self, coachee: int, coach: int) -> tuple[int, ...]:
        """Return the humans with several rows who are in a pair, at most two."""
        found = int(self.coachee[coachee]), int(self.coach[coach])
        return tuple(sorted({*found} - {NOBODY}))

    def linked_groups(self, pairs: Iterable[tuple[int, int, int]]) -> Iterator[list[int]]:
        """Yield the groups of linked pairs, which cannot be timetabled independently of each other.

        `pairs` contains `(pair, coachee, coach)`. Each group lists all pairs, in ascending order,
        of two or more coaches who are linked, directly or through other coaches.
        """
        chosen = [*pairs]
        by_coach: dict[int, list[int]] = defaultdict(list)
        humans: dict[int, set[int]] = defaultdict(set)
        for pair, coachee, coach in chosen:
            by_coach[coach].append(pair)
            for human in self.of(coachee, coach):
                humans[human].add(coach)
        group: dict[int, set[int]] = {coach: {coach} for coach in by_coach}
        for coaches in humans.values():
            joined = set().union(*(group[coach] for coach in coaches))
            for coach in joined:
                group[coach] = joined
        for coach in sorted(group):
            if coach == min(group[coach]) and len(group[coach]) > 1:
                yield sorted(pair for one in group[coach] for pair in by_coach[one])


def shared_humans(humans: Humans) -> SharedHumans | None:
    """Return the humans with several rows, or `None` if there are none."""
    number = {human: place for place, human in enumerate(sorted(humans.repeated))}
    if not number:
        return None
    return SharedHumans(
        np.array([number.get(one, NOBODY) for one in humans.coachees], dtype=np.int64),
        np.array([number.get(one, NOBODY) for one in humans.coaches], dtype=np.int64),
    )
