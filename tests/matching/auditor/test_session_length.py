"""Session lengths are elapsed time, in any zone and across any clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from coach.cycle import Cycle
from coach.people import Roster
from coach.sessions import Session
from coach.texts.renderer import english
from matching.auditor.context import AuditContext
from matching.auditor.sessions import loads, session_times
from matching.result import Match, Result
from tests.matching.auditor.test_auditor_mutations import coach, coachee

ZONES = (
    "America/New_York",
    "Australia/Lord_Howe",  # its clocks change by half an hour
    "Europe/Belgrade",
    "Africa/Casablanca",
    "Asia/Amman",
)
CLOCK_CHANGES = (
    datetime(2027, 3, 14, 7, tzinfo=UTC),
    datetime(2027, 11, 7, 6, tzinfo=UTC),
    datetime(2027, 3, 28, 1, tzinfo=UTC),
    datetime(2027, 10, 31, 1, tzinfo=UTC),
    datetime(2027, 4, 3, 15, tzinfo=UTC),
    datetime(2027, 10, 2, 15, 30, tzinfo=UTC),
)
ROSTER = Roster(coachees=(coachee("c1"), coachee("c2")), coaches=(coach("k1"),))

starts = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from(CLOCK_CHANGES),
    st.integers(-180, 180),
)


def session(number: int, start: datetime, minutes: int, zone: str) -> Session:
    """Return a session with local times that are not validated, as `model_copy` allows."""
    local = [one.astimezone(ZoneInfo(zone)) for one in (start, start + timedelta(minutes=minutes))]
    plain = Session(uid=str(number), number=number, start=local[0], end=local[1])
    return plain.model_copy(update={"start": local[0], "end": local[1]})


def context(zone: str, minutes: int, buffer: int, sessions: tuple[Session, ...]) -> AuditContext:
    cycle = Cycle.model_validate(
        {
            "cycle": {"start": date(2027, 1, 1), "end": date(2027, 12, 31), "timezone": zone},
            "sessions": {"count": 1, "minutes": minutes, "buffer_minutes": buffer},
        }
    )
    result = Result(
        status="feasible",
        seed=0,
        input_sha256="",
        wall_seconds=0.0,
        levels=(),
        matches=tuple(
            Match(coachee=f"c{n}", coach="k1", points=0, verdicts=(), sessions=(one,))
            for n, one in enumerate(sessions, start=1)
        ),
        unmatched=(),
    )
    return AuditContext(ROSTER, cycle, result, None)


@given(st.sampled_from(ZONES), starts, st.integers(5, 240), st.integers(-60, 60))
@settings(max_examples=150, deadline=None)
def test_session_is_reported_if_and_only_if_its_elapsed_minutes_differ(
    zone: str, start: datetime, minutes: int, difference: int
) -> None:
    wanted = max(5, minutes + difference)
    planned = session(1, start, minutes, zone)
    found = [
        english(one.message)
        for one in session_times(context(zone, wanted, 0, (planned,)))
        if english(one.message).startswith("lasts")
    ]
    assert found == ([] if minutes == wanted else [f"lasts {minutes} minutes instead of {wanted}"])


@given(st.sampled_from(ZONES), starts, st.integers(5, 120), st.integers(-120, 120))
@settings(max_examples=150, deadline=None)
def test_overlap_is_reported_if_and_only_if_the_elapsed_buffer_is_too_short(
    zone: str, start: datetime, minutes: int, between: int
) -> None:
    first = session(1, start, minutes, zone)
    second = session(2, start + timedelta(minutes=minutes + between), minutes, zone)
    buffer = 30
    found = [
        one
        for one in loads(context(zone, minutes, buffer, (first, second)))
        if "overlap" in english(one.message) or "apart" in english(one.message)
    ]
    apart = between if between >= -minutes else -2 * minutes - between
    assert bool(found) == (apart < buffer)
