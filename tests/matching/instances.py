"""Small random instances that exercise every rule and every session limit."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import strategies as st

from coach.availability import DateRange, WeeklyWindow
from coach.cycle import CountryRelation, Cycle
from coach.languages import CefrLevel, LanguageSkill
from coach.people import Coach, Coachee, RankSensitivity, Role, Roster
from coach.ranks import parse_code
from coach.waivers import WaivableRule, Waiver

randoms = st.integers(0, 2**32).map(Random)
"""Random generators with drawn seeds, since `st.randoms` tends to repeat the same few choices."""

LANGUAGES = ("bs", "en", "hr", "sq", "sr")
COUNTRIES = ("AL", "BA", "ME", "SE")
UNITS = ("", "", "", "1st Brigade", " 1ST brigade", "Training Command", "MoD")
RANKS = ("CIV", "CIV~OF-5", "OF-3", "OF-4", "OF-5", "OR-8")
TOPICS = ("Harassment", "Leadership", "leadership ", "Stereotypes")
_WAIVED = 0.15
START = date(2027, 3, 22)  # the clock changes on the 28th


def random_roster(random: Random, coachees: int, coaches: int) -> Roster:
    """Return a roster with settings for every rule, in which most but not all pairs can meet."""
    coachee_ids = [f"c{n}" for n in range(coachees)]
    coach_ids = [f"k{n}" for n in range(coaches)]
    return Roster(
        coachees=tuple(
            Coachee(
                **_person(random, one, coach_ids),
                role=Role.COMMANDER,
                rank_sensitivity=random.choice(list(RankSensitivity)),
                uniformed_coach=random.random() < 0.1,
                priority=random.choice([1, 1, 2, 5]),
                prefers=tuple(_some(random, coach_ids, 0.4)),
            )
            for one in coachee_ids
        ),
        coaches=tuple(
            Coach(
                **_person(random, one, coachee_ids),
                capacity=random.choice([0, 1, 1, 2, 3]),
                max_per_day=random.choice([None, None, 1]),
                max_per_week=random.choice([None, None, 1, 2]),
                chain_of_command=tuple(_some(random, [*coachee_ids, *UNITS[2:]], 0.04)),
            )
            for one in coach_ids
        ),
    )


PREFERRED = {
    "finish": 15,
    "hours": 15,
    "preferred": tuple(WeeklyWindow(day, 480, 660) for day in range(7)),
    "preferred_by": {"c1": (WeeklyWindow(1, 600, 720), WeeklyWindow(1, 720, 900))},
}
"""Mornings and, for one coachee, different preferred times in two adjoining windows."""


def random_cycle(random: Random, roster: Roster) -> Cycle:
    """Return a cycle of a few weeks with random settings in each table of its policy."""
    coach_ids = [coach.id for coach in roster.coaches]
    apart = Random(random.getstate()[1][0])  # leaves the other choices as they are
    low = random.choice([0, 1, 5, 7])
    return Cycle.model_validate(
        {
            "cycle": {"start": START, "end": START + timedelta(random.choice([13, 20, 27]))},
            "sessions": {
                "count": random.choice([1, 2, 2, 3]),
                "minutes": random.choice([45, 60, 90]),
                "grid_minutes": random.choice([30, 60]),
                "min_gap_days": low,
                "max_gap_days": low + random.choice([0, 2, 7, 9]),
                "max_per_coach_day": random.choice([1, 2]),
                "max_per_coach_week": random.choice([1, 2, 5]),
                "buffer_minutes": random.choice([0, 0, 15, 30]),
            },
            "calendar": {
                "public_holidays": random.choice([True, False]),
                "blackout": tuple(_away(random)),
                "observances": apart.choice([{}, {"ME": ("islamic", "orthodox")}]),
            },
            "rules": {
                "language": {
                    "minimum_level": random.choice([CefrLevel.B1, CefrLevel.B2]),
                    "groups": random.choice([(), (frozenset({"bs", "hr", "sr"}),)]),
                },
                "country": {
                    "relation": random.choice(list(CountryRelation)),
                    "excluded": random.choice([(), (frozenset({"AL", "ME"}),)]),
                },
            },
            "bans": {
                coachee.id: frozenset(_some(random, coach_ids, 0.3))
                for coachee in roster.coachees
                if random.random() < 0.2
            },
            "waivers": tuple(
                Waiver(coachee=coachee.id, coach=coach, rule=rule, reason="agreed")
                for coachee in roster.coachees
                for coach in coach_ids
                for rule in WaivableRule
                if apart.random() < _WAIVED
            ),
            "timetable": {
                "rhythm": random.choice([0, 50]),
                "leave": random.choice([0, 20]),
                "slack_days": random.choice([5, 14]),
                **random.choice([{}, PREFERRED]),
            },
            "weights": {"topics": random.choice([0, 3]), "availability": random.choice([1, 7])},
        }
    )


def _person(random: Random, one: str, others: list[str]) -> dict[str, object]:
    languages = random.sample(LANGUAGES, random.choice([1, 2, 3, 4]))
    return {
        "id": one,
        "name": f"Person {one}",
        "email": f"{one}@example.org",
        "country": random.choice(COUNTRIES),
        "languages": tuple(
            LanguageSkill(
                code, random.choice([CefrLevel.B1, CefrLevel.B2, CefrLevel.C1, CefrLevel.C2])
            )
            for code in languages
        ),
        "availability": tuple(sorted({_window(random) for _ in range(random.choice([3, 4, 5]))})),
        "unavailable": tuple(_away(random)),
        "timezone": random.choice(["Europe/Belgrade", "Europe/Belgrade", "Africa/Nairobi"]),
        "unit": random.choice(UNITS),
        "rank": parse_code(random.choice(RANKS)),
        "refuses": frozenset(_some(random, others, 0.3) if random.random() < 0.2 else ()),
        "topics": tuple(random.sample(TOPICS, random.choice([0, 1, 2]))),
    }


def _window(random: Random) -> WeeklyWindow:
    start = random.choice([480, 510, 540, 600, 780])
    return WeeklyWindow(random.choice(range(4)), start, start + random.choice([120, 180, 300]))


def _away(random: Random) -> list[DateRange]:
    if random.random() < 0.7:
        return []
    first = START + timedelta(random.choice(range(20)))
    return [DateRange(first, first + timedelta(random.choice([0, 3])))]


def _some(random: Random, choices: list[str], share: float) -> list[str]:
    return [choice for choice in choices if random.random() < share]
