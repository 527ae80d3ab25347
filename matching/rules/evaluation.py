"""Evaluates the rules: which pairs are allowed, with how many points, and why others are not.

Pairs are evaluated in blocks to limit memory use: hard rules for entire blocks, soft rules for the
remaining pairs. Every method calls the same `Rule.evaluate`, for one pair or twenty million.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from coach.people import Coach, Coachee
from coach.texts.facts import Fact
from matching.concurrency import ParallelMap
from matching.instance.problem import EligiblePairs
from matching.result import FunnelStep, Verdict
from matching.rules import FORBIDDEN, RULES, Rule, RuleInputs
from matching.rules.repeat import RepeatRule
from matching.rules.rule import MAX_POINTS, Indices
from matching.rules.waived import WaivedRule

_BLOCK_CELLS = 1_048_576


class RuleEvaluator:
    """The rules that apply to a roster and a policy, with precomputed data."""

    def __init__(self, inputs: RuleInputs) -> None:
        self.inputs = inputs
        self.rules: tuple[Rule, ...] = tuple(
            WaivedRule.prepared(rule(inputs), inputs) for rule in RULES if rule.applies(inputs)
        )
        self._marks = RepeatRule(inputs) if RepeatRule.marks(inputs) else None
        self.hard = tuple(rule for rule in self.rules if rule.hard)

    def weighted_rules(self) -> tuple[tuple[Rule, int], ...]:
        """Return the rules listed in `[weights]` with their weights, in the order of `RULES`."""
        weights = self.inputs.cycle.weights.model_dump()
        return tuple((rule, weights[rule.name]) for rule in self.rules if rule.name in weights)

    def allowed(self, coachee: Indices, coach: Indices) -> NDArray[np.bool_]:
        """Return, for each broadcast pair, whether every hard rule allows it."""
        allowed = np.ones(np.broadcast_shapes(coachee.shape, coach.shape), dtype=np.bool_)
        for rule in self.hard:
            allowed &= rule.evaluate(coachee, coach) != FORBIDDEN
        return allowed

    def points(self, coachee: Indices, coach: Indices) -> NDArray[np.int32]:
        """Return the weighted sum of points for each of the allowed pairs `[p]`."""
        total = np.zeros(coachee.shape, dtype=np.int32)
        for rule, weight in self.weighted_rules():
            if weight:
                total += weight * rule.evaluate(coachee, coach).astype(np.int32)
        return total

    def table(
        self, on_block: Callable[[], object] = lambda: None, parallel_map: ParallelMap = map
    ) -> EligiblePairs:
        """Return all pairs that no hard rule forbids, with their points.

        `on_block` is called between blocks and may raise an exception to stop. `parallel_map` may
        process several blocks concurrently.
        """
        roster = self.inputs.roster
        empty = np.zeros(0, dtype=np.int32)
        parts = [(empty, empty, empty)]
        for part in parallel_map(
            self._evaluate_block, pair_blocks(len(roster.coachees), len(roster.coaches))
        ):
            on_block()
            parts.append(part)
        coachees, coaches, points = zip(*parts, strict=True)
        return EligiblePairs(
            np.concatenate(coachees), np.concatenate(coaches), np.concatenate(points)
        )

    def _evaluate_block(
        self, block: tuple[NDArray[np.int32], NDArray[np.int32]]
    ) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Return the coachees, coaches and points of the allowed pairs in a block."""
        rows, columns = block
        row, column = np.nonzero(self.allowed(rows, columns))
        coachee = (row + rows[0, 0]).astype(np.int32)
        coach = column.astype(np.int32)
        return coachee, coach, self.points(coachee, coach)

    def verdicts(self, coachee: int, coach: int) -> tuple[Verdict, ...]:
        """Return the verdict of each weighted rule on an allowed pair."""
        return next(self.verdicts_for_pairs(np.array([coachee]), np.array([coach])))

    def verdicts_for_pairs(self, coachee: Indices, coach: Indices) -> Iterator[tuple[Verdict, ...]]:
        """Yield the verdicts on each of the allowed pairs `[p]`.

        A pair from an earlier cycle that the policy avoids is marked by a verdict without weight.
        """
        roster = self.inputs.roster
        weighted_rules = self.weighted_rules()
        evaluated = [rule.evaluate(coachee, coach).tolist() for rule, _ in weighted_rules]
        for place, (row, column) in enumerate(zip(coachee.tolist(), coach.tolist(), strict=True)):
            pair = roster.coachees[row], roster.coaches[column]
            verdicts = tuple(
                Verdict(
                    rule=rule.name,
                    points=points[place],
                    weight=weight,
                    reason=rule.reason(*pair, points[place]),
                    waived=rule.is_waived(*pair),
                )
                for (rule, weight), points in zip(weighted_rules, evaluated, strict=True)
            )
            yield (*verdicts, *self._marked(*pair))

    def _marked(self, coachee: Coachee, coach: Coach) -> tuple[Verdict, ...]:
        rule = self._marks
        if rule is None or not rule.is_repeated(coachee, coach):
            return ()
        reason = rule.reason(coachee, coach, MAX_POINTS)
        return (Verdict(rule=rule.name, points=MAX_POINTS, weight=0, reason=reason),)

    def objections(self, coachee: int, coach: int) -> dict[str, Fact]:
        """Return the reasons why hard rules forbid a pair, keyed by rule, in `RULES` order."""
        return {
            rule.name: self.explain_rule(rule, coachee, coach)
            for rule in self.hard
            if self.rule_points(rule, coachee, coach) == FORBIDDEN
        }

    def remaining_after_each(self, coachee: int) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Yield each hard rule's name and the coaches, `bool[m]`, that no rule so far forbids."""
        everybody = np.arange(len(self.inputs.roster.coaches))
        left = np.ones(len(everybody), dtype=np.bool_)
        for rule in self.hard:
            left = left & (rule.evaluate(np.array([coachee]), everybody) != FORBIDDEN)
            yield rule.name, left

    def rule_points(self, rule: Rule, coachee: int, coach: int) -> int:
        """Return a rule's points for a pair, or `FORBIDDEN`."""
        return int(rule.evaluate(np.array([[coachee]]), np.array([[coach]]))[0, 0])

    def explain_rule(self, rule: Rule, coachee: int, coach: int) -> Fact:
        """Return a rule's reason for a pair's points, or for forbidding the pair."""
        roster = self.inputs.roster
        points = self.rule_points(rule, coachee, coach)
        return rule.reason(roster.coachees[coachee], roster.coaches[coach], points)


def pair_blocks(
    coachees: int, coaches: int, cells: int = _BLOCK_CELLS
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """Yield blocks of pairs as coachee rows `[b, 1]` and the rows of all coaches `[1, m]`."""
    if not coaches:
        return
    columns = np.arange(coaches, dtype=np.int32)[np.newaxis, :]
    step = max(1, cells // coaches)
    edges = [*range(0, coachees, step), coachees]
    for first, last in pairwise(edges):
        yield np.arange(first, last, dtype=np.int32)[:, np.newaxis], columns


def funnel(evaluator: RuleEvaluator, coachee: int) -> tuple[FunnelStep, ...]:
    """Return how many coaches remain for a coachee after each hard rule."""
    return tuple(
        FunnelStep(rule=name, left=int(left.sum()))
        for name, left in evaluator.remaining_after_each(coachee)
    )
