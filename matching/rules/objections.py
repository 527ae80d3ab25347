"""Why single pairs are forbidden, without the rest of the cycle."""

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


def objections(roster: Roster, cycle: Cycle, coachee: str, coach: str) -> dict[str, Fact]:
    """Return the reasons of the hard rules that forbid a pair, by rule; the two are in `roster`."""
    return _evaluator(_pair(roster, coachee, coach), cycle).objections(0, 0)


def can_place_sessions(roster: Roster, cycle: Cycle, coachee: str, coach: str) -> bool:
    """Return whether a pair has enough common time for all its sessions."""
    inputs = _evaluator(_pair(roster, coachee, coach), cycle).inputs
    first = np.zeros(1, dtype=np.int32)
    return bool(can_meet(inputs, first, first)[0])


def all_reasons(found: Mapping[str, Fact]) -> Fact:
    """Return one fact for the objections of several rules."""
    return ALL_REASONS(
        reasons=[OBJECTION(rule=rule_name(rule), reason=why) for rule, why in found.items()]
    )


def _evaluator(pair: Roster, cycle: Cycle) -> RuleEvaluator:
    return RuleEvaluator(RuleInputs(pair, cycle, build_availability_grid(pair, cycle)))


def _pair(roster: Roster, coachee: str, coach: str) -> Roster:
    return roster.model_copy(
        update={
            "coachees": tuple(one for one in roster.coachees if one.id == coachee),
            "coaches": tuple(one for one in roster.coaches if one.id == coach),
        }
    )
