"""Use cases for decisions about single pairs: pins, bans and waivers in a cycle's policy."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.rows import CycleRow
from api.cycles.service import cycle_row, policy_of
from api.cycles.versions import Part, require_version
from api.input_files.policy_changes import changed_cycle_file
from api.input_files.policy_file import CYCLE_FILE, parse_policy_file
from api.input_files.source import NamedFile
from api.input_files.waiver_changes import with_waiver, without_waiver
from api.overview.pair_decisions import facts
from api.overview.pair_decisions.people import read_pair
from api.participants.policy import replace_policy, require_complete_source
from api.participants.rosters import roster_of
from api.participants.rows import PersonRow, Side
from api.runs.earlier_pairs import with_earlier_pairs
from api.services import Services, transaction_context
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.errors import ConflictError, InputFault, UnusableInputError
from coach.feedback import SingleLineText
from coach.people import Roster
from coach.texts.facts import Fact
from matching.rules.objections import PairJudgement, all_reasons
from matching.rules.schedule import SCHEDULE


class DecisionKind(StrEnum):
    """The kind of decision about a pair. A waiver lifts a single rule."""

    PIN = "pin"
    BAN = "ban"
    WAIVE_RANK = "waive-rank"
    WAIVE_COUNTRY = "waive-country"

    @property
    def waived_rule(self) -> str | None:
        """The rule that is lifted, if any."""
        _, _, rule = self.value.partition("waive-")
        return rule or None


class PairOfDecision(FrozenModel):
    """A decision about a coachee and a coach, who are identified by id or name."""

    kind: DecisionKind
    coachee: Annotated[str, Field(max_length=500)]
    coach: Annotated[str, Field(max_length=500)]


class PairDecisionInput(PairOfDecision):
    """A new decision. A waiver requires a reason; no reason is stored for pins and bans."""

    reason: Annotated[str, Field(max_length=500), SingleLineText] = ""


def decide(
    services: Services, cycle_id: str, given: PairDecisionInput, *, version: int | None = None
) -> None:
    """Add a pin, a ban or a waiver to the policy; an existing pin or ban is not added again.

    `version` is the policy version on which the decision is based; `None` disables the check.

    Raises:
        ChangedSinceError: the policy has a different version.
        NotFoundError: there is no such cycle.
        ConflictError: the cycle file is incomplete, because people were erased.
        UnusableInputError: a person is unknown, a reason is missing, the rule is already waived, or
            the pair cannot be pinned or banned. The error lists all faults, with the field as the
            column, and nothing is changed.
    """
    with services.database.writing() as tx:
        row = cycle_row(tx, cycle_id)
        require_complete_source(row)
        require_version(tx, row, Part.POLICY, version)
        policy = policy_of(row)
        roster = with_earlier_pairs(tx, cycle_id, roster_of(tx, cycle_id), policy)
        coachee, coach, faults = read_pair(roster, given.coachee, given.coach)
        if given.kind.waived_rule and not given.reason:
            faults.append(InputFault("form", 1, "reason", facts.REASON_MISSING()))
        if not faults and (obstacle := _obstacle(policy, roster, given.kind, coachee, coach)):
            faults.append(InputFault("form", 1, "coach", obstacle))
        if faults:
            raise UnusableInputError(faults)
        text = _with_decision(row, policy, given, coachee, coach)
        if given.kind is DecisionKind.PIN:
            action = "pair pinned"
        else:
            action = "pair banned" if given.kind is DecisionKind.BAN else "rule waived"
        earlier = policy.pins.get(coachee, coach)
        _store(tx, row, text, action, (coachee, coach))
        if given.kind is DecisionKind.PIN and earlier != coach:
            _record(tx, row, "pin ended", Side.COACH, earlier)


def end_decision(
    services: Services, cycle_id: str, ended: PairOfDecision, *, version: int | None = None
) -> None:
    """Remove a pin, a ban or a waiver from the policy. The people are identified by id.

    Raises:
        ChangedSinceError: the policy has a different version.
        NotFoundError: there is no such cycle.
        ConflictError: there is no such decision, or the cycle file is incomplete.
    """
    with services.database.writing() as tx:
        row = cycle_row(tx, cycle_id)
        require_complete_source(row)
        require_version(tx, row, Part.POLICY, version)
        text = _without_decision(row, policy_of(row), ended)
        if ended.kind is DecisionKind.PIN:
            action = "pin ended"
        else:
            action = "ban ended" if ended.kind is DecisionKind.BAN else "waiver ended"
        _store(tx, row, text, action, (ended.coachee, ended.coach))


def _obstacle(
    policy: Cycle, roster: Roster, kind: DecisionKind, coachee: str, coach: str
) -> Fact | None:
    """Return the reason why a decision cannot be made, or `None` if there is no obstacle."""
    if kind is DecisionKind.BAN and policy.pins.get(coachee) == coach:
        return facts.PIN_NOT_BANNED()
    rule = kind.waived_rule
    if rule and (coachee, coach, rule) in {
        (one.coachee, one.coach, one.rule.value) for one in policy.waivers
    }:
        return facts.ALREADY_WAIVED()
    if kind is DecisionKind.PIN:
        found = pin_objections(policy, roster, coachee, coach)
        if found:
            return facts.IMPOSSIBLE_PIN(reasons=all_reasons(found))
        return _full(policy, roster, coachee, coach)
    return None


def _full(policy: Cycle, roster: Roster, coachee: str, coach: str) -> Fact | None:
    """Return a message if pinning another coachee would exceed a coach's capacity, else `None`."""
    others = sum(one == coach for other, one in policy.pins.items() if other != coachee)
    capacity = next(one.capacity for one in roster.coaches if one.id == coach)
    return facts.PINS_ABOVE_CAPACITY(count=capacity) if others >= capacity else None


