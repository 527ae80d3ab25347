"""Cheapest reassignments after dropping a pair: shortest paths in the residual network.

In the residual network of a choice (Ahuja, Magnanti and Orlin 1993, chapter 9), a coachee who loses
their coach moves to another coach, displaces a coachee there, and so on, until the path reaches
free capacity, leaves a coachee unassigned, or returns to the first coach. Nodes are the coaches
and, last, a node for "unassigned". The length of an arc is the smallest loss of such a move under
the dual values, so all lengths are nonnegative. Floyd-Warshall computes all shortest paths.

Any choice that omits a pair contains such a path for its coachee. If no choice exceeds `bound`
under these duals, the profit of a choice that assigns the coachee to another coach is at most
`bound` minus the length of the path.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.assignment.min_cost_flow import FlowSolution

NO_PATH = 1 << 60
_FREE = -1  # marks an arc that moves no coachee


@dataclass(frozen=True, eq=False)
class AlternatingPath:
    """The pairs removed and added when a coachee changes coaches."""

    removed: list[int]
    added: list[int]

    def apply(self, choice: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return `choice`, in ascending order, with the path's pairs removed and added."""
        stays = np.delete(choice, np.searchsorted(choice, self.removed))
        added = np.array(sorted(self.added), dtype=np.int64)
        return np.insert(stays, np.searchsorted(stays, added), added)


class ResidualPaths:
    """Shortest residual paths for all coachees of a choice."""

    def __init__(self, flow: FlowSolution, choice: NDArray[np.int64]) -> None:
        """Compute the paths for `choice`, which must be a subset of the pairs in `flow`."""
        problem = flow.problem
        coaches, nowhere = len(problem.capacity), len(problem.capacity)
        self._coach_of = problem.coach
        self._current_coach = np.full(len(problem.priority), nowhere, dtype=np.int64)
        self._current_coach[problem.coachee[choice]] = problem.coach[choice]
        self._pair_of = dict(zip(problem.coachee[choice].tolist(), choice.tolist(), strict=True))
        self._coachee_of = problem.coachee
        self._nowhere = nowhere
        self._pairs, self._loss = flow.pairs, flow.loss
        self._first = np.searchsorted(
            problem.coachee[flow.pairs], np.arange(len(self._current_coach) + 1)
        ).tolist()
        self._least = np.full((coaches + 1, coaches + 1), NO_PATH, dtype=np.int64)
        self._arc_pair = np.full((coaches + 1, coaches + 1), _FREE, dtype=np.int64)
        self._build_arcs(flow, choice)
        self._close_paths()

    def loss(self, coachee: int) -> int:
        """Return a lower bound on the loss of choices with another coach, or `NO_PATH` if none."""
        return min(self._alternatives(coachee)[1].tolist(), default=NO_PATH)

    def shortest_path(self, coachee: int) -> AlternatingPath:
        """Return a path of length `loss(coachee)`, which must exist."""
        pairs, losses = self._alternatives(coachee)
        here = int(self._current_coach[coachee])
        first = int(pairs[np.argmin(losses)])
        removed, added = [self._pair_of[coachee]], [first]
        node = int(self._coach_of[first])
        while node != here:
            after = int(self._next[node, here])
            pair = int(self._arc_pair[node, after])
            if pair != _FREE:
                if node != self._nowhere:
                    removed.append(self._pair_of[int(self._coachee_of[pair])])
                if after != self._nowhere:
                    added.append(pair)
            node = after
        return AlternatingPath(removed, added)

    def _alternatives(self, coachee: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the coachee's pairs with other coaches, and a lower bound on the loss of each."""
        own = slice(self._first[coachee], self._first[coachee + 1])
        pairs, loss = self._pairs[own], self._loss[own]
        elsewhere = self._coach_of[pairs] != self._current_coach[coachee]
        pairs, loss = pairs[elsewhere], loss[elsewhere]
        onward = self._least[self._coach_of[pairs], self._current_coach[coachee]]
        return pairs, np.minimum(NO_PATH, loss + onward)

    def _build_arcs(self, flow: FlowSolution, choice: NDArray[np.int64]) -> None:
        """Compute the cheapest arc between every two nodes."""
        problem, nowhere = flow.problem, self._nowhere
        coachee_dual, place_dual = flow.duals
        source, target = self._current_coach[problem.coachee[flow.pairs]], problem.coach[flow.pairs]
        arcs = np.flatnonzero(source != target)
        self._add_arcs(source[arcs], target[arcs], flow.loss[arcs], flow.pairs[arcs])
        self._add_arcs(
            problem.coach[choice],
            np.full(len(choice), nowhere),
            coachee_dual[problem.coachee[choice]],
            choice,
        )
        taken = np.bincount(problem.coach[choice], minlength=nowhere)
        free = np.flatnonzero(taken < problem.capacity)
        self._add_arcs(
            free, np.full(len(free), nowhere), np.zeros_like(free), np.full_like(free, _FREE)
        )
        empty = np.flatnonzero((taken > 0) & (place_dual < self._least[nowhere, :nowhere]))
        self._add_arcs(
            np.full(len(empty), nowhere), empty, place_dual[empty], np.full_like(empty, _FREE)
        )

    def _add_arcs(
        self,
        source: NDArray[np.int64],
        target: NDArray[np.int64],
        loss: NDArray[np.int64],
        pair: NDArray[np.int64],
    ) -> None:
        order = np.argsort(-loss, kind="stable")  # write the cheapest arc last
        self._least[source[order], target[order]] = loss[order]
        self._arc_pair[source[order], target[order]] = pair[order]

    def _close_paths(self) -> None:
        """Extend single arcs to shortest paths (Floyd-Warshall)."""
        nodes = np.arange(len(self._least))
        np.fill_diagonal(self._least, 0)
        self._next = np.broadcast_to(nodes, self._least.shape).copy()
        for middle in nodes.tolist():
            through = self._least[:, middle, np.newaxis] + self._least[middle]
            shorter = through < self._least
            np.copyto(self._least, through, where=shorter)
            np.copyto(self._next, self._next[:, middle, np.newaxis], where=shorter)
