"""An independent implementation of the file formats and the rules for a valid plan.

The implementation is based on `docs/reference` and the standard library, and imports none of our
packages, so that it does not repeat their errors. It is too slow for anything but tiny instances.
"""

from __future__ import annotations

import csv
import itertools
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
Series = tuple[datetime, ...]


@dataclass
class Instance:
    """The content of three input files, as dictionaries."""

    coachees: dict[str, dict[str, str]]
    coaches: dict[str, dict[str, str]]
    policy: dict
    sessions: dict = field(init=False)

    def __post_init__(self) -> None:
        defaults = {
            "count": 6, "minutes": 90, "grid_minutes": 30, "min_gap_days": 21, "max_gap_days": 42,
            "max_per_coach_day": 2, "max_per_coach_week": 5, "buffer_minutes": 0,
        }  # fmt: skip
        self.sessions = defaults | self.policy.get("sessions", {})

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.policy["cycle"].get("timezone", "Europe/Belgrade"))

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.sessions["minutes"])

    def local_day(self, start: datetime) -> date:
        return start.astimezone(self.zone).date()

    def share(self) -> float:
        country = self.policy.get("rules", {}).get("country", {})
        return country.get("minimum_cross_border_share", 0.0)


def read(folder: Path) -> Instance:
    """Read `coachees.csv`, `coaches.csv` and `cycle.toml` from a folder."""
    tables = []
    for name in ("coachees.csv", "coaches.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as lines:
            tables.append({row["id"]: row for row in csv.DictReader(lines)})
    return Instance(*tables, tomllib.loads((folder / "cycle.toml").read_text(encoding="utf-8")))


def human(row: dict[str, str]) -> str:
    """Return a key for a row's human; no two humans share an address in these instances."""
    return row.get("person") or row["email"].casefold()


def listed(cell: str | None) -> list[str]:
    return [item.strip() for item in (cell or "").split(";") if item.strip()]


def dates(entries: list[str]) -> set[date]:
    found: set[date] = set()
    for entry in entries:
        first, _, last = entry.partition("..")
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last or first):
            found.add(day)
            day += timedelta(1)
    return found


def free_for(person: dict[str, str], start: datetime, length: timedelta) -> bool:
    """Return whether the person is available for the entire session."""
    zone = ZoneInfo(person["timezone"])
    away = dates(listed(person.get("unavailable")))
    windows = []
    for entry in listed(person["availability"]):
        day, _, hours = entry.partition(" ")
        begin, _, end = hours.partition("-")
        windows.append((DAYS.index(day), begin, end))
    minute = start.astimezone(UTC)
    while minute < start + length:
        local = minute.astimezone(zone)
        clock = local.strftime("%H:%M")
        if local.date() in away:
            return False
        if not any(d == local.weekday() and b <= clock < e for d, b, e in windows):
            return False
        minute += timedelta(minutes=5)  # all times in these instances are multiples of five
    return True


