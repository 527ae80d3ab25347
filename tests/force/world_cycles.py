"""Random cycles across time zones, clock changes and date lines, compared with plain arithmetic.

The comparison shares no code with the engine or the auditor: it walks through each session in
quarter-hour steps in UTC, and looks up each local time in the time zone database.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Coach, Coachee, Person, Roster
from matching.auditor import audit
from matching.engine import SolveOptions, solve
from matching.result import Match, Result
from tests.bench.figures import Figure

TIMES = 10_000
MUST = "0 crashes, 0 findings of the audit, 0 contradictions"
_ZONES = (
    *("Europe/Belgrade", "Europe/London", "America/New_York", "America/St_Johns", "Asia/Amman"),
    *("America/Santiago", "Africa/Cairo", "Asia/Kathmandu", "Asia/Tokyo", "Australia/Lord_Howe"),
    *("Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Niue"),
    *("Africa/Casablanca", "America/Sao_Paulo", "Atlantic/Azores", "Asia/Tehran", "UTC"),
)
_CHANGES = (
    *(date(2011, 12, 30), date(2027, 3, 14), date(2027, 3, 28), date(2027, 4, 4)),
    *(date(2027, 9, 26), date(2027, 10, 3), date(2027, 10, 31), date(2027, 11, 7)),
    *(date(2018, 11, 4), date(2016, 4, 24)),
)
"""Days on which clocks change; on the first, Samoa skipped a day."""


def cycle_of(seed: int) -> tuple[Roster, Cycle]:
    """Draw a small cycle around a clock change."""
    draw = random.Random(seed)
    few = draw.sample(_ZONES, draw.randint(1, 3))
    start = draw.choice(_CHANGES) - timedelta(draw.randint(0, 6))
    least = draw.randint(0, 3)
    cycle = Cycle.model_validate(
        {
            "cycle": {
                "start": start,
                "end": start + timedelta(draw.randint(5, 12)),
                "timezone": draw.choice(_ZONES),
            },
            "sessions": {
                "count": draw.randint(1, 3),
                "minutes": draw.choice((30, 60, 90, 240, 1440)),
                "grid_minutes": draw.choice((15, 30, 60)),
                "min_gap_days": least,
                "max_gap_days": least + draw.randint(0, 7),
                "max_per_coach_day": draw.randint(1, 3),
                "max_per_coach_week": draw.randint(1, 5),
                "buffer_minutes": draw.choice((0, 15, 60)),
            },
            "calendar": {"public_holidays": False},
            "objective": {"levels": (ObjectiveLevel.PLACED, ObjectiveLevel.TOTAL)},
        }
    )
    coachees = [
        Coachee.model_validate({**_person(draw, few, f"c{n}"), "role": "commander"})
        for n in range(draw.randint(1, 3))
    ]
    coaches = [
        Coach.model_validate({**_person(draw, few, f"k{n}"), "capacity": draw.randint(1, 2)})
        for n in range(draw.randint(1, 2))
    ]
    return Roster(coachees=tuple(coachees), coaches=tuple(coaches)), cycle


def _person(draw: random.Random, zones: list[str], one: str) -> dict[str, object]:
    windows = []
    for _ in range(draw.randint(1, 5)):
        begin = 30 * draw.choice((0, 0, draw.randint(0, 40)))
        length = draw.choice((120, 300, 600, 1440))
        windows.append(WeeklyWindow(draw.randrange(7), begin, min(1440, begin + length)))
    if draw.random() < 0.3:  # around the clock
        windows = [WeeklyWindow(day, 0, 1440) for day in range(7)]
    return {
        "id": one,
        "name": one,
        "email": f"{one}@example.org",
        "country": draw.choice(("SE", "AL")),
        "languages": ({"code": "en", "level": 5},),
        "availability": tuple(windows),
        "timezone": draw.choice(zones),
    }


def contradictions(roster: Roster, cycle: Cycle, result: Result) -> Iterator[str]:
    """Yield each contradiction between a result and a plain reading of its inputs."""
    people = {one.id: one for one in (*roster.coachees, *roster.coaches)}
    policy = cycle.sessions
    for match in result.matches:
        if len(match.sessions) != policy.count:
            yield f"{match.coachee} has {len(match.sessions)} sessions"
        for session in match.sessions:
            begin, end = session.start.astimezone(UTC), session.end.astimezone(UTC)
            if end - begin != timedelta(minutes=policy.minutes):
                yield f"{begin} lasts {end - begin}"
            if not _on_grid(begin, cycle):
                yield f"{begin} is off the grid or outside the cycle"
            for one in (people[match.coachee], people[match.coach]):
                if not _is_free(one, begin, end):
                    yield f"{one.id} is not free at {begin}"
        yield from _wrong_gaps(match, cycle)
    yield from _overlaps(result, cycle)


def _on_grid(begin: datetime, cycle: Cycle) -> bool:
    local = begin.astimezone(cycle.cycle.zone)
    last = begin + timedelta(minutes=cycle.sessions.minutes - 1)
    inside = cycle.cycle.start <= local.date()
    inside &= last.astimezone(cycle.cycle.zone).date() <= cycle.cycle.end
    return inside and not (local.hour * 60 + local.minute) % cycle.sessions.grid_minutes


def _is_free(person: Person, begin: datetime, end: datetime) -> bool:
    """Return whether each quarter of an hour is in a window, according to the person's clock."""
    zone, at = ZoneInfo(person.timezone), begin
    while at < end:
        local = at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        if not any(
            window.weekday == local.weekday() and window.start_minute <= minute < window.end_minute
            for window in person.availability
        ):
            return False
        at += timedelta(minutes=15)
    return True


