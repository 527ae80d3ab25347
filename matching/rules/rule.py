"""What a matching rule is: one judgement on arrays, one phrase for people, and its examples."""

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
    """What rules judge from. Rows of `availability_grid` stand as the people do in `roster`.

    `history` is there for a cycle under way. Rules judge a pair by the whole cycle all the same, so
    that its points do not change as time goes by.
    """

    roster: Roster
    cycle: Cycle
    availability_grid: AvailabilityGrid
    history: FixedHistory | None = None


@dataclass(frozen=True)
class Example:
    """A worked example, printed by the documentation and run by the tests.

    Attributes:
        situation: what the example shows, in a sentence.
        points: what the rule must say; `FORBIDDEN` where it forbids the pair.
        because: the phrase it must give.
        coachee, coach: what differs from a plain coachee `c` and a plain coach `k`.
        policy: the cycle file's tables that differ from the defaults.
    """

    situation: str
    points: int
    because: str
    coachee: Mapping[str, object] = field(default_factory=dict)
    coach: Mapping[str, object] = field(default_factory=dict)
    policy: Mapping[str, object] = field(default_factory=dict)


class Rule(ABC):
    """One rule. Its docstring is written for programme managers and printed as it stands.

    Attributes:
        name: as in verdicts, funnels and `[weights]`.
        hard: whether it can forbid a pair. A rule that `[weights]` names also gives points.
        settings: dotted keys of the cycle file that it reads.
        examples: see `Example`.
    """

    name: ClassVar[str]
    hard: ClassVar[bool]
    settings: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[tuple[Example, ...]]

    @abstractmethod
    def __init__(self, inputs: RuleInputs) -> None:
        """Lay the roster out as arrays, once for all the blocks to be judged."""

    @abstractmethod
    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        """Points of pairs, 0 to 100, or `FORBIDDEN`.

        Takes row numbers that broadcast together: `[m, 1]` and `[1, n]` judge a block and give
        `[m, n]`, two arrays `[p]` judge `p` single pairs, and 1 x 1 explains one pair.
        """

    @abstractmethod
    def because(self, coachee: Coachee, coach: Coach, points: int) -> str:
        """Why `evaluate` gave this pair these `points`, as the end of a sentence.

        Never says which of the two refused the other.
        """
