"""Seeded benchmark instances: a roster and a cycle of each class, identical on every machine.

People come from a dozen countries. Besides their own language, some speak English, with a frequency
that depends on the class. Windows start on the hour or half hour of a working day, from 08:00 to
the latest start of the class.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from coach.availability import DateRange, WeeklyWindow
from coach.cycle import CalendarPolicy, Cycle, CycleDates
from coach.languages import CefrLevel, LanguageSkill
from coach.people import Coach, Coachee, Role, Roster
from coach.ranks import Rank, parse_code
from coach.session_policy import SessionPolicy

COUNTRIES = {
    "AL": ("Europe/Tirane", "sq"),
    "XK": ("Europe/Belgrade", "sq"),
    "MK": ("Europe/Skopje", "mk"),
    "BA": ("Europe/Sarajevo", "bs"),
    "ME": ("Europe/Podgorica", "cnr"),
    "RS": ("Europe/Belgrade", "sr"),
    "HR": ("Europe/Zagreb", "hr"),
    "SI": ("Europe/Ljubljana", "sl"),
    "DE": ("Europe/Berlin", "de"),
    "FR": ("Europe/Paris", "fr"),
    "GB": ("Europe/London", "en"),
    "SE": ("Europe/Stockholm", "sv"),
}
WORLD_COUNTRIES = {
    "DE": ("Europe/Berlin", "de"),
    "FR": ("Europe/Paris", "fr"),
    "GB": ("Europe/London", "en"),
    "RS": ("Europe/Belgrade", "sr"),
    "US": ("America/New_York", "en"),
    "CL": ("America/Santiago", "es"),
    "KE": ("Africa/Nairobi", "sw"),
    "ZA": ("Africa/Johannesburg", "en"),
    "JO": ("Asia/Amman", "ar"),
    "NP": ("Asia/Kathmandu", "ne"),
    "JP": ("Asia/Tokyo", "ja"),
    "NZ": ("Pacific/Auckland", "en"),
}
TOPICS = ("leadership", "policy", "personnel", "operations", "training", "communication")


@dataclass(frozen=True)
class InstanceClass:
    """The parameters of a class of instances. Ranges are inclusive, and windows are in minutes."""

    coachees: int
    coaches: int
    windows: tuple[int, int]
    window_minutes: tuple[int, int]
    capacity: tuple[int, int]
    english: float
    sessions: SessionPolicy
    days: int = 180
    priority: tuple[int, int] = (1, 1)
    latest_start_hour: int = 16
    countries: Mapping[str, tuple[str, str]] = field(default_factory=lambda: COUNTRIES)


REGION = InstanceClass(60, 25, (2, 3), (120, 240), (1, 4), 0.8, SessionPolicy())
TIGHT = InstanceClass(
    300,
    80,
    (1, 1),
    (90, 210),
    (2, 7),
    0.6,
    SessionPolicy(min_gap_days=14, max_gap_days=35),
    latest_start_hour=13,
)
UN_WIDE = InstanceClass(1200, 400, (2, 3), (120, 240), (1, 6), 0.8, SessionPolicy())
WORLD = replace(UN_WIDE, countries=WORLD_COUNTRIES)
FIELD_WIDE = InstanceClass(10_000, 2_000, (2, 3), (120, 240), (2, 9), 0.8, SessionPolicy())
# Classes unlike those above, which show where the engine is slow.
ONE_LANGUAGE = replace(TIGHT, english=1.0, capacity=(2, 6))
MANY_PLACES = replace(ONE_LANGUAGE, capacity=(12, 12), priority=(1, 2))
LONG_SERIES = InstanceClass(
    120,
    40,
    (1, 2),
    (90, 240),
    (2, 5),
    0.8,
    SessionPolicy(count=12, min_gap_days=7, max_gap_days=21),
)
FIELD_WIDE_SCARCE = replace(FIELD_WIDE, windows=(1, 3), window_minutes=(90, 240), capacity=(1, 8))


def instance(shape: InstanceClass, seed: int) -> tuple[Roster, Cycle]:
    """Generate a roster and a cycle for a class."""
    draw = random.Random(seed)
    cycle = Cycle(
        cycle=CycleDates(
            name="Benchmark",
            start=date(2027, 1, 18),
            end=date(2027, 1, 18) + timedelta(shape.days - 1),
        ),
        sessions=shape.sessions,
    )
    coaches = tuple(
        Coach(
            capacity=draw.randint(*shape.capacity),
            **_person(draw, shape, f"K-{number:05d}", cycle),
        )
        for number in range(shape.coaches)
    )
    coachees = tuple(
        Coachee(
            role=draw.choice((Role.COMMANDER, Role.DECISION_MAKER)),
            priority=draw.randint(*shape.priority),
            prefers=tuple(draw.sample([coach.id for coach in coaches], draw.randint(0, 2))),
            **_person(draw, shape, f"C-{number:05d}", cycle),
        )
        for number in range(shape.coachees)
    )
    return Roster(coachees=coachees, coaches=coaches), cycle


def identical_people(coachees: int, coaches: int) -> tuple[Roster, Cycle]:
    """Generate people who differ only in their names, with sessions exactly three weeks apart.

    Everyone is free for two sessions each Monday. Two Mondays are not available, so a series of six
    fits only into every third week from the third week on. Each coach can therefore coach only two
    people, although the capacity is 3 and there is time for more sessions in total.
    """
    cycle = Cycle(
        cycle=CycleDates(name="Benchmark", start=date(2027, 1, 18), end=date(2027, 7, 16)),
        sessions=SessionPolicy(min_gap_days=21, max_gap_days=21),
        calendar=CalendarPolicy(
            blackout=tuple(DateRange(day, day) for day in (date(2027, 3, 29), date(2027, 5, 3)))
        ),
    )
    shared = {
        "country": "GB",
        "timezone": "Europe/London",
        "languages": (LanguageSkill("en", CefrLevel.C2),),
        "availability": (WeeklyWindow(0, 540, 720),),
    }

    def named(identity: str) -> dict[str, object]:
        return {
            "id": identity,
            "name": f"Person {identity}",
            "email": f"{identity.lower()}@example.org",
            "unit": f"unit {identity}",
            **shared,
        }

    return Roster(
        coachees=tuple(
            Coachee(role=Role.COMMANDER, **named(f"C-{number:05d}")) for number in range(coachees)
        ),
        coaches=tuple(Coach(capacity=3, **named(f"K-{number:05d}")) for number in range(coaches)),
    ), cycle


def _person(
    draw: random.Random, shape: InstanceClass, identity: str, cycle: Cycle
) -> dict[str, object]:
    country = draw.choice(tuple(shape.countries))
    zone, language = shape.countries[country]
    languages = [LanguageSkill(language, CefrLevel.C2)]
    if language != "en" and draw.random() < shape.english:
        languages.append(LanguageSkill("en", draw.choice((CefrLevel.B2, CefrLevel.C1))))
    away = []
    if draw.random() < 0.3:
        first = cycle.cycle.start + timedelta(draw.randrange(shape.days))
        away.append(DateRange(first, first + timedelta(draw.randint(0, 13))))
    return {
        "id": identity,
        "name": f"Person {identity}",
        "email": f"{identity.lower()}@example.org",
        "country": country,
        "languages": tuple(languages),
        "availability": tuple(_window(draw, shape) for _ in range(draw.randint(*shape.windows))),
        "unavailable": tuple(away),
        "timezone": zone,
        "unit": f"unit {draw.randrange(200)}",
        "rank": _rank(draw),
        "topics": tuple(draw.sample(TOPICS, draw.randint(0, 3))),
    }


def _window(draw: random.Random, shape: InstanceClass) -> WeeklyWindow:
    low, high = shape.window_minutes
    length = 30 * draw.randint(low // 30, high // 30)
    start = 30 * draw.randint(16, 2 * shape.latest_start_hour)
    return WeeklyWindow(draw.randrange(5), start, min(start + length, 1440))


def _rank(draw: random.Random) -> Rank:
    rank = parse_code(draw.choice(("OF-3", "OF-4", "OF-5", "OF-6", "CIV~OF-6", "CIV")))
    assert rank is not None
    return rank
