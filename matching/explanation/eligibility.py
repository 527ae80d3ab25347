"""How coachees stand to every coach: which rules object, and whom they could meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.instance.meeting import can_meet
from matching.instance.pair_report import SCHEDULE
from matching.result import FunnelStep, UnmatchedReason
from matching.rules import FORBIDDEN
from matching.rules.evaluation import Judges, blocks

_BLOCK_CELLS = 1 << 17  # small, so that whoever takes standings one by one can stop in between


@dataclass(frozen=True, eq=False)
class Standing:
    """One coachee beside all `m` coaches.

    Attributes:
        row: the coachee's row in the roster.
        objects: for each hard rule, in table order, `bool[m]` where it forbids the pair.
        able: `bool[m]` where the pair, were it alone, could place its whole series.
    """

    row: int
    objects: dict[str, NDArray[np.bool_]]
    able: NDArray[np.bool_]

    @property
    def eligible(self) -> NDArray[np.bool_]:
        """`bool[m]` where no hard rule objects."""
        return ~_any_of(self.objects.values(), len(self.able))

    @property
    def open(self) -> NDArray[np.bool_]:
        """`bool[m]` where neither a rule nor the calendar stands in the way."""
        return self.eligible & self.able

    @property
    def near(self) -> NDArray[np.bool_]:
        """`bool[m]` where at most one hard rule objects, whatever the calendar says."""
        objecting = np.zeros(len(self.able), dtype=np.int64)
        for forbids in self.objects.values():
            objecting += forbids
        return objecting <= 1

    def only(self, rule: str) -> NDArray[np.bool_]:
        """`bool[m]` where `rule` alone stands in the way."""
        others = (forbids for name, forbids in self.objects.items() if name != rule)
        return self.objects[rule] & ~_any_of(others, len(self.able)) & self.able

    def funnel(self) -> tuple[FunnelStep, ...]:
        """How many coaches each rule and at last the calendar leave, one after the other."""
        left = np.ones(len(self.able), dtype=np.bool_)
        steps = []
        for name, stays in (*((n, ~f) for n, f in self.objects.items()), (SCHEDULE, self.able)):
            left = left & stays
            steps.append(FunnelStep(rule=name, left=int(left.sum())))
        return tuple(steps)

    def reason(self) -> UnmatchedReason:
        """Why there is no coach, in one word."""
        if not self.eligible.any():
            return "nobody-eligible"
        return "all-taken" if self.open.any() else "nobody-schedulable"


def standings(judges: Judges, rows: Sequence[int]) -> Iterator[Standing]:
    """The standing of each coachee of `rows`, in their order, in bounded memory."""
    chosen = np.array(rows, dtype=np.int32)
    coaches = len(judges.facts.roster.coaches)
    if not coaches:
        nobody = np.zeros(0, dtype=np.bool_)
        yield from (Standing(row, {r.name: nobody for r in judges.hard}, nobody) for row in rows)
    for places, columns in blocks(len(chosen), coaches, _BLOCK_CELLS):
        block = chosen[places]
        objects = {rule.name: rule.judge(block, columns) == FORBIDDEN for rule in judges.hard}
        coachee, coach = (part.ravel() for part in np.broadcast_arrays(block, columns))
        able = can_meet(judges, coachee, coach).reshape(len(block), coaches)
        for place, row in enumerate(block[:, 0].tolist()):
            yield Standing(
                row, {name: forbids[place] for name, forbids in objects.items()}, able[place]
            )


def _any_of(masks: Iterable[NDArray[np.bool_]], size: int) -> NDArray[np.bool_]:
    """`bool[size]`: where any of the masks is true."""
    together = np.zeros(size, dtype=np.bool_)
    for mask in masks:
        together |= mask
    return together
