"""A simple reference implementation of the hard rules and the session limits.

It shares no code with `matching`, so rules, engine and auditor can be tested against it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays

from coach.availability import BusyTime
from coach.cycle import Cycle
from coach.people import Coach, Coachee, Person

Span = tuple[datetime, datetime]


def blocking_rules(
    coachee: Coachee, coach: Coach, cycle: Cycle, earlier: Collection[tuple[str, str]] = ()
) -> list[str]:
    """Return the names of the hard rules that forbid a pair, in the order of the rule table.

    `earlier` contains the ids of the pairs from earlier cycles.
    """
    checks = {
        "language": _common_language(coachee, coach, cycle),
        "country": _waived(coachee, coach, cycle, "country")
        or _country_fits(coachee.country, coach.country, cycle),
        "rank": _waived(coachee, coach, cycle, "rank") or _rank_fits(coachee, coach, cycle),
        "unit": not _one_chain(coachee, coach),
        "same-person": not same_person(coachee, coach),
        "refusal": coach.id not in coachee.refuses and coachee.id not in coach.refuses,
        "ban": coach.id not in cycle.bans.get(coachee.id, ()),
        "repeat": cycle.rules.repeat.earlier.value != "forbid"
        or (coachee.id, coach.id) not in earlier,
    }
    return [name for name, fits in checks.items() if not fits]


def _waived(coachee: Coachee, coach: Coach, cycle: Cycle, rule: str) -> bool:
    entries = [(one.coachee, one.coach, one.rule.value) for one in cycle.waivers]
    return (coachee.id, coach.id, rule) in entries


def _common_language(coachee: Coachee, coach: Coach, cycle: Cycle) -> bool:
    policy = cycle.rules.language
    for one in coachee.languages:
        for other in coach.languages:
            grouped = any(one.code in group and other.code in group for group in policy.groups)
            good = min(one.level, other.level) >= policy.minimum_level
            if good and (one.code == other.code or grouped):
                return True
    return False


def _country_fits(one: str, other: str, cycle: Cycle) -> bool:
    policy = cycle.rules.country
    if {one, other} in [set(pair) for pair in policy.excluded]:
        return False
    if policy.relation.value == "same":
        return one == other
    if policy.relation.value == "different":
        return one != other
    return True


def _rank_fits(coachee: Coachee, coach: Coach, cycle: Cycle) -> bool:
    if coachee.uniformed_coach and coach.rank.code.startswith("CIV"):
        return False
    if coachee.rank.grade is None or coach.rank.grade is None:
        return True
    allowance = getattr(cycle.rules.rank, coachee.rank_sensitivity.value)
    return coach.rank.grade >= coachee.rank.grade - allowance


def _one_chain(coachee: Coachee, coach: Coach) -> bool:
    unit = coachee.unit.strip().casefold()
    if unit and unit == coach.unit.strip().casefold():
        return True
    chain = [entry.strip().casefold() for entry in coach.chain_of_command if entry.strip()]
    return coachee.id.casefold() in chain or unit in chain


def same_person(one: Person, other: Person) -> bool:
    """Return whether two rows denote the same human; names in these instances have no accents."""
    if one.person and one.person == other.person:
        return True
    written = [(row.email.casefold(), row.name.casefold()) for row in (one, other)]
    return written[0] == written[1]


def free_spans(person: Person, cycle: Cycle) -> list[Span]:
    """Return a person's available times in UTC, merged and excluding days of absence."""
    zone = ZoneInfo(person.timezone)
    first, last = cycle.cycle.start - timedelta(2), cycle.cycle.end + timedelta(2)
    off = {day for dates in person.unavailable for day in dates}
    if cycle.calendar.public_holidays:
        off |= _holidays(person.country)
    for category in cycle.calendar.observances.get(person.country, ()):
        off |= _holidays(person.country, category)
    spans = []
    for number in range((last - first).days + 1):
        day = first + timedelta(number)
        for window in person.availability:
            if window.weekday == day.weekday() and day not in off:
                begin = _wall(day, window.start_minute, zone)
                spans.append((begin, _wall(day, window.end_minute, zone)))
    for busy in person.busy:
        spans = [part for span in _joined(spans) for part in _apart(span, busy, zone)]
    return _joined(spans)


