"""The file `schedule.xlsx`: the plan as a workbook with one sheet per topic."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from api.files.csv_injection import escape_formula
from api.files.zip_archive import with_fixed_timestamps
from api.results.match_view import MatchViewModel, UnmatchedViewModel
from api.results.plan_view import PlanViewModel
from coach.texts.renderer import Renderer
from matching.result import Result

_HEAD_FONT = Font(bold=True, color="FFFFFF")
_HEAD_FILL = PatternFill("solid", fgColor="1F4E5F")
_WRAP = Alignment(wrap_text=True, vertical="top")

ColumnSpec = tuple[str, int]  # header, width in characters

_SCHEDULE: Sequence[ColumnSpec] = (
    ("Day", 17),
    ("Time", 16),
    ("Zone", 10),
    ("Session", 9),
    ("Coachee", 30),
    ("Coachee id", 12),
    ("Coach", 30),
    ("Coach id", 12),
)
_MATCHES: Sequence[ColumnSpec] = (
    ("Coachee", 30),
    ("Coachee id", 12),
    ("Coach", 30),
    ("Coach id", 12),
    ("Points", 8),
    ("Out of", 10),
    ("Because", 90),
)
_UNMATCHED: Sequence[ColumnSpec] = (
    ("Coachee", 30),
    ("Coachee id", 12),
    ("Why", 50),
    ("Coaches left after each rule", 50),
    ("What would help (verified)", 80),
)
_COACHES: Sequence[ColumnSpec] = (
    ("Coach", 30),
    ("Coach id", 12),
    ("Coachees", 10),
    ("Places", 8),
    ("Sessions", 10),
)


def schedule_xlsx(view: PlanViewModel, result: Result, texts: Renderer, now: datetime) -> bytes:
    """Return the workbook. Equal arguments give equal bytes; `now` is stored in its properties."""
    book = Workbook()
    book.properties.creator = "gender-coach"
    first = book.active
    assert isinstance(first, Worksheet)  # noqa: S101 - a new workbook has one worksheet
    _fill(first, "Schedule", _SCHEDULE, _schedule_rows(view, result, texts))
    _fill(book.create_sheet(), "Matches", _MATCHES, map(_match_row, view.matches))
    _fill(book.create_sheet(), "Unmatched", _UNMATCHED, map(_unmatched_row, view.unmatched))
    _fill(
        book.create_sheet(),
        "Coaches",
        _COACHES,
        (
            (load.coach.name, load.coach.id, load.assigned, load.capacity, load.sessions)
            for load in view.loads
        ),
    )
    file = io.BytesIO()
    book.save(file)
    return with_fixed_timestamps(file.getvalue(), {"docProps/core.xml": _properties_xml(book, now)})


def _properties_xml(book: Workbook, now: datetime) -> bytes:
    """Return the workbook's properties with the time `now`, which saving would overwrite."""
    book.properties.created = book.properties.modified = now.replace(tzinfo=None, microsecond=0)
    return bytes(tostring(book.properties.to_tree()))


def _schedule_rows(
    view: PlanViewModel, result: Result, texts: Renderer
) -> list[tuple[str | int, ...]]:
    starts = {session.uid: session.start for m in result.matches for session in m.sessions}
    planned = [(session, match) for match in view.matches for session in match.sessions]
    planned.sort(key=lambda each: (starts[each[0].uid], each[1].coach.id, each[1].coachee.id))
    return [
        (
            texts.text(session.day),
            texts.text(session.hours),
            session.zone,
            session.number,
            match.coachee.name,
            match.coachee.id,
            match.coach.name,
            match.coach.id,
        )
        for session, match in planned
    ]


def _match_row(match: MatchViewModel) -> tuple[str | int, ...]:
    because = "\n".join(
        f"{verdict.rule}: {verdict.because} ({verdict.weight} x {verdict.points})"
        for verdict in match.verdicts
    )
    return (
        match.coachee.name,
        match.coachee.id,
        match.coach.name,
        match.coach.id,
        match.points,
        match.max_points,
        because,
    )


def _unmatched_row(entry: UnmatchedViewModel) -> tuple[str | int, ...]:
    return (
        entry.coachee.name,
        entry.coachee.id,
        entry.why,
        "\n".join(f"{step.rule}: {step.left}" for step in entry.funnel),
        "\n".join(f"{remedy.change}: {remedy.effect}" for remedy in entry.remedies),
    )


def _fill(
    sheet: Worksheet, title: str, columns: Sequence[ColumnSpec], rows: Iterable[Sequence[str | int]]
) -> None:
    sheet.title = title
    sheet.append([header for header, _width in columns])
    for row in rows:
        sheet.append([escape_formula(cell) if isinstance(cell, str) else cell for cell in row])
    for number, (_header, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for cell in sheet[1]:
        cell.font, cell.fill = _HEAD_FONT, _HEAD_FILL
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = _WRAP
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