def grid(instance: Instance) -> Iterator[datetime]:
    """Yield all start times of the cycle, regardless of availability."""
    first = instance.policy["cycle"]["start"]
    last = instance.policy["cycle"]["end"]
    blackout = dates(instance.policy.get("calendar", {}).get("blackout", []))
    day = first
    while day <= last:
        for minute in range(0, 24 * 60, instance.sessions["grid_minutes"]):
            clock = time(minute // 60, minute % 60)
            start = datetime.combine(day, clock, instance.zone)
            if start.astimezone(UTC).astimezone(instance.zone).time() != clock:
                continue  # skipped by a clock change
            over = instance.local_day(
                start.astimezone(UTC) + instance.length - timedelta(minutes=1)
            )
            if day not in blackout and over not in blackout and over <= last:
                yield start.astimezone(UTC)
        day += timedelta(1)


def common_starts(instance: Instance, coachee: str, coach: str) -> list[datetime]:
    return [
        start
        for start in grid(instance)
        if free_for(instance.coachees[coachee], start, instance.length)
        and free_for(instance.coaches[coach], start, instance.length)
    ]


def all_series(instance: Instance, starts: list[datetime]) -> list[Series]:
    """Return all valid series of sessions for a pair, ignoring limits and other pairs."""
    low, high = instance.sessions["min_gap_days"], instance.sessions["max_gap_days"]

    def extend(series: Series) -> Iterator[Series]:
        if len(series) == instance.sessions["count"]:
            yield series
            return
        for start in starts:
            gap = (instance.local_day(start) - instance.local_day(series[-1])).days
            if start > series[-1] and low <= gap <= high:
                yield from extend((*series, start))

    return [series for start in starts for series in extend((start,))]


def fits(instance: Instance, coach: str, starts: list[datetime]) -> bool:
    """Return whether sessions satisfy a coach's limits and do not overlap, including the buffer."""
    row, policy = instance.coaches[coach], instance.sessions
    ordered = sorted(starts)
    apart = instance.length + timedelta(minutes=policy["buffer_minutes"])
    if any(b - a < apart for a, b in itertools.pairwise(ordered)):
        return False
    by_day = [instance.local_day(start) for start in ordered]
    by_week = [day.isocalendar()[:2] for day in by_day]
    day_cap = int(row.get("max_per_day") or policy["max_per_coach_day"])
    week_cap = int(row.get("max_per_week") or policy["max_per_coach_week"])
    return all(by_day.count(d) <= day_cap for d in by_day) and all(
        by_week.count(w) <= week_cap for w in by_week
    )


def can_hold(instance: Instance, coach: str, series: list[list[Series]]) -> bool:
    """Return whether the coach can combine one series from each list."""

    def place(index: int, taken: list[datetime]) -> bool:
        if index == len(series):
            return True
        return any(
            fits(instance, coach, [*taken, *option]) and place(index + 1, [*taken, *option])
            for option in series[index]
        )

    return place(0, [])


@dataclass(frozen=True)
class Best:
    """The lexicographic optimum over all assignments."""

    placed: int
    worst: int
    total: int


def best(instance: Instance, points: dict[tuple[str, str], int]) -> Best | None:
    """Return the optimum over all assignments of `points`, or `None` if the pins allow none."""
    options = {
        pair: all_series(instance, common_starts(instance, *pair)) for pair in points
    }  # fmt: skip
    choices: list[list[str | None]] = []
    pins = instance.policy.get("pins", {})
    for coachee in instance.coachees:
        able = [coach for (who, coach) in points if who == coachee and options[who, coach]]
        choices.append([pins[coachee]] if coachee in pins else [None, *able])
    held: dict[tuple[str, tuple[str, ...]], bool] = {}
    found: list[tuple[int, int, int]] = []
    for chosen in itertools.product(*choices):
        pairs = [(a, b) for a, b in zip(instance.coachees, chosen, strict=True) if b is not None]
        if not feasible(instance, pairs, options, held):
            continue
        pair_points = [points[pair] for pair in pairs]
        priority = sum(int(instance.coachees[a].get("priority") or 1) for a, _ in pairs)
        found.append((priority, min(pair_points, default=0), sum(pair_points)))
    return Best(*max(found)) if found else None


def feasible(
    instance: Instance,
    pairs: list[tuple[str, str]],
    options: dict[tuple[str, str], list[Series]],
    held: dict[tuple[str, tuple[str, ...]], bool],
) -> bool:
    if any(pair not in options for pair in pairs):
        return False
    crossing = sum(
        instance.coachees[a]["country"] != instance.coaches[b]["country"] for a, b in pairs
    )
    if crossing < instance.share() * len(pairs) - 1e-9:
        return False
    for coach, row in instance.coaches.items():
        theirs = tuple(sorted(a for a, b in pairs if b == coach))
        if len(theirs) > int(row["capacity"]):
            return False
        if (coach, theirs) not in held:
            series = [options[a, coach] for a in theirs]
            held[coach, theirs] = can_hold(instance, coach, series)
        if not held[coach, theirs]:
            return False
    return can_meet_together(instance, pairs, options)


def can_meet_together(
    instance: Instance,
    pairs: list[tuple[str, str]],
    options: dict[tuple[str, str], list[Series]],
) -> bool:
    """Return whether people with both roles can attend all sessions of their pairs."""
    people = [
        {human(instance.coachees[coachee]), human(instance.coaches[coach])}
        for coachee, coach in pairs
    ]
    several = [{one for one in own if sum(one in other for other in people) > 1} for own in people]

    def place(index: int, chosen: list[Series]) -> bool:
        if index == len(pairs):
            return True
        coach = pairs[index][1]
        own = [start for n, series in enumerate(chosen) if pairs[n][1] == coach for start in series]
        taken = [
            start
            for n, series in enumerate(chosen)
            if several[n] & several[index]
            for start in series
        ]
        return any(
            fits(instance, coach, [*own, *option])
            and all(abs(start - other) >= instance.length for start in option for other in taken)
            and place(index + 1, [*chosen, option])
            for option in options[pairs[index]]
        )

    both_roles = {human(row) for row in instance.coachees.values()} & {
        human(row) for row in instance.coaches.values()
    }
    return not both_roles or place(0, [])


def violations(instance: Instance, folder: Path) -> list[str]:
    """Return all ways in which the result in `folder` violates the reference."""
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    found: list[str] = []
    taken: dict[str, list[datetime]] = {coach: [] for coach in instance.coaches}
    for match in result["matches"]:
        found += wrong_in_match(instance, match)
        taken[match["coach"]] += [datetime.fromisoformat(s["start"]) for s in match["sessions"]]
    found += [f"{who}: overlap or cap" for who, at in taken.items() if not fits(instance, who, at)]
    found += [f"{who}: in two sessions at once" for who in overlapping(instance, result)]
    uids = [session["uid"] for match in result["matches"] for session in match["sessions"]]
    if len(set(uids)) != len(uids):
        found.append("a uid occurs twice")
    everybody = [m["coachee"] for m in result["matches"] + result["unmatched"]]
    if sorted(everybody) != sorted(instance.coachees):
        found.append("not everybody is matched or unmatched exactly once")
    return found


def overlapping(instance: Instance, result: dict) -> Iterator[str]:
    """Yield each person who is in two sessions at once, regardless of role."""
    busy: dict[str, list[datetime]] = {}
    for match in result["matches"]:
        rows = instance.coachees[match["coachee"]], instance.coaches[match["coach"]]
        for who in map(human, rows):
            starts = [datetime.fromisoformat(s["start"]) for s in match["sessions"]]
            busy.setdefault(who, []).extend(starts)
    for who, starts in busy.items():
        if any(b - a < instance.length for a, b in itertools.pairwise(sorted(starts))):
            yield who


def wrong_in_match(instance: Instance, match: dict) -> Iterator[str]:
    """Yield the violations within a match."""
    who, sessions = match["coachee"], match["sessions"]
    low, high = instance.sessions["min_gap_days"], instance.sessions["max_gap_days"]
    if [s["number"] for s in sessions] != list(range(1, instance.sessions["count"] + 1)):
        yield f"{who}: numbers"
    starts = [datetime.fromisoformat(s["start"]) for s in sessions]
    allowed = set(common_starts(instance, who, match["coach"]))
    for session, start in zip(sessions, starts, strict=True):
        if start not in allowed:
            yield f"{who}: {start} is no common free start"
        if datetime.fromisoformat(session["end"]) - start != instance.length:
            yield f"{who}: length"
    for a, b in itertools.pairwise(starts):
        gap = (instance.local_day(b) - instance.local_day(a)).days
        if not low <= gap <= high or b <= a:
            yield f"{who}: gap of {gap} days"
    if match["points"] != sum(v["points"] * v["weight"] for v in match["verdicts"]):
        yield f"{who}: points"
