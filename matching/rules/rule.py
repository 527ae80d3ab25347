"""The interface of matching rules: vectorised evaluation, a readable reason, and examples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from coach.cycle import Cycle
from coach.humans import Humans, humans_of
from coach.people import Coach, Coachee, Roster
from coach.texts.facts import Fact
from matching.instance.availability_grid import AvailabilityGrid
from matching.instance.partial_cycle import FixedHistory

Points = NDArray[np.int16]
Indices = NDArray[np.integer]

FORBIDDEN = -1
MAX_POINTS = 100


@dataclass(frozen=True, eq=False)
class RuleInputs:
    """The inputs of all rules. The rows of `availability_grid` are in the order of `roster`.

    `history` is set only for a cycle in progress. Even then, rules evaluate a pair over the entire
    cycle, so that its points do not change as time passes.
    """

    roster: Roster
    cycle: Cycle
    availability_grid: AvailabilityGrid
    history: FixedHistory | None = None

    @cached_property
    def humans(self) -> Humans:
        """The groups of rows in the roster that belong to the same human."""
        return humans_of(self.roster)


@dataclass(frozen=True)
class Example:
    """A worked example, printed in the documentation and run by the tests.

    Attributes:
        situation: a sentence that describes the example.
        points: the expected points, or `FORBIDDEN` if the rule forbids the pair.
        reason: the expected reason.
        coachee: fields that differ from the default coachee `c`.
        coach: fields that differ from the default coach `k`.
        policy: cycle file tables that differ from the defaults.
        earlier: whether the two people were a pair in an earlier cycle.
    """

    situation: str
    points: int
    reason: Fact
    coachee: Mapping[str, object] = field(default_factory=dict)
    coach: Mapping[str, object] = field(default_factory=dict)
    policy: Mapping[str, object] = field(default_factory=dict)
    earlier: bool = False


class Rule(ABC):
    """Base class for matching rules. Programme managers see the docstring of each subclass.

    Attributes:
        name: the rule's name in verdicts, funnels and `[weights]`.
        hard: whether the rule can forbid a pair. Rules listed in `[weights]` also award points.
        settings: dotted keys of the cycle file that the rule reads.
        examples: worked examples; see `Example`.
    """

    name: ClassVar[str]
    hard: ClassVar[bool]
    settings: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[tuple[Example, ...]]

    @classmethod
    def applies(cls, _inputs: RuleInputs) -> bool:
        """Return whether the rule can make a difference; if not, no result mentions it."""
        return True

    @abstractmethod
    def __init__(self, inputs: RuleInputs) -> None:
        """Precompute arrays from the roster, for use in all blocks."""

    @abstractmethod
    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        """Return the points of each pair, 0 to 100, or `FORBIDDEN`.

        The arguments are arrays of row numbers that broadcast together: `[m, 1]` and `[1, n]`
        evaluate a block `[m, n]`, and two arrays `[p]` evaluate `p` individual pairs.
        """

    def is_waived(self, _coachee: Coachee, _coach: Coach) -> bool:
        """Return whether the rule would forbid a pair, but does not because of a waiver."""
        return False

    @abstractmethod
    def reason(self, coachee: Coachee, coach: Coach, points: int) -> Fact:
        """Return the reason for a pair's `points`, as a phrase that can end a sentence.

        The reason never reveals which person refused the other.
        """
