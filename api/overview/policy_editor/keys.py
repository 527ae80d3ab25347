"""The keys of the cycle file in groups, and the form of each key's field.

Pins, bans and waivers are excluded, because they have their own page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from api.overview.policy_editor import facts
from api.overview.policy_editor.key_facts import HINTS, LABELS
from api.results.plan_view import LEVEL_LABELS
from coach.cycle import CountryRelation, Cycle, CycleDates
from coach.languages import CefrLevel
from coach.objective import LISTED_LEVELS
from coach.repeat import EarlierPairs
from coach.texts.facts import Displayed, Fact


class Form(StrEnum):
    """The form in which a value is entered."""

    LINE = "line"
    DATE = "date"
    TIME_ZONE = "time zone"
    NUMBER = "number"
    NUMBERS = "numbers"
    SHARE = "share"
    CHOICE = "choice"
    TRUTH = "truth"
    ORDER = "order"
    LINES = "lines"
    GROUPS = "groups"
    LISTS_BY_NAME = "lists by name"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """A key of the cycle file. `choices` lists the values of a `CHOICE`, `TRUTH` or `ORDER`."""

    key: str
    form: Form
    choices: Mapping[str, Displayed] | None = None

    @property
    def label(self) -> Fact:
        """The label of the key."""
        return LABELS[self.key]

    @property
    def hint(self) -> Fact:
        """The meaning of the key, and the form in which its value is entered."""
        return HINTS[self.key]


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Keys that belong together. `rule` is the name of their rule, if they belong to one."""

    id: str
    heading: Fact
    keys: tuple[PolicyKey, ...]
    rule: str = ""


_N = Form.NUMBER
_LEVELS = {level.name: level.name for level in CefrLevel}
_TRUTH = {"yes": facts.YES(), "no": facts.NO()}


def _group(name: str, heading: Fact, *keys: PolicyKey, rule: str = "") -> KeyGroup:
    return KeyGroup(name, heading, keys, rule)


def _weight(rule: str) -> PolicyKey:
    return PolicyKey(f"weights.{rule}", _N)


GROUPS: tuple[KeyGroup, ...] = (
    _group(
        "cycle",
        facts.GROUP_CYCLE(),
        PolicyKey("cycle.name", Form.LINE),
        PolicyKey("cycle.start", Form.DATE),
        PolicyKey("cycle.end", Form.DATE),
        PolicyKey("cycle.timezone", Form.TIME_ZONE),
        PolicyKey("cycle.follow_up_months", Form.MONTHS),
        PolicyKey("cycle.follow_up_coach", Form.TRUTH, _TRUTH),
    ),
    _group(
        "sessions",
        facts.GROUP_SESSIONS(),
        PolicyKey("sessions.count", _N),
        PolicyKey("sessions.minutes", _N),
        PolicyKey("sessions.min_gap_days", _N),
        PolicyKey("sessions.max_gap_days", _N),
        PolicyKey("sessions.grid_minutes", _N),
        PolicyKey("sessions.max_per_coach_day", _N),
        PolicyKey("sessions.max_per_coach_week", _N),
        PolicyKey("sessions.buffer_minutes", _N),
        PolicyKey("sessions.reschedule_cutoff_hours", _N),
        PolicyKey("sessions.contracting_minutes", _N),
        PolicyKey("sessions.contracting_gap_days", Form.NUMBERS),
    ),
    _group(
        "calendar",
        facts.GROUP_CALENDAR(),
        PolicyKey("calendar.public_holidays", Form.TRUTH, _TRUTH),
        PolicyKey("calendar.blackout", Form.LINES),
        PolicyKey("calendar.observances", Form.LISTS_BY_NAME),
    ),
    _group(
        "language",
        facts.GROUP_LANGUAGE(),
        PolicyKey("rules.language.minimum_level", Form.CHOICE, _LEVELS),
        PolicyKey("rules.language.groups", Form.GROUPS),
        _weight("language"),
        rule="language",
    ),
    _group(
        "country",
        facts.GROUP_COUNTRY(),
        PolicyKey(
            "rules.country.relation",
            Form.CHOICE,
            {one.value: facts.RELATIONS[one.value] for one in CountryRelation},
        ),
        PolicyKey("rules.country.excluded", Form.GROUPS),
        PolicyKey("rules.country.minimum_cross_border_share", Form.SHARE),
        _weight("country"),
        rule="country",
    ),
    _group(
        "rank",
        facts.GROUP_RANK(),
        *(PolicyKey(f"rules.rank.{name}", _N) for name in ("strict", "standard", "relaxed")),
        _weight("rank"),
        rule="rank",
    ),
    _group("unit", facts.GROUP_UNIT(), rule="unit"),
    _group("same-person", facts.GROUP_SAME_PERSON(), rule="same-person"),
    _group("refusal", facts.GROUP_REFUSAL(), rule="refusal"),
    _group("ban", facts.GROUP_BAN(), rule="ban"),
    _group(
        "repeat",
        facts.GROUP_REPEAT(),
        PolicyKey(
            "rules.repeat.earlier",
            Form.CHOICE,
            {one.value: facts.EARLIER[one.value] for one in EarlierPairs},
        ),
        rule="repeat",
    ),
    _group("topics", facts.GROUP_TOPICS(), _weight("topics"), rule="topics"),
    _group("preference", facts.GROUP_PREFERENCE(), _weight("preference"), rule="preference"),
    _group(
        "availability", facts.GROUP_AVAILABILITY(), _weight("availability"), rule="availability"
    ),
    _group(
        "timetable",
        facts.GROUP_TIMETABLE(),
        *(PolicyKey(f"timetable.{name}", _N) for name in ("rhythm", "finish", "slack_days")),
        *(PolicyKey(f"timetable.{name}", _N) for name in ("leave", "hours")),
        PolicyKey("timetable.preferred", Form.LINES),
        PolicyKey("timetable.preferred_by", Form.LISTS_BY_NAME),
    ),
    _group(
        "objective",
        facts.GROUP_OBJECTIVE(),
        PolicyKey(
            "objective.levels",
            Form.ORDER,
            {level.value: LEVEL_LABELS[level] for level in LISTED_LEVELS},
        ),
    ),
)
"""All groups, in the order of the page."""

KEYS: Mapping[str, PolicyKey] = {one.key: one for group in GROUPS for one in group.keys}
FIRST_KEYS = (
    *("cycle.name", "cycle.start", "cycle.end", "cycle.timezone"),
    *("sessions.count", "sessions.minutes", "sessions.min_gap_days", "sessions.max_gap_days"),
)
"""The keys entered when a cycle is created; all others start with their defaults."""

_ANY_DAY = date(2000, 1, 1)
DEFAULTS = Cycle(cycle=CycleDates(start=_ANY_DAY, end=_ANY_DAY))
"""A policy in which everything except the dates has its default."""
WITHOUT_DEFAULT = frozenset({"cycle.name", "cycle.start", "cycle.end"})
"""The keys for which no default is suggested."""
