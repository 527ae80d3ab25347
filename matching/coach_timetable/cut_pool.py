"""A coach's latest Lagrangian cuts, evaluated all at once in arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from matching.coach_timetable.lagrangian_cut import UNIT, LagrangianCut

_MAX_CUTS = 64
_FEW_CUTS = 12  # fewer cuts are evaluated one by one, which is faster
_UNKNOWN = -1

Weights = NDArray[np.int64]
"""The weights of candidates in each cut, `int64[cuts, candidates]`, or of a set, `int64[cuts]`."""


class CutPool:
    """The latest cuts; once the pool is full, a new cut replaces the oldest one."""

    def __init__(self) -> None:
        self._cuts: list[LagrangianCut] = []
        self._oldest = 0
        self._column_of: dict[int, int] = {}
        self._weight = np.zeros((0, 0), dtype=np.int64)
        self._total = np.zeros(0, dtype=np.int64)
        self._complete: set[int] = set()  # columns in which every weight is known

    def add(self, cut: LagrangianCut) -> None:
        """Store a cut."""
        self._complete.clear()
        weights = np.full((1, len(self._column_of)), _UNKNOWN, dtype=np.int64)
        if len(self._cuts) < _MAX_CUTS:
            self._cuts.append(cut)
            self._weight = np.concatenate([self._weight, weights])
            self._total = np.append(self._total, cut.total)
            return
        self._cuts[self._oldest] = cut
        self._weight[self._oldest] = weights
        self._total[self._oldest] = cut.total
        self._oldest = (self._oldest + 1) % _MAX_CUTS

    def weights(self, candidates: Sequence[int]) -> Weights:
        """Return the weight of each candidate in each cut."""
        columns = self._columns(candidates)
        weights = self._weight[:, columns]
        if not self._complete.issuperset(columns):
            for row, place in np.argwhere(weights < 0).tolist():
                weight = self._cuts[row].weight(candidates[place])
                weights[row, place] = self._weight[row, columns[place]] = weight
            self._complete.update(columns)
        return weights

    def excludes(self, candidates: Sequence[int]) -> bool:
        """Return whether a cut proves that `candidates` are infeasible together."""
        if len(self._cuts) < _FEW_CUTS:
            return any(cut.excludes(candidates) for cut in self._cuts)
        used = np.add.reduce(self.weights(candidates), axis=1)
        return bool(np.logical_or.reduce(used > self._total))

    def not_excluded(self, held: Sequence[int], others: Sequence[int]) -> list[int]:
        """Return the members of `others` that no cut excludes from joining `held`."""
        if not self._cuts or not others:
            return list(others)
        left = self._total - np.add.reduce(self.weights(held), axis=1)
        excluded = np.logical_or.reduce(self.weights(others) > left[:, None], axis=0).tolist()
        return [one for one, is_excluded in zip(others, excluded, strict=True) if not is_excluded]

    def bound(self, profit: Mapping[int, float]) -> float:
        """Return the lowest bound of any cut on a feasible set's profit, or `inf` without cuts."""
        if not self._cuts:
            return inf
        reduced = np.array(list(profit.values())) - self.weights(list(profit)) / UNIT
        return float((self._total / UNIT + np.maximum(reduced, 0.0).sum(axis=1)).min())

    def _columns(self, candidates: Iterable[int]) -> list[int]:
        column_of = self._column_of
        columns = []
        for one in candidates:
            column = column_of.get(one)
            if column is None:
                column_of[one] = column = len(column_of)
            columns.append(column)
        missing = len(column_of) - self._weight.shape[1]
        if missing:
            unknown = np.full((len(self._cuts), missing), _UNKNOWN, dtype=np.int64)
            self._weight = np.concatenate([self._weight, unknown], axis=1)
        return columns
