"""Fixtures for a small plan built by hand: two matches and one unmatched coachee."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from coach.availability import WeeklyWindow
from coach.cycle import Cycle, CycleDates
from coach.languages import LanguageSkill
from coach.objective import ObjectiveLevel
from coach.people import Coach, Coachee, Role, Roster
from coach.ranks import Rank
from coach.session_policy import SessionPolicy
from coach.sessions import Session
from coach.texts.facts import LEGACY
from matching.facts.changes import COACHEE_FREE, GETS_A_COACH
from matching.facts.rules import COMMON_LANGUAGE
from matching.result import (
    FunnelStep,
    LevelOutcome,
    Match,
    Remedy,
    Result,
    Unmatched,
    Verdict,
)

MORNINGS = tuple(WeeklyWindow(day, 9 * 60, 12 * 60) for day in range(5))
COLONEL = Rank("OF-5", 15, civilian=False)


def coachee(number: int, name: str, country: str) -> Coachee:
    return Coachee(
        id=f"C-{number:02d}",
        name=name,
        email=f"c{number}@example.org",
        country=country,
        languages=(LanguageSkill("en"),),
        availability=MORNINGS,
        timezone="Europe/Belgrade",
        rank=COLONEL,
        role=Role.COMMANDER,
    )


def coach(number: int, name: str, country: str, zone: str = "Europe/Belgrade") -> Coach:
    return Coach(
        id=f"K-{number:02d}",
        name=name,
        email=f"k{number}@example.org",
        country=country,
        languages=(LanguageSkill("en"),),
        availability=MORNINGS,
        timezone=zone,
        capacity=3,
    )


def series(pair: str, cycle: Cycle, first: datetime) -> tuple[Session, ...]:
    starts = [first + timedelta(weeks=4 * step) for step in range(cycle.sessions.count)]
    return tuple(
        Session(
            uid=f"{pair}-{number}",
            number=number,
            start=start.astimezone(cycle.cycle.zone),
            end=(start + timedelta(minutes=90)).astimezone(cycle.cycle.zone),
        )
        for number, start in enumerate(starts, start=1)
    )


@pytest.fixture
def cycle() -> Cycle:
    return Cycle(
        cycle=CycleDates(
            name="Spring <2027> & after", start=date(2027, 1, 18), end=date(2027, 7, 16)
        ),
        sessions=SessionPolicy(count=6),
    )


@pytest.fixture
def roster() -> Roster:
    return Roster(
        coachees=(
            coachee(1, 'Ana "Anči" Žižek-Đorđević', "ME"),
            coachee(2, "=Formula & <Tag>", "XK"),
            coachee(3, "Nobody Yet", "BA"),
        ),
        coaches=(
            coach(1, "Sofia Lindqvist", "SE", "Europe/Stockholm"),
            coach(2, "Deployed Coach", "NO", "Africa/Nairobi"),
        ),
    )


@pytest.fixture
def result(cycle: Cycle) -> Result:
    verdicts = (
        Verdict(rule="language", points=100, weight=3, reason=COMMON_LANGUAGE(language="en")),
        Verdict(rule="country", points=50, weight=2, reason=LEGACY(text="Montenegro and Sweden")),
    )
    return Result(
        status="optimal",
        seed=7,
        input_sha256="ab" * 32,
        wall_seconds=0.25,
        levels=(
            LevelOutcome(name=ObjectiveLevel.PLACED, value=2, bound=2, proven=True),
            LevelOutcome(name=ObjectiveLevel.SCHEDULE, value=150, bound=200, proven=False),
        ),
        matches=(
            Match(
                coachee="C-01",
                coach="K-01",
                points=400,
                verdicts=verdicts,
                sessions=series("9f86d081", cycle, datetime(2027, 1, 20, 8, tzinfo=UTC)),
            ),
            Match(
                coachee="C-02",
                coach="K-02",
                points=400,
                verdicts=verdicts,
                sessions=series("60303ae2", cycle, datetime(2027, 1, 21, 9, tzinfo=UTC)),
            ),
        ),
        unmatched=(
            Unmatched(
                coachee="C-03",
                reason="nobody-schedulable",
                funnel=(
                    FunnelStep(rule="language", left=2),
                    FunnelStep(rule="schedule", left=0),
                ),
                remedies=(
                    Remedy(
                        change=COACHEE_FREE(coachee="C-03", weekday=4, start="09:00", end="12:00"),
                        effect=GETS_A_COACH(coachee="C-03"),
                    ),
                ),
            ),
        ),
    )
