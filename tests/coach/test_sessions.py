"""Serialisation, comparison and subtraction of session times."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.sessions import Session

START = datetime(2027, 1, 20, 9, tzinfo=UTC)
CLOCK_CHANGES = (
    datetime(2027, 11, 7, 6, tzinfo=UTC),
    datetime(2027, 4, 3, 15, tzinfo=UTC),
    datetime(2027, 3, 28, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("hours", "text"),
    [(0, "2027-01-20T09:00:00+00:00"), (1, "2027-01-20T10:00:00+01:00")],
)
def test_session_times_are_serialised_with_their_offset(hours: int, text: str) -> None:
    start = START.astimezone(timezone(timedelta(hours=hours)))
    session = Session(uid="u", number=1, start=start, end=start + timedelta(minutes=90))
    written = session.model_dump_json()
    assert f'"start":"{text}"' in written
    assert start.isoformat() == text  # as in other files
    assert Session.model_validate_json(written) == session


@given(
    st.sampled_from(("America/New_York", "Australia/Lord_Howe", "Europe/Belgrade")),
    st.sampled_from(CLOCK_CHANGES),
    st.integers(-180, 180),
    st.integers(1, 240),
)
def test_sessions_near_clock_change_compare_and_subtract_as_instants(
    zone: str, change: datetime, minutes: int, length: int
) -> None:
    start = change + timedelta(minutes=minutes)
    end = start + timedelta(minutes=length)
    session = Session(
        uid="u",
        number=1,
        start=start.astimezone(ZoneInfo(zone)),
        end=end.astimezone(ZoneInfo(zone)),
    )
    assert (session.start, session.end) == (start, end)
    assert session.start < session.end
    assert session.end - session.start == timedelta(minutes=length)
    assert session.start.isoformat() == start.astimezone(ZoneInfo(zone)).isoformat()
