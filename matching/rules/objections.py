"""Finds why a single pair is forbidden, without evaluating the rest of the cycle."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from coach.cycle import Cycle
from coach.people import Roster
from coach.texts.facts import Fact
from matching.facts.names import rule_name
from matching.facts.rules import ALL_REASONS, OBJECTION
from matching.instance.availability_grid import build_availability_grid
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.rules.schedule import can_meet


class PairJudgement:
    """Judges a pair by the rules and by its common free time, on a grid that is built only once."""

    def __init__(self, roster: Roster, cycle: Cycle, coachee: str, coach: str) -> None:
        """Prepare the judgement of a coachee and a coach, who must be in `roster`."""
        pair = _pair(roster, coachee, coach)
        self._inputs = RuleInputs(pair, cycle, build_availability_grid(pair, cycle))

    def objections(self) -> dict[str, Fact]:
        """Return the reasons why hard rules forbid the pair, keyed by rule."""
        return RuleEvaluator(self._inputs).objections(0, 0)

    def can_place_sessions(self) -> bool:
        """Return whether the pair has enough common time for all its sessions."""
        first = np.zeros(1, dtype=np.int32)
        return bool(can_meet(self._inputs, first, first)[0])


def objections(roster: Roster, cycle: Cycle, coachee: str, coach: str) -> dict[str, Fact]:
    """Return the reasons why hard rules forbid a pair in `roster`, keyed by rule."""
    return PairJudgement(roster, cycle, coachee, coach).objections()


def all_reasons(found: Mapping[str, Fact]) -> Fact:
    """Return a single fact that combines the objections of several rules."""
    return ALL_REASONS(
        reasons=[OBJECTION(rule=rule_name(rule), reason=why) for rule, why in found.items()]
    )


def _pair(roster: Roster, coachee: str, coach: str) -> Roster:
    return roster.model_copy(
        update={
            "coachees": tuple(one for one in roster.coachees if one.id == coachee),
            "coaches": tuple(one for one in roster.coaches if one.id == coach),
        }
    )
