"""The pins, bans and waivers of a cycle, with the difference that each one makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.cycles.service import CycleHeader, cycle_row, header_of, policy_of
from api.overview.pair_decisions import facts
from api.overview.pair_decisions.decisions import DecisionKind, pin_objections
from api.participants.service import roster_of
from api.runs.earlier_pairs import with_earlier_pairs
from api.services import Services
from coach.cycle import Cycle
from coach.people import Roster
from coach.texts.facts import Fact
from coach.waivers import Waiver
from matching.rules.objections import all_reasons, objections


@dataclass(frozen=True, slots=True)
class PairDecision:
    """A decision about a pair, who are named by their ids.

    `effect` is what it does with the current lists; `matters` is false if it makes no difference,
    or if it cannot be fulfilled.
    """

    kind: DecisionKind
    coachee: str
    coach: str
    reason: str
    effect: Fact
    matters: bool


@dataclass(frozen=True, slots=True)
class PairDecisions:
    """All decisions of a cycle, and the people who can be chosen for others."""

    cycle: CycleHeader
    version: int
    decisions: tuple[PairDecision, ...]
    roster: Roster


def read_decisions(services: Services, cycle_id: str) -> PairDecisions:
    """Return the pins, bans and waivers of a cycle.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        row = cycle_row(tx, cycle_id)
        header, version, policy = header_of(row), row.policy_version, policy_of(row)
        roster = with_earlier_pairs(tx, cycle_id, roster_of(tx, cycle_id), policy)
    return PairDecisions(header, version, tuple(decisions_of(policy, roster)), roster)


def decisions_of(policy: Cycle, roster: Roster) -> Iterator[PairDecision]:
    """Yield the decisions in a policy: pins, then bans, then waivers."""
    present = {one.id for one in roster.coachees}, {one.id for one in roster.coaches}

    def decision(
        kind: DecisionKind, coachee: str, coach: str, effect: tuple[Fact, bool], reason: str = ""
    ) -> PairDecision:
        return PairDecision(kind, coachee, coach, reason, *effect)

    def effect_if_absent(coachee: str, coach: str) -> tuple[Fact, bool] | None:
        here = coachee in present[0] and coach in present[1]
        return None if here else (facts.GONE(), False)

    for coachee, coach in sorted(policy.pins.items()):
        effect = effect_if_absent(coachee, coach) or _pin_effect(policy, roster, coachee, coach)
        yield decision(DecisionKind.PIN, coachee, coach, effect)
    for coachee, banned in sorted(policy.bans.items()):
        for coach in sorted(banned):
            effect = effect_if_absent(coachee, coach) or _ban_effect(policy, roster, coachee, coach)
            yield decision(DecisionKind.BAN, coachee, coach, effect)
    for one in policy.waivers:
        effect = effect_if_absent(one.coachee, one.coach) or _waiver_effect(policy, roster, one)
        kind = DecisionKind(f"waive-{one.rule}")
        yield decision(kind, one.coachee, one.coach, effect, one.reason)


def _pin_effect(policy: Cycle, roster: Roster, coachee: str, coach: str) -> tuple[Fact, bool]:
    found = pin_objections(policy, roster, coachee, coach)
    return (
        (facts.PIN_FAILS(reasons=all_reasons(found)), False) if found else (facts.PIN_HOLDS(), True)
    )


def _ban_effect(policy: Cycle, roster: Roster, coachee: str, coach: str) -> tuple[Fact, bool]:
    without = policy.model_copy(update={"bans": {}})
    found = pin_objections(without, roster, coachee, coach)
    if found:
        return facts.BAN_IRRELEVANT(reasons=all_reasons(found)), False
    return facts.BAN_HOLDS(), True


def _waiver_effect(policy: Cycle, roster: Roster, waiver: Waiver) -> tuple[Fact, bool]:
    without = policy.model_copy(
        update={"waivers": tuple(one for one in policy.waivers if one != waiver)}
    )
    lifted = objections(roster, without, waiver.coachee, waiver.coach).get(waiver.rule)
    if lifted is None:
        return facts.WAIVER_IRRELEVANT(), False
    others = objections(roster, policy, waiver.coachee, waiver.coach)
    if others:
        return facts.WAIVER_NOT_ENOUGH(reasons=all_reasons(others)), False
    return facts.WAIVER_HOLDS(reason=lifted), True