def _apart(span: Span, busy: BusyTime, zone: ZoneInfo) -> Iterator[Span]:
    """Yield the parts of a span before and after a busy time."""
    begin, end = (_wall(busy.day, minute, zone) for minute in (busy.start_minute, busy.end_minute))
    if end <= span[0] or begin >= span[1]:
        yield span
        return
    if span[0] < begin:
        yield span[0], begin
    if end < span[1]:
        yield end, span[1]


@lru_cache
def _holidays(country: str, category: str = "public") -> frozenset[date]:
    years = range(2026, 2029)
    return frozenset(holidays.country_holidays(country, years=years, categories=category))


@lru_cache(maxsize=100_000)
def _wall(day: date, minute: int, zone: ZoneInfo) -> datetime:
    midnight = datetime.combine(day, time())
    return (midnight + timedelta(minutes=minute)).replace(tzinfo=zone).astimezone(UTC)


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def first_number(cycle: Cycle) -> int:
    """Return the number of a pair's first session; 0 is a contracting session."""
    return 0 if cycle.sessions.contracting_minutes else 1


def session_length(number: int, cycle: Cycle) -> timedelta:
    """Return the length of session `number`."""
    policy = cycle.sessions
    return timedelta(minutes=policy.contracting_minutes if number == 0 else policy.minutes)


def common_starts(coachee: Coachee, coach: Coach, cycle: Cycle, number: int = 1) -> list[datetime]:
    """Return the starts of a session, in the cycle's time zone, at which both are available."""
    zone, length = cycle.cycle.zone, session_length(number, cycle)
    ends = _wall(cycle.cycle.end + timedelta(1), 0, zone)
    spans = free_spans(coachee, cycle), free_spans(coach, cycle)
    starts = []
    for day in cycle.cycle.days:
        for minute in range(0, 24 * 60, cycle.sessions.grid_minutes):
            begin = _wall(day, minute, zone)
            end = begin + length
            touched = {
                begin.astimezone(zone).date(),
                (end - timedelta(1) / 86400).astimezone(zone).date(),
            }
            free = all(any(a <= begin and end <= b for a, b in ours) for ours in spans)
            if free and end <= ends and not touched & cycle.blackout_days:
                starts.append(begin.astimezone(zone))
    return starts


def can_meet(coachee: Coachee, coach: Coach, cycle: Cycle) -> bool:
    """Return whether a pair can schedule all its sessions if the coach has no other coachees."""
    first = first_number(cycle)
    numbers = range(first, cycle.sessions.count + 1)
    starts = [common_starts(coachee, coach, cycle, number) for number in numbers]

    def extend(series: list[datetime]) -> bool:
        if len(series) == len(numbers):
            return True
        return any(
            extend([*series, start])
            for start in starts[len(series)]
            if series_holds([*series, start], [], coach, cycle)
        )

    return extend([])


def series_holds(
    series: list[datetime], booked: list[list[datetime]], coach: Coach, cycle: Cycle
) -> bool:
    """Return whether a (partial) series satisfies the gaps and, with other sessions, the caps."""
    policy, first = cycle.sessions, first_number(cycle)
    following = enumerate(pairwise(series), start=first)
    if not all(_may_follow(*both, cycle, number) for number, both in following):
        return False
    buffer = timedelta(minutes=policy.buffer_minutes)
    others = sorted(
        (start.astimezone(UTC), number)
        for one in [*booked, series]
        for number, start in enumerate(one, start=first)
    )
    for (earlier, number), (later, _) in pairwise(others):
        if later - earlier < session_length(number, cycle) + buffer:
            return False
    local = [start.astimezone(cycle.cycle.zone) for start, _ in others]
    by_day = Counter(start.date() for start in local)
    by_week = Counter(start.isocalendar()[:2] for start in local)
    return max(by_day.values()) <= (coach.max_per_day or policy.max_per_coach_day) and max(
        by_week.values()
    ) <= (coach.max_per_week or policy.max_per_coach_week)


def _may_follow(before: datetime, after: datetime, cycle: Cycle, number: int) -> bool:
    """Return whether a session may follow session `number`."""
    policy = cycle.sessions
    gap = (after.date() - before.date()).days
    rest = session_length(number, cycle) + timedelta(minutes=policy.buffer_minutes)
    apart = after.astimezone(UTC) - before.astimezone(UTC) >= rest
    least, most = policy.min_gap_days, policy.max_gap_days
    if number == 0:
        least, most = policy.contracting_gap_days
    return apart and least <= gap <= most
