"""Seeded instances of classes that the engine was not developed on.

Each function generates one class at any size. It starts from people like those of `instances` and
changes what makes the class difficult: hours, places, caps, absences, languages, pins, or the
policy.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeVar

from coach.availability import DateRange, WeeklyWindow
from coach.cycle import CountryPolicy, Cycle, RulePolicy, Weights
from coach.languages import CefrLevel, LanguageSkill
from coach.people import Coach, Coachee, Person, Roster
from coach.ranks import GRADE_NEUTRAL
from coach.session_policy import SessionPolicy
from tests.bench.instances import REGION, TIGHT, WORLD_COUNTRIES, InstanceClass, instance

Instance = tuple[Roster, Cycle]

_CHAIN = (
    *("sq", "mk", "bs", "cnr", "sr", "hr", "sl", "de", "fr", "en", "sv", "es"),
    *("sw", "ar", "ne", "ja", "it", "pt", "pl", "cs", "sk", "hu", "ro", "bg"),
)
_EXACT_STARTS = (475, 480, 485, 610, 780, 785, 910)
_STAR_CAPACITY = 50
_PLANTED_STARTS = (480, 570, 780, 870)
_OF_THE_HUMAN = (
    *("name", "email", "country", "languages", "availability", "unavailable"),
    *("timezone", "unit", "rank"),
)
_P = TypeVar("_P", bound=Person)


def open_diaries(coachees: int, coaches: int, seed: int) -> Instance:
    """Generate people who are free all day every day, and coaches who accept one session a week.

    Nothing is scarce but weeks: a coach has 26 of them and 20 places.
    """
    sessions = SessionPolicy(max_per_coach_day=1, max_per_coach_week=1)
    shape = replace(REGION, english=1.0, sessions=sessions)
    roster, cycle = _base(shape, coachees, coaches, seed)
    week = tuple(WeeklyWindow(day, 420, 1260) for day in range(7))
    return _each(
        roster,
        lambda one: _changed(one, availability=week),
        lambda one: _changed(one, availability=week, capacity=20),
    ), cycle


def two_long_days(coachees: int, coaches: int, seed: int) -> Instance:
    """Generate coaches who travel: two very long days a month, with up to eight sessions.

    Coachees have two or three windows a week; there are four sessions.
    """
    sessions = SessionPolicy(
        count=4, min_gap_days=14, max_gap_days=49, max_per_coach_day=8, max_per_coach_week=16
    )
    shape = replace(REGION, sessions=sessions, capacity=(6, 14), english=0.9)
    roster, cycle = _base(shape, coachees, coaches, seed)
    draw = random.Random(seed)
    week = tuple(WeeklyWindow(day, 420, 1260) for day in range(5))

    def travelling(one: Coach) -> Coach:
        months = sorted({(day.year, day.month) for day in cycle.cycle.days})
        visits = {date(*month, day) for month in months for day in draw.sample(range(1, 29), k=2)}
        away = _complement(cycle, visits)
        return _changed(one, availability=week, unavailable=away)

    return _each(roster, lambda one: one, travelling), cycle


def short_calls(coachees: int, coaches: int, seed: int) -> Instance:
    """Generate 20-minute calls on one long day a week, with up to 30 calls a day per coach.

    All coaches have the same day, and a coachee has one to four hours of it.
    """
    sessions = SessionPolicy(
        count=4, minutes=20, grid_minutes=10, max_per_coach_day=30, max_per_coach_week=30
    )
    shape = replace(REGION, sessions=sessions, capacity=(20, 50), english=1.0)
    roster, cycle = _base(shape, coachees, coaches, seed)
    draw = random.Random(seed)

    def caller(one: Coachee) -> Coachee:
        start = 30 * draw.randint(16, 30)
        window = WeeklyWindow(2, start, start + 60 * draw.randint(1, 4))
        return _changed(one, availability=(window,))

    day = (WeeklyWindow(2, 480, 1080),)
    return _each(roster, caller, lambda one: _changed(one, availability=day)), cycle


def exact_windows(coachees: int, coaches: int, seed: int) -> Instance:
    """Generate two-hour sessions in windows of 2 h 5 min, on a five-minute grid.

    Coaches have windows of 2 h 5 min or 4 h 15 min, and need five minutes between sessions.
    """
    sessions = SessionPolicy(minutes=120, grid_minutes=5, buffer_minutes=5, min_gap_days=14)
    shape = replace(REGION, sessions=sessions, capacity=(2, 7), english=1.0)
    roster, cycle = _base(shape, coachees, coaches, seed)
    draw = random.Random(seed)

    def windows(number: int, lengths: tuple[int, ...]) -> tuple[WeeklyWindow, ...]:
        starts = [draw.choice(_EXACT_STARTS) for _ in range(number)]
        return tuple(
            WeeklyWindow(draw.randrange(5), start, start + draw.choice(lengths)) for start in starts
        )

    zone = "Europe/Belgrade"
    return _each(
        roster,
        lambda one: _changed(one, availability=windows(2, (125,)), timezone=zone),
        lambda one: _changed(one, availability=windows(2, (125, 255)), timezone=zone),
    ), cycle


def weekly_twenty(coachees: int, coaches: int, seed: int) -> Instance:
    """Generate series of 20 sessions, 6 to 15 days apart, in eight months.

    People have one or two windows a week; a fortnight of leave can make a series impossible.
    """
    sessions = SessionPolicy(count=20, min_gap_days=6, max_gap_days=15)
    shape = replace(REGION, windows=(1, 2), window_minutes=(90, 240), days=240)
    return _base(replace(shape, sessions=sessions, capacity=(2, 6)), coachees, coaches, seed)


def star_coaches(coachees: int, coaches: int, seed: int) -> Instance:
    """Generate three famous coaches with 50 places, whom everyone prefers, free two days a week.

    The other coaches have one to four places. Priorities are from 1 to 9, most of them low.
    """
    roster, cycle = _base(replace(REGION, english=0.9), coachees, coaches, seed)
    draw = random.Random(seed)
    stars = [one.id for one in roster.coaches[:3]]

    def famous(one: Coach) -> Coach:
        if one.id not in stars:
            return one
        days = draw.sample(range(5), k=2)
        hours = tuple(WeeklyWindow(day, 480, 1080) for day in days)
        english = (LanguageSkill("en", CefrLevel.C2),)
        return _changed(
            one,
            availability=hours,
            languages=english,
            capacity=_STAR_CAPACITY,
            max_per_day=6,
            max_per_week=12,
        )

    def admirer(one: Coachee) -> Coachee:
        preferred = tuple(draw.sample(stars, k=draw.randint(1, 3)))
        priority = min(9, int(draw.paretovariate(0.8)))
        return _changed(one, prefers=preferred, priority=priority)

    weights = Weights(preference=100)
    return _each(roster, admirer, famous), cycle.model_copy(update={"weights": weights})


def cross_border(coachees: int, coaches: int, seed: int) -> Instance:
    """Generate a scarce cycle in which nine out of ten matches must be between two countries.

    Few people speak a second language, so that most possible pairs are within one country.
    """
    roster, cycle = _base(replace(TIGHT, english=0.3), coachees, coaches, seed)
    rules = RulePolicy(country=CountryPolicy(minimum_cross_border_share=0.9))
    return roster, cycle.model_copy(update={"rules": rules})


def peer_coaching(coachees: int, coaches: int, seed: int) -> Instance:
    """Generate a programme in which every coach is also coached.

    The sessions of both roles have to fit into one or two windows a week.
    """
    shape = replace(TIGHT, windows=(1, 2), english=0.9, capacity=(2, 5))
    roster, cycle = _base(shape, coachees, coaches, seed)
    people = list(roster.coachees)
    for number, coach in enumerate(roster.coaches):
        people[number] = _changed(
            people[number], **{name: getattr(coach, name) for name in _OF_THE_HUMAN}
        )
    return Roster(coachees=tuple(people), coaches=roster.coaches), cycle


def coaches_leave(coachees: int, coaches: int, seed: int) -> Instance:
    """Generate a scarce cycle, half of whose coaches leave later (`after_leaving`)."""
    shape = replace(TIGHT, windows=(1, 2), english=0.9, capacity=(3, 6))
    return _base(shape, coachees, coaches, seed)


def pinned_chain(coachees: int, coaches: int, seed: int) -> Instance:
    """Generate a chain of languages, in which each coachee speaks two adjacent ones, and many pins.

    Half of the coachees are pinned; three coaches are banned for each of the other coachees. A
    coachee has one 90-minute window, which is one of a coach's four windows.
    """
    roster, cycle = _base(replace(REGION, capacity=(4, 6)), coachees, coaches, seed)
    draw = random.Random(seed)
    count = min(len(_CHAIN), coaches // 2)
    hours = [
        tuple(
            WeeklyWindow(day, start, start + 90)
            for day, start in zip(draw.sample(range(5), k=4), _PLANTED_STARTS, strict=True)
        )
        for _ in roster.coaches
    ]
    same = {"unavailable": (), "timezone": "Europe/Belgrade", "country": "RS"}
    pins, bans, people = {}, {}, []
    for number, one in enumerate(roster.coachees):
        coach = number % coaches
        first = coach % count
        skills = tuple(_spoken(_CHAIN[(first + step) % count]) for step in (0, 1))
        window = hours[coach][number // coaches % 4]
        people.append(
            _changed(one, **same, languages=skills, availability=(window,), unit=f"own {number}")
        )
        if number < coachees // 2:
            pins[one.id] = roster.coaches[coach].id
        else:
            banned = draw.sample([other.id for other in roster.coaches], k=3)
            bans[one.id] = frozenset(banned)
    leaders = tuple(
        _changed(
            one,
            **same,
            languages=(_spoken(_CHAIN[column % count]),),
            availability=hours[column],
            unit="",
            rank=GRADE_NEUTRAL,
        )
        for column, one in enumerate(roster.coaches)
    )
    cycle = cycle.model_copy(update={"pins": pins, "bans": bans})
    return Roster(coachees=tuple(people), coaches=leaders), cycle


def deployments(coachees: int, coaches: int, seed: int) -> Instance:
    """Generate people who are away for six to ten weeks, once or twice, and contracting sessions.

    The contracting sessions are up to 60 days before the first other session; coaches need three
    hours between two sessions.
    """
    sessions = SessionPolicy(
        count=5,
        min_gap_days=7,
        max_gap_days=75,
        buffer_minutes=180,
        contracting_minutes=45,
        contracting_gap_days=(1, 60),
    )
    shape = replace(REGION, window_minutes=(90, 360), days=240, sessions=sessions)
    roster, cycle = _base(replace(shape, capacity=(2, 6)), coachees, coaches, seed)
    draw = random.Random(seed)

    def away() -> Iterator[DateRange]:
        for _ in range(draw.randint(1, 2)):
            first = cycle.cycle.start + timedelta(draw.randrange(shape.days - 40))
            yield DateRange(first, first + timedelta(draw.randint(41, 69)))

    def deployed(one: _P) -> _P:
        return _changed(one, unavailable=tuple(away()))

    return _each(roster, deployed, deployed), cycle


def night_watches(coachees: int, coaches: int, seed: int) -> Instance:
    """Generate people in twelve time zones who are free around midnight, with clock changes.

    Sessions are one to ten days apart, with eight-hour buffers.
    """
    sessions = SessionPolicy(min_gap_days=1, max_gap_days=10, buffer_minutes=480)
    shape = replace(REGION, countries=WORLD_COUNTRIES, days=75, sessions=sessions, english=1.0)
    roster, cycle = _base(shape, coachees, coaches, seed)
    dates = cycle.cycle.model_copy(update={"start": date(2027, 3, 1), "end": date(2027, 5, 14)})
    draw = random.Random(seed)

    def hours() -> Iterator[WeeklyWindow]:
        for day in draw.sample(range(7), k=3):
            late, early = 30 * draw.randint(38, 46), 30 * draw.randint(2, 12)
            yield WeeklyWindow(day, late, 1440)
            yield WeeklyWindow((day + 1) % 7, 0, early)

    def awake(one: _P) -> _P:
        return _changed(one, availability=tuple(hours()), unavailable=())

    return _each(roster, awake, awake), cycle.model_copy(update={"cycle": dates})


def _base(shape: InstanceClass, coachees: int, coaches: int, seed: int) -> Instance:
    return instance(replace(shape, coachees=coachees, coaches=coaches), seed)


def _changed(person: _P, **changes: object) -> _P:
    return person.model_copy(update=changes)


def _each(
    roster: Roster, coachee: Callable[[Coachee], Coachee], coach: Callable[[Coach], Coach]
) -> Roster:
    coaches = tuple(map(coach, roster.coaches))
    return Roster(coachees=tuple(map(coachee, roster.coachees)), coaches=coaches)


def _complement(cycle: Cycle, visits: Iterable[date]) -> tuple[DateRange, ...]:
    """Return the cycle's date ranges before, between and after the visits."""
    one = timedelta(1)
    inside = sorted(day for day in visits if cycle.cycle.start <= day <= cycle.cycle.end)
    edges = [cycle.cycle.start - one, *inside, cycle.cycle.end + one]
    return tuple(
        DateRange(before + one, after - one)
        for before, after in pairwise(edges)
        if before + one < after
    )


def _spoken(code: str) -> LanguageSkill:
    return LanguageSkill(code, CefrLevel.C2)
