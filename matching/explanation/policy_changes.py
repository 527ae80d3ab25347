"""Individual relaxations of a cycle's policy.

Every plan remains feasible under each relaxation, apart from contracting sessions that are dropped.
Excluded pairs of countries, units and chains of command are never relaxed. Language groups are
suggested only for mutually intelligible languages, and the manager decides whether to allow them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from coach.cycle import CountryRelation, Cycle
from coach.languages import CefrLevel
from coach.texts.facts import Fact
from matching.facts import changes as facts
from matching.rules.schedule import SCHEDULE

SHARE = "share"  # name for the minimum cross-border share, which is not a rule

_DAYS_PER_WEEK = 7
_EXTENSION = timedelta(weeks=2)
_GROUPABLE = ("bs", "cnr", "hr", "sr")  # languages that may be suggested as a group
_SOFTER = {
    CountryRelation.SAME: CountryRelation.PREFER_SAME,
    CountryRelation.DIFFERENT: CountryRelation.PREFER_DIFFERENT,
}


@dataclass(frozen=True, eq=False)
class PolicyChange:
    """A relaxed policy. `rule` is the name of the relaxed rule, or `schedule` or `share`."""

    rule: str
    change: Fact
    cycle: Cycle


def policy_changes(cycle: Cycle) -> Iterator[PolicyChange]:
    """Yield each possible relaxation of `cycle`, in the order in which they are suggested."""
    yield from _ranks(cycle)
    yield from _languages(cycle)
    yield from _countries(cycle)
    yield from _sessions(cycle)
    yield from _contracting(cycle)
    later = cycle.cycle.end + _EXTENSION
    dates = cycle.cycle.model_copy(update={"end": later})
    extended = cycle.model_copy(update={"cycle": dates})
    yield PolicyChange(SCHEDULE, facts.CYCLE_END(day=later, before=cycle.cycle.end), extended)


def _ranks(cycle: Cycle) -> Iterator[PolicyChange]:
    for sensitivity, grades in cycle.rules.rank.model_dump().items():
        change = facts.GRADES[sensitivity](count=grades + 1, before=grades)
        yield PolicyChange("rank", change, _with_rule(cycle, "rank", {sensitivity: grades + 1}))


def _languages(cycle: Cycle) -> Iterator[PolicyChange]:
    policy = cycle.rules.language
    if policy.minimum_level > CefrLevel.A1:
        lower = CefrLevel(policy.minimum_level - 1)
        change = facts.LANGUAGE_LEVEL(level=lower.name, before=policy.minimum_level.name)
        yield PolicyChange(
            "language", change, _with_rule(cycle, "language", {"minimum_level": lower})
        )
    for pair in combinations(_GROUPABLE, 2):
        if not any({*pair} <= group for group in policy.groups):
            groups = (*policy.groups, frozenset(pair))
            change = facts.LANGUAGES_COMMON(languages=pair)
            yield PolicyChange(
                "language", change, _with_rule(cycle, "language", {"groups": groups})
            )


def _countries(cycle: Cycle) -> Iterator[PolicyChange]:
    policy = cycle.rules.country
    if softer := _SOFTER.get(policy.relation):
        change = facts.COUNTRY_RELATIONS[softer.value]()
        yield PolicyChange("country", change, _with_rule(cycle, "country", {"relation": softer}))
    if policy.minimum_cross_border_share:
        none = _with_rule(cycle, "country", {"minimum_cross_border_share": 0.0})
        yield PolicyChange(SHARE, facts.NO_SHARE(), none)


def _sessions(cycle: Cycle) -> Iterator[PolicyChange]:
    policy = cycle.sessions
    for key, value in (
        ("max_gap_days", policy.max_gap_days + _DAYS_PER_WEEK),
        ("min_gap_days", max(0, policy.min_gap_days - _DAYS_PER_WEEK)),
        ("max_per_coach_day", policy.max_per_coach_day + 1),
        ("max_per_coach_week", policy.max_per_coach_week + 1),
        ("buffer_minutes", 0),
    ):
        before = getattr(policy, key)
        if value != before:
            changed = _with_sessions(cycle, {key: value})
            change = facts.SESSION_POLICIES[key](count=value, before=before)
            yield PolicyChange(SCHEDULE, change, changed)


def _contracting(cycle: Cycle) -> Iterator[PolicyChange]:
    policy = cycle.sessions
    if not policy.contracting_minutes:
        return
    least, most = policy.contracting_gap_days
    longer = most + _DAYS_PER_WEEK
    change = facts.CONTRACTING_GAP(count=longer, before=most)
    wider = {"contracting_gap_days": (least, longer)}
    yield PolicyChange(SCHEDULE, change, _with_sessions(cycle, wider))
    none = _with_sessions(cycle, {"contracting_minutes": 0})
    yield PolicyChange(SCHEDULE, facts.NO_CONTRACTING(), none)


def _with_sessions(cycle: Cycle, changes: Mapping[str, object]) -> Cycle:
    return cycle.model_copy(update={"sessions": cycle.sessions.model_copy(update=changes)})


def _with_rule(cycle: Cycle, table: str, changes: dict[str, object]) -> Cycle:
    rule = getattr(cycle.rules, table).model_copy(update=changes)
    return cycle.model_copy(update={"rules": cycle.rules.model_copy(update={table: rule})})