def _wrong_gaps(match: Match, cycle: Cycle) -> Iterator[str]:
    days = [one.start.astimezone(UTC).astimezone(cycle.cycle.zone).date() for one in match.sessions]
    for one, other in pairwise(days):
        gap = (other - one).days
        if not cycle.sessions.min_gap_days <= gap <= cycle.sessions.max_gap_days:
            yield f"{match.coachee}: {gap} days between {one} and {other}"


def _overlaps(result: Result, cycle: Cycle) -> Iterator[str]:
    apart = timedelta(minutes=cycle.sessions.minutes + cycle.sessions.buffer_minutes)
    for coach in {match.coach for match in result.matches}:
        starts = sorted(
            session.start.astimezone(UTC)
            for match in result.matches
            if match.coach == coach
            for session in match.sessions
        )
        for one, other in pairwise(starts):
            if other - one < apart:
                yield f"{coach}: {one} and {other} overlap"


def faults(seed: int) -> list[str]:
    """Solve a cycle; return the error, or the findings of the audit and the contradictions."""
    roster, cycle = cycle_of(seed)
    try:
        result = solve(
            roster,
            cycle,
            options=SolveOptions(explain=False),
            input_sha256="0" * 64,
            clock=time.monotonic,
        )
    except Exception as error:  # noqa: BLE001 - counted
        return [f"{type(error).__name__}: {error}"]
    stored = Result.model_validate_json(result.model_dump_json())
    findings = [str(one) for one in audit(roster, cycle, stored)]
    return findings + list(contradictions(roster, cycle, stored))


def measure(times: int, _database: str = "") -> Figure:
    """Solve `times` random cycles."""
    started, found = time.process_time(), [(seed, faults(seed)) for seed in range(times)]
    wrong = [(seed, some[0]) for seed, some in found if some]
    first = f"; seed {wrong[0][0]}: {wrong[0][1]}" if wrong else ""
    seconds = time.process_time() - started
    return Figure(
        f"{times:,} random cycles across time zones, clock changes and date lines",
        f"{len(wrong)} with a fault{first}; {seconds:.0f} s of processor time",
        MUST,
        not wrong,
    )


if __name__ == "__main__":
    print(measure(TIMES).measured)  # noqa: T201 - the command's output
