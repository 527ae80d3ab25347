"""The interface of matching rules: a vectorised evaluation, a phrase for people, and examples."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from coach.cycle import Cycle
from coach.people import Coach, Coachee, Roster
from matching.instance.availability_grid import AvailabilityGrid
from matching.instance.partial_cycle import FixedHistory

Points = NDArray[np.int16]
Indices = NDArray[np.integer]

FORBIDDEN = -1
MAX_POINTS = 100


@dataclass(frozen=True, eq=False)
class RuleInputs:
    """The inputs of rules. The rows of `availability_grid` are in the order of `roster`.

    `history` is set for a cycle in progress. Rules still judge a pair by the whole cycle, so that
    its points do not change as time passes.
    """

    roster: Roster
    cycle: Cycle
    availability_grid: AvailabilityGrid
    history: FixedHistory | None = None


@dataclass(frozen=True)
class Example:
    """A worked example, printed in the documentation and run by the tests.

    Attributes:
        situation: what the example shows, in a sentence.
        points: the expected points, or `FORBIDDEN` if the rule forbids the pair.
        because: the expected phrase.
        coachee: fields that differ from the default coachee `c`.
        coach: fields that differ from the default coach `k`.
        policy: cycle file tables that differ from the defaults.
    """

    situation: str
    points: int
    because: str
    coachee: Mapping[str, object] = field(default_factory=dict)
    coach: Mapping[str, object] = field(default_factory=dict)
    policy: Mapping[str, object] = field(default_factory=dict)


class Rule(ABC):
    """A matching rule. Each rule's docstring is shown to programme managers verbatim.

    Attributes:
        name: the rule's name in verdicts, funnels and `[weights]`.
        hard: whether it can forbid a pair. Rules named in `[weights]` also give points.
        settings: dotted keys of the cycle file that it reads.
        examples: worked examples; see `Example`.
    """

    name: ClassVar[str]
    hard: ClassVar[bool]
    settings: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[tuple[Example, ...]]

    @abstractmethod
    def __init__(self, inputs: RuleInputs) -> None:
        """Prepare arrays from the roster, once for all blocks."""

    @abstractmethod
    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        """Return the points of pairs, 0 to 100, or `FORBIDDEN`.

        The arguments are row numbers that broadcast together: `[m, 1]` and `[1, n]` give a block
        `[m, n]`, two arrays `[p]` give `p` single pairs, and 1 x 1 gives one pair.
        """

    @abstractmethod
    def because(self, coachee: Coachee, coach: Coach, points: int) -> str:
        """Return why `evaluate` gave this pair these `points`, as the end of a sentence.

        The phrase never reveals which of the two refused the other.
        """
