"""Sessions that span a clock change, from the solver to the audit of the stored result."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.people import Roster
from matching.auditor import audit
from matching.engine import SolveOptions, solve
from matching.result import Result
from tests.matching.auditor.test_auditor_mutations import coach, coachee

SUNDAY_MORNING = {"availability": (WeeklyWindow(6, 480, 570),), "timezone": "Asia/Amman"}
ROSTER = Roster(
    coachees=(coachee("c1", **SUNDAY_MORNING),), coaches=(coach("k1", **SUNDAY_MORNING),)
)
CYCLE = Cycle.model_validate(
    {
        "cycle": {
            "start": date(2027, 10, 25),
            "end": date(2027, 11, 21),
            "timezone": "America/New_York",
        },
        "sessions": {"count": 3, "minutes": 90, "min_gap_days": 7, "max_gap_days": 7},
    }
)
REPEATED_HOUR = datetime(2027, 11, 7, 5, tzinfo=UTC)  # the first of two 01:00s in New York


def run(keep: Result | None = None) -> Result:
    return solve(
        ROSTER,
        CYCLE,
        options=SolveOptions(),
        input_sha256="0" * 64,
        clock=time.monotonic,
        keep=keep,
    )


def test_session_across_repeated_hour_has_its_full_length() -> None:
    (match,) = run().matches
    assert REPEATED_HOUR in {session.start for session in match.sessions}
    assert {session.end - session.start for session in match.sessions} == {timedelta(minutes=90)}


def test_stored_result_with_session_in_repeated_hour_is_equal_and_sound() -> None:
    result = run()
    stored = Result.model_validate_json(result.model_dump_json())
    assert stored == result
    assert audit(ROSTER, CYCLE, stored) == ()


def test_rematch_from_stored_result_keeps_session_in_repeated_hour() -> None:
    stored = Result.model_validate_json(run().model_dump_json())
    again = run(keep=stored)
    assert again.moves == ()
    assert again.matches == stored.matches
