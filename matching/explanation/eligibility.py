"""A coachee's eligibility for each coach: which rules forbid the pair, and whether it can meet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.result import FunnelStep, UnmatchedReason
from matching.rules import FORBIDDEN
from matching.rules.evaluation import RuleEvaluator, pair_blocks
from matching.rules.schedule import SCHEDULE, can_meet

_BLOCK_CELLS = 1 << 17  # small, because callers may stop after any coachee


@dataclass(frozen=True, eq=False)
class Eligibility:
    """A coachee's eligibility for each of the `m` coaches.

    Attributes:
        row: the coachee's row in the roster.
        forbidden_by: for each hard rule, in the order of `RULES`, `bool[m]`: whether the rule
            forbids the pair.
        schedulable: `bool[m]`: whether the pair could place all its (remaining) sessions if there
            were no other pairs.
    """

    row: int
    forbidden_by: dict[str, NDArray[np.bool_]]
    schedulable: NDArray[np.bool_]

    @property
    def eligible(self) -> NDArray[np.bool_]:
        """`bool[m]`: whether no hard rule forbids the pair."""
        return ~_union(self.forbidden_by.values(), len(self.schedulable))

    @property
    def available(self) -> NDArray[np.bool_]:
        """`bool[m]`: whether the pair is both eligible and schedulable."""
        return self.eligible & self.schedulable

    @property
    def nearly_eligible(self) -> NDArray[np.bool_]:
        """`bool[m]`: whether at most one hard rule forbids the pair, schedulable or not."""
        objecting = np.zeros(len(self.schedulable), dtype=np.int64)
        for forbids in self.forbidden_by.values():
            objecting += forbids
        return objecting <= 1

    def blocked_only_by(self, rule: str) -> NDArray[np.bool_]:
        """Return `bool[m]`: whether the pair is schedulable and only `rule` forbids it."""
        others = (forbids for name, forbids in self.forbidden_by.items() if name != rule)
        return self.forbidden_by[rule] & ~_union(others, len(self.schedulable)) & self.schedulable

    def funnel(self) -> tuple[FunnelStep, ...]:
        """Return how many coaches remain after each hard rule and, finally, the schedule."""
        left = np.ones(len(self.schedulable), dtype=np.bool_)
        steps = []
        for name, stays in (
            *((n, ~f) for n, f in self.forbidden_by.items()),
            (SCHEDULE, self.schedulable),
        ):
            left = left & stays
            steps.append(FunnelStep(rule=name, left=int(left.sum())))
        return tuple(steps)

    def reason(self) -> UnmatchedReason:
        """Return the code of the reason why the coachee has no coach."""
        if not self.eligible.any():
            return "nobody-eligible"
        return "all-taken" if self.available.any() else "nobody-schedulable"


def eligibilities(
    evaluator: RuleEvaluator, rows: Sequence[int], on_block: Callable[[], object] = lambda: None
) -> Iterator[Eligibility]:
    """Yield the eligibility of each coachee in `rows`, in order, using bounded memory.

    `on_block` is called between blocks of pairs and may raise an exception to stop.
    """
    chosen = np.array(rows, dtype=np.int32)
    coaches = len(evaluator.inputs.roster.coaches)
    if not coaches:
        nobody = np.zeros(0, dtype=np.bool_)
        yield from (
            Eligibility(row, {r.name: nobody for r in evaluator.hard}, nobody) for row in rows
        )
    for places, columns in pair_blocks(len(chosen), coaches, _BLOCK_CELLS):
        block = chosen[places]
        forbidden_by = {
            rule.name: rule.evaluate(block, columns) == FORBIDDEN for rule in evaluator.hard
        }
        coachee, coach = (part.ravel() for part in np.broadcast_arrays(block, columns))
        able = can_meet(evaluator.inputs, coachee, coach, on_block=on_block)
        schedulable = able.reshape(len(block), coaches)
        for place, row in enumerate(block[:, 0].tolist()):
            yield Eligibility(
                row,
                {name: forbids[place] for name, forbids in forbidden_by.items()},
                schedulable[place],
            )


def _union(masks: Iterable[NDArray[np.bool_]], size: int) -> NDArray[np.bool_]:
    """Return `bool[size]`: whether at least one of the masks is true."""
    together = np.zeros(size, dtype=np.bool_)
    for mask in masks:
        together |= mask
    return together