def pin_objections(policy: Cycle, roster: Roster, coachee: str, coach: str) -> dict[str, Fact]:
    """Return the reasons why a pair cannot be pinned, keyed by rule; empty if it can be."""
    pair = PairJudgement(roster, policy, coachee, coach)
    found = pair.objections()
    if not found and not pair.can_place_sessions():
        found[SCHEDULE] = facts.CANNOT_MEET()
    return found


def _with_decision(
    row: CycleRow, policy: Cycle, given: PairDecisionInput, coachee: str, coach: str
) -> str:
    changes: dict[str, JsonValue]
    if rule := given.kind.waived_rule:
        waiver = {"coachee": coachee, "coach": coach, "rule": rule, "reason": given.reason}
        return with_waiver(row.source, waiver)
    if given.kind is DecisionKind.PIN:
        changes = {"pins": {coachee: coach}}
        unchanged = policy.pins.get(coachee) == coach
    else:
        banned = policy.bans.get(coachee, frozenset())
        changes = {"bans": {coachee: [*sorted(banned - {coach}), coach]}}
        unchanged = coach in banned
    return row.source if unchanged else changed_cycle_file(row.source, changes, CYCLE_FILE)


def _without_decision(row: CycleRow, policy: Cycle, ended: PairOfDecision) -> str:
    coachee, coach = ended.coachee, ended.coach
    changes: dict[str, JsonValue]
    if rule := ended.kind.waived_rule:
        for place, one in enumerate(policy.waivers):
            if (one.coachee, one.coach, one.rule.value) == (coachee, coach, rule):
                return without_waiver(row.source, place)
        raise ConflictError(facts.ENDED_BEFORE())
    if ended.kind is DecisionKind.PIN:
        exists = policy.pins.get(coachee) == coach
        changes = {"pins": {coachee: None}}
    else:
        banned = policy.bans.get(coachee, frozenset())
        exists = coach in banned
        others: list[JsonValue] = [*sorted(banned - {coach})]
        changes = {"bans": {coachee: others or None}}
    if not exists:
        raise ConflictError(facts.ENDED_BEFORE())
    return changed_cycle_file(row.source, changes, CYCLE_FILE)


def _store(tx: Transaction, row: CycleRow, text: str, action: str, pair: tuple[str, str]) -> None:
    """Store the cycle file, and record the decision for both people, if the file has changed."""
    if text == row.source:
        return
    file = parse_policy_file(NamedFile(CYCLE_FILE, text.encode()))
    replace_policy(tx, row.id, file, now=transaction_context(tx).now)
    _record(tx, row, action, Side.COACHEE, pair[0])
    _record(tx, row, action, Side.COACH, pair[1])


def _record(tx: Transaction, row: CycleRow, action: str, side: Side, code: str) -> None:
    person = tx.scalar(
        select(PersonRow.id).where(
            PersonRow.cycle_id == row.id, PersonRow.side == side, PersonRow.code == code
        )
    )
    if person is not None:
        record_event(tx, action, "person", person, version=row.policy_version)
