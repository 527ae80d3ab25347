"""The file `schedule.csv`: all sessions in chronological order."""

from __future__ import annotations

from api.files.csv_writer import csv_bytes
from matching.result import Result

COLUMNS = ("coachee", "coach", "session", "start", "end", "uid")


def schedule_rows(result: Result) -> list[tuple[str, str, int, str, str, str]]:
    """Return a row for each session. `start` and `end` are in ISO 8601 with a UTC offset."""
    planned = [(session, match) for match in result.matches for session in match.sessions]
    planned.sort(key=lambda each: (each[0].start.timestamp(), each[1].coach, each[1].coachee))
    return [
        (
            match.coachee,
            match.coach,
            session.number,
            session.start.isoformat(),
            session.end.isoformat(),
            session.uid,
        )
        for session, match in planned
    ]


def schedule_csv(result: Result) -> bytes:
    """Return the content of the file, in UTF-8."""
    return csv_bytes(COLUMNS, schedule_rows(result))
