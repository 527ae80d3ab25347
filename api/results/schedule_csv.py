"""The file `schedule.csv`: all sessions in chronological order."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from api.files.csv_injection import escape_formula
from matching.result import Result

COLUMNS = ("coachee", "coach", "session", "start", "end", "uid")


def schedule_rows(result: Result) -> list[tuple[str, str, int, str, str, str]]:
    """Return a row for each session. `start` and `end` are in ISO 8601 with a UTC offset."""
    planned = [(session, match) for match in result.matches for session in match.sessions]
    planned.sort(key=lambda each: (each[0].start, each[1].coach, each[1].coachee))
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


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """Return a table as CSV in UTF-8, with text cells protected against formula injection."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([escape_formula(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode()
