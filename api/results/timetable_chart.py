"""The timetable as a chart, with a column for each week and a row for each match, by coach.

Lengths are in the chart's own units. One unit is one pixel at full size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from api.results import facts
from api.web.date_formats import format_short_month, format_time_range
from coach.cycle import Cycle
from coach.people import Roster
from coach.sessions import Session
from coach.texts.facts import Displayed
from matching.result import Match, Result

LABEL_WIDTH = 190
WEEK_WIDTH = 40
ROW_HEIGHT = 24
HEAD_HEIGHT = 44
_MAX_LABEL_CHARACTERS = 28  # the number that fits into LABEL_WIDTH


@dataclass(frozen=True, slots=True)
class WeekColumn:
    """The column of a week: its Monday's day of the month, and the month if it is a new one."""

    x: int
    monday: str
    month: Displayed
    shaded: bool


@dataclass(frozen=True, slots=True)
class SessionMark:
    """The mark of a session: a box with a short label and a full description as its tooltip."""

    x: int
    width: int
    label: Displayed
    tip: Displayed


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A row of the chart. A coach's row has no marks and precedes the rows of their coachees."""

    y: int
    label: str
    name: str
    heading: bool
    marks: tuple[SessionMark, ...]


@dataclass(frozen=True, slots=True)
class TimetableChart:
    """The data that a template needs to draw the timetable."""

    width: int
    height: int
    label_width: int
    week_width: int
    row_height: int
    head_height: int
    weeks: tuple[WeekColumn, ...]
    rows: tuple[ChartRow, ...]


def build_timetable_chart(roster: Roster, cycle: Cycle, result: Result) -> TimetableChart:
    """Build the chart of all sessions in `result`, in the cycle's zone."""
    first = _monday(cycle.cycle.start)
    count = (_monday(cycle.cycle.end) - first).days // 7 + 1
    rows = _rows(roster, cycle, result, first)
    return TimetableChart(
        width=LABEL_WIDTH + count * WEEK_WIDTH,
        height=HEAD_HEIGHT + len(rows) * ROW_HEIGHT,
        label_width=LABEL_WIDTH,
        week_width=WEEK_WIDTH,
        row_height=ROW_HEIGHT,
        head_height=HEAD_HEIGHT,
        weeks=_weeks(first, count),
        rows=rows,
    )


def _weeks(first: date, count: int) -> tuple[WeekColumn, ...]:
    mondays = [first + timedelta(weeks=number) for number in range(count)]
    months = [(monday.year, monday.month) for monday in mondays]
    return tuple(
        WeekColumn(
            x=LABEL_WIDTH + number * WEEK_WIDTH,
            monday=str(monday.day),
            month=format_short_month(monday)
            if number == 0 or months[number] != months[number - 1]
            else "",
            shaded=number % 2 == 1,
        )
        for number, monday in enumerate(mondays)
    )


def _rows(roster: Roster, cycle: Cycle, result: Result, first: date) -> tuple[ChartRow, ...]:
    names = {person.id: person.name for person in (*roster.coachees, *roster.coaches)}
    by_coach: defaultdict[str, list[Match]] = defaultdict(list)
    for match in result.matches:
        by_coach[match.coach].append(match)
    rows: list[ChartRow] = []

    def add(name: str, marks: tuple[SessionMark, ...], *, heading: bool) -> None:
        y = HEAD_HEIGHT + len(rows) * ROW_HEIGHT
        rows.append(ChartRow(y, _truncate(name), name, heading, marks))

    for coach in roster.coaches:
        if coach.id not in by_coach:
            continue
        add(names[coach.id], (), heading=True)
        for match in by_coach[coach.id]:
            add(names[match.coachee], _marks(match.sessions, cycle, first), heading=False)
    return tuple(rows)


def _marks(sessions: Iterable[Session], cycle: Cycle, first: date) -> tuple[SessionMark, ...]:
    by_week: defaultdict[int, list[Session]] = defaultdict(list)
    for session in sessions:
        day = session.start.astimezone(cycle.cycle.zone).date()
        by_week[(day - first).days // 7].append(session)
    return tuple(
        mark
        for week, together in sorted(by_week.items())
        for mark in _marks_of_week(LABEL_WIDTH + week * WEEK_WIDTH, together, cycle)
    )


def _marks_of_week(left: int, sessions: list[Session], cycle: Cycle) -> Iterable[SessionMark]:
    width = WEEK_WIDTH // len(sessions)
    for position, session in enumerate(sessions):
        local = session.start.astimezone(cycle.cycle.zone)
        hours = format_time_range(session.start, session.end, cycle.cycle.zone)
        yield SessionMark(
            x=left + position * width + 1,
            width=width - 2,
            label=facts.MARK(weekday=local.weekday(), day=local.day)
            if len(sessions) == 1
            else str(local.day),
            tip=facts.MARK_TIP(number=session.number, day=local.date(), hours=hours),
        )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _truncate(name: str) -> str:
    return name if len(name) <= _MAX_LABEL_CHARACTERS else f"{name[: _MAX_LABEL_CHARACTERS - 1]}…"
