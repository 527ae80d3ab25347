"""The file `schedule.xlsx`: the plan as a workbook with one sheet per topic."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from api.files.csv_injection import escape_formula
from api.files.zip_archive import with_fixed_timestamps
from api.results import workbook_facts as facts
from api.results.match_view import MatchViewModel, UnmatchedViewModel
from api.results.plan_view import LoadViewModel, PlanViewModel
from api.results.sheet_xml import Rows, append_corners, are_plain, with_rows
from coach.texts.facts import Displayed, Message
from coach.texts.renderer import Renderer
from matching.facts.changes import REMEDY
from matching.result import Result

_HEAD_FONT = Font(bold=True, color="FFFFFF")
_HEAD_FILL = PatternFill("solid", fgColor="1F4E5F")
_WRAP = Alignment(wrap_text=True, vertical="top")

ColumnSpec = tuple[Message, int]  # header, width in characters
Row = Sequence[int | Displayed]

_MAX_TITLE_CHARACTERS = 31
_FORBIDDEN_IN_TITLES = str.maketrans(dict.fromkeys(r"\/*?:[]"))

_SCHEDULE: Sequence[ColumnSpec] = (
    (facts.DAY, 17),
    (facts.TIME, 16),
    (facts.ZONE, 10),
    (facts.SESSION, 9),
    (facts.COACHEE, 30),
    (facts.COACHEE_ID, 12),
    (facts.COACH, 30),
    (facts.COACH_ID, 12),
)
_MATCHES: Sequence[ColumnSpec] = (
    (facts.COACHEE, 30),
    (facts.COACHEE_ID, 12),
    (facts.COACH, 30),
    (facts.COACH_ID, 12),
    (facts.POINTS, 8),
    (facts.OUT_OF, 10),
    (facts.BECAUSE, 90),
)
_UNMATCHED: Sequence[ColumnSpec] = (
    (facts.COACHEE, 30),
    (facts.COACHEE_ID, 12),
    (facts.WHY, 50),
    (facts.FUNNEL, 50),
    (facts.REMEDIES, 80),
)
_COACHES: Sequence[ColumnSpec] = (
    (facts.COACH, 30),
    (facts.COACH_ID, 12),
    (facts.COACHEES, 10),
    (facts.PLACES, 8),
    (facts.SESSIONS, 10),
)


def schedule_xlsx(view: PlanViewModel, result: Result, texts: Renderer, now: datetime) -> bytes:
    """Return the workbook. Equal arguments produce equal bytes; its properties contain `now`."""
    book = Workbook()
    book.properties.creator = "gender-coach"
    first = book.active
    assert isinstance(first, Worksheet)  # noqa: S101 - a new workbook has one worksheet
    inserted = []
    for sheet, (title, columns, rows) in zip(
        (first, *(book.create_sheet() for _ in range(3))),
        (
            (facts.SCHEDULE, _SCHEDULE, _schedule_rows(view, result)),
            (facts.MATCHES, _MATCHES, [_match_row(match, texts) for match in view.matches]),
            (facts.UNMATCHED, _UNMATCHED, [_unmatched_row(one, texts) for one in view.unmatched]),
            (facts.COACHES, _COACHES, map(_load_row, view.loads)),
        ),
        strict=True,
    ):
        shown = [[_cell(cell, texts) for cell in row] for row in rows]
        if _fill(texts, sheet, title, columns, shown):
            inserted.append((sheet, shown))
    file = io.BytesIO()
    book.save(file)
    replaced = {"docProps/core.xml": _properties_xml(book, now)}
    with zipfile.ZipFile(file) as archive:
        for sheet, shown in inserted:
            path = sheet.path.removeprefix("/")
            replaced[path] = with_rows(archive.read(path), sheet, shown)
    return with_fixed_timestamps(file.getvalue(), replaced)


def _properties_xml(book: Workbook, now: datetime) -> bytes:
    """Return the workbook's properties with the time `now`, which saving would overwrite."""
    book.properties.created = book.properties.modified = now.replace(tzinfo=None, microsecond=0)
    return bytes(tostring(book.properties.to_tree()))


def _schedule_rows(view: PlanViewModel, result: Result) -> list[Row]:
    sessions = (session for match in result.matches for session in match.sessions)
    starts = {session.uid: session.start.timestamp() for session in sessions}
    planned = [(session, match) for match in view.matches for session in match.sessions]
    planned.sort(key=lambda each: (starts[each[0].uid], each[1].coach.id, each[1].coachee.id))
    return [
        (
            session.day,
            session.hours,
            session.zone,
            session.number,
            match.coachee.name,
            match.coachee.id,
            match.coach.name,
            match.coach.id,
        )
        for session, match in planned
    ]


def _match_row(match: MatchViewModel, texts: Renderer) -> Row:
    because = (
        facts.VERDICT(rule=one.label, because=one.because, weight=one.weight, points=one.points)
        for one in match.verdicts
    )
    return (
        match.coachee.name,
        match.coachee.id,
        match.coach.name,
        match.coach.id,
        match.points,
        match.max_points,
        "\n".join(map(texts.text, because)),
    )


def _unmatched_row(entry: UnmatchedViewModel, texts: Renderer) -> Row:
    funnel = (facts.FUNNEL_STEP(rule=step.label, left=step.left) for step in entry.funnel)
    remedies = (REMEDY(change=one.change, effect=one.effect) for one in entry.remedies)
    return (
        entry.coachee.name,
        entry.coachee.id,
        entry.why,
        "\n".join(map(texts.text, funnel)),
        "\n".join(map(texts.text, remedies)),
    )


def _load_row(load: LoadViewModel) -> Row:
    return load.coach.name, load.coach.id, load.assigned, load.capacity, load.sessions


def _fill(
    texts: Renderer,
    sheet: Worksheet,
    title: Message,
    columns: Sequence[ColumnSpec],
    rows: Rows,
) -> bool:
    """Fill a sheet, and return whether its rows still have to be inserted with `with_rows`."""
    sheet.title = texts.text(title()).translate(_FORBIDDEN_IN_TITLES)[:_MAX_TITLE_CHARACTERS]
    sheet.append([texts.text(header()) for header, _width in columns])
    is_plain = bool(rows) and are_plain(rows)
    if is_plain:
        append_corners(sheet, rows, _WRAP)
    else:
        for row in rows:
            sheet.append(row)
        for line in sheet.iter_rows(min_row=2):
            for cell in line:
                cell.alignment = _WRAP
    for number, (_header, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for head in sheet[1]:
        head.font, head.fill = _HEAD_FONT, _HEAD_FILL
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    return is_plain


def _cell(shown: int | Displayed, texts: Renderer) -> int | str:
    return shown if isinstance(shown, int) else escape_formula(texts.text(shown))
