"""Sessions as values."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from coach.sessions import Session

START = datetime(2027, 1, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "told"),
    [(0, "2027-01-20T09:00:00+00:00"), (1, "2027-01-20T10:00:00+01:00")],
)
def test_times_are_written_with_their_offset_in_every_zone(hours: int, told: str) -> None:
    start = START.astimezone(timezone(timedelta(hours=hours)))
    session = Session(uid="u", number=1, start=start, end=start + timedelta(minutes=90))
    written = session.model_dump_json()
    assert f'"start":"{told}"' in written
    assert start.isoformat() == told  # as the other files write it
    assert Session.model_validate_json(written) == session
