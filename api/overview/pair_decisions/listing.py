"""The pins, bans and waivers of a cycle, with the effect of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api.cycles.service import CycleHeader, cycle_row, header_of, policy_of
from api.lists.query import ListQuery
from api.lists.selection import RowAccess, Selected, select_rows
from api.overview.pair_decisions import facts
from api.overview.pair_decisions.decisions import DecisionKind, pin_objections
from api.participants.rosters import roster_of
from api.runs.earlier_pairs import with_earlier_pairs
from api.services import Services
from coach.cycle import Cycle
from coach.folding import folded
from coach.people import Roster
from coach.texts.facts import Fact
from coach.waivers import Waiver
from matching.rules.objections import all_reasons, objections


@dataclass(frozen=True, slots=True)
class ListedDecision:
    """A decision about a pair whose people are identified by id."""

    kind: DecisionKind
    coachee: str
    coach: str
    reason: str


@dataclass(frozen=True, slots=True)
class PairDecision(ListedDecision):
    """A decision with its effect.

    `effect` describes the effect of the decision with the current lists. `matters` is false if the
    decision makes no difference or cannot be fulfilled.
    """

    effect: Fact
    matters: bool


@dataclass(frozen=True, slots=True)
class PairDecisions:
    """A cycle's decisions with their effects, and the people to select for new decisions."""

    cycle: CycleHeader
    version: int
    decisions: tuple[PairDecision, ...]
    roster: Roster


@dataclass(frozen=True, slots=True)
class DecisionsPage:
    """One page of a cycle's decisions."""

    found: PairDecisions
    selected: Selected[ListedDecision]


def read_decisions(services: Services, cycle_id: str) -> PairDecisions:
    """Return all pins, bans and waivers of a cycle.

    Raises:
        NotFoundError: there is no such cycle.
    """
    header, version, policy, roster = _read(services, cycle_id)
    return PairDecisions(header, version, judged(policy, roster, listed_decisions(policy)), roster)


def read_decisions_page(services: Services, cycle_id: str, query: ListQuery) -> DecisionsPage:
    """Return the pins, bans and waivers that a query requests; only these are evaluated.

    Raises:
        NotFoundError: there is no such cycle.
    """
    header, version, policy, roster = _read(services, cycle_id)
    selected = select_rows(listed_decisions(policy), query, _access(roster))
    found = PairDecisions(header, version, judged(policy, roster, selected.rows), roster)
    return DecisionsPage(found, selected)


def _read(services: Services, cycle_id: str) -> tuple[CycleHeader, int, Cycle, Roster]:
    with services.database.reading() as tx:
        row = cycle_row(tx, cycle_id)
        header, version, policy = header_of(row), row.policy_version, policy_of(row)
        roster = with_earlier_pairs(tx, cycle_id, roster_of(tx, cycle_id), policy)
    return header, version, policy, roster


def _access(roster: Roster) -> RowAccess[ListedDecision]:
    names = {one.id: one.name for one in (*roster.coachees, *roster.coaches)}
    kinds = list(DecisionKind)
    return RowAccess(
        texts=lambda row: (
            *(row.coachee, row.coach),
            *(names.get(row.coachee, ""), names.get(row.coach, "")),
        ),
        keys={
            "kind": lambda row: (kinds.index(row.kind), row.coachee),
            "coachee": lambda row: folded(names.get(row.coachee, row.coachee)),
            "coach": lambda row: folded(names.get(row.coach, row.coach)),
        },
        conditions={},
    )


def listed_decisions(policy: Cycle) -> list[ListedDecision]:
    """Return the decisions in a policy: pins, then bans, then waivers."""
    pins = [ListedDecision(DecisionKind.PIN, *pair, "") for pair in sorted(policy.pins.items())]
    bans = [
        ListedDecision(DecisionKind.BAN, coachee, coach, "")
        for coachee, banned in sorted(policy.bans.items())
        for coach in sorted(banned)
    ]
    waivers = [
        ListedDecision(DecisionKind(f"waive-{one.rule}"), one.coachee, one.coach, one.reason)
        for one in policy.waivers
    ]
    return [*pins, *bans, *waivers]


def judged(
    policy: Cycle, roster: Roster, decisions: Iterable[ListedDecision]
) -> tuple[PairDecision, ...]:
    """Return decisions with the effect that each has with the current lists."""
    present = {one.id for one in roster.coachees}, {one.id for one in roster.coaches}
    return tuple(
        PairDecision(one.kind, one.coachee, one.coach, one.reason, *_effect(policy, roster, one))
        if one.coachee in present[0] and one.coach in present[1]
        else PairDecision(one.kind, one.coachee, one.coach, one.reason, facts.GONE(), False)
        for one in decisions
    )


def _effect(policy: Cycle, roster: Roster, one: ListedDecision) -> tuple[Fact, bool]:
    if one.kind is DecisionKind.PIN:
        return _pin_effect(policy, roster, one.coachee, one.coach)
    if one.kind is DecisionKind.BAN:
        return _ban_effect(policy, roster, one.coachee, one.coach)
    waiver = next(
        waiver
        for waiver in policy.waivers
        if (waiver.coachee, waiver.coach, waiver.rule.value)
        == (one.coachee, one.coach, one.kind.waived_rule)
    )
    return _waiver_effect(policy, roster, waiver)


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
