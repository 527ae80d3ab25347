"""Small random instances in which every pair is eligible and time is scarce."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from coach.availability import DateRange, WeeklyWindow
from coach.cycle import Cycle
from coach.languages import LanguageSkill
from coach.objective import ObjectiveLevel
from coach.people import Coach, Coachee, Role, Roster

START = date(2027, 3, 22)  # a Monday; the clock changes on the 28th


def crowded(random: Random, sizes: Sequence[int] = (2, 3, 4, 5)) -> tuple[Roster, Cycle]:
    """Return an instance with one to three coaches; the number of coachees comes from `sizes`."""
    midnight = random.random() < 0.15
    coachee_ids = [f"c{n}" for n in range(random.choice(sizes))]
    coach_ids = [f"k{n}" for n in range(random.choice([1, 1, 2, 3]))]
    roster = Roster(
        coachees=tuple(
            Coachee(
                **_person(random, one, midnight=midnight),
                role=Role.COMMANDER,
                priority=random.choice([1, 1, 1, 3]),
                prefers=tuple(random.sample(coach_ids, random.choice([0, 1]))),
            )
            for one in coachee_ids
        ),
        coaches=tuple(
            Coach(
                **_person(random, one, midnight=midnight),
                capacity=random.choice([1, 2, 2, 3]),
                max_per_day=random.choice([None, None, 1, 2]),
                max_per_week=random.choice([None, None, 1, 2, 3]),
            )
            for one in coach_ids
        ),
    )
    return roster, _cycle(random, roster)


def _cycle(random: Random, roster: Roster) -> Cycle:
    low = random.choice([0, 0, 1, 2, 5, 7])
    levels = [ObjectiveLevel.KEPT, ObjectiveLevel.WORST, ObjectiveLevel.TOTAL]
    random.shuffle(levels)
    return Cycle.model_validate(
        {
            "cycle": {"start": START, "end": START + timedelta(random.choice([6, 13, 20, 24]))},
            "sessions": {
                "count": random.choice([1, 2, 2, 3]),
                "minutes": random.choice([45, 60, 90]),
                "grid_minutes": random.choice([30, 60]),
                "min_gap_days": low,
                "max_gap_days": low + random.choice([0, 2, 7, 9]),
                "max_per_coach_day": random.choice([1, 2, 3]),
                "max_per_coach_week": random.choice([1, 2, 3, 5]),
                "buffer_minutes": random.choice([0, 0, 0, 15, 30, 1440]),
            },
            "rules": {
                "country": {
                    "minimum_cross_border_share": random.choice([0.0, 0.0, 0.3, 0.5, 2 / 3, 1.0])
                }
            },
            "pins": {
                coachee.id: random.choice(roster.coaches).id
                for coachee in roster.coachees
                if random.random() < 0.12
            },
            "bans": {
                coachee.id: frozenset([random.choice(roster.coaches).id])
                for coachee in roster.coachees
                if random.random() < 0.1
            },
            "objective": {
                "levels": (ObjectiveLevel.PLACED, *levels, ObjectiveLevel.SCHEDULE),
            },
        }
    )


def _person(random: Random, one: str, *, midnight: bool) -> dict[str, object]:
    windows = [_window(random) for _ in range(random.choice([1, 2, 2, 3]))]
    if midnight:
        day = random.choice([0, 1])
        windows += [WeeklyWindow(day, 1320, 1440), WeeklyWindow(day + 1, 0, 120)]
    away = ()
    if random.random() < 0.2:
        first = START + timedelta(random.randrange(20))
        away = (DateRange(first, first + timedelta(random.choice([0, 2]))),)
    return {
        "id": one,
        "name": f"Person {one}",
        "email": f"{one}@example.org",
        "country": random.choice(["AL", "ME", "SE"]),
        "languages": (LanguageSkill("en"),),
        "availability": tuple(sorted(set(windows))),
        "unavailable": away,
        "timezone": random.choice(["Europe/Belgrade", "Europe/Belgrade", "Europe/London"]),
        "topics": tuple(random.sample(["leadership", "policy", "training"], random.choice([0, 1]))),
    }


def _window(random: Random) -> WeeklyWindow:
    start = random.choice([540, 540, 570, 600])
    return WeeklyWindow(random.choice([0, 0, 1, 2]), start, start + random.choice([90, 120, 180]))
