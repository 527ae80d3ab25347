"""A timetable chart with a column for each week and a row for each match, grouped by coach.

Lengths are in the chart's own units. One unit is one pixel at full size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

from api.results import facts
from api.results.match_view import MatchViewModel, SessionViewModel
from api.web.date_formats import format_short_month
from coach.cycle import Cycle
from coach.people import Coach
from coach.texts.facts import Displayed
from coach.texts.renderer import Renderer

LABEL_WIDTH = 190
WEEK_WIDTH = 40
ROW_HEIGHT = 24
HEAD_HEIGHT = 44
_CACHED_LABELS = 512
_MAX_LABEL_CHARACTERS = 28  # the number of characters that fit into LABEL_WIDTH


@dataclass(frozen=True, slots=True)
class WeekColumn:
    """The column for a week: its Monday's day of the month, and the month if a new month begins."""

    x: int
    monday: str
    month: Displayed
    shaded: bool


@dataclass(frozen=True, slots=True)
class SessionMark:
    """A session in the chart: a box with a short label, and a tooltip that describes `session`.

    `address` is the address of the session's page, or an empty string.
    """

    x: int
    width: int
    label: str
    session: SessionViewModel
    address: str


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A row of the chart. A coach's row shows no sessions; their coachees' rows follow it."""

    y: int
    label: str
    name: str
    heading: bool
    marks: tuple[SessionMark, ...]


@dataclass(frozen=True, slots=True)
class TimetableChart:
    """The data that a template needs to draw the timetable. `linked` is true if marks are links."""

    width: int
    height: int
    label_width: int
    week_width: int
    row_height: int
    head_height: int
    weeks: tuple[WeekColumn, ...]
    rows: tuple[ChartRow, ...]
    linked: bool


def build_timetable_chart(
    coaches: Iterable[Coach],
    cycle: Cycle,
    matches: Iterable[MatchViewModel],
    texts: Renderer,
    addresses: Mapping[str, str] = MappingProxyType({}),
) -> TimetableChart:
    """Build the chart of all sessions in `matches`, in the order of `coaches`.

    `addresses` contains the addresses of the sessions' pages, keyed by uid.
    """
    first = _monday(cycle.cycle.start)
    count = (_monday(cycle.cycle.end) - first).days // 7 + 1
    rows = _rows(coaches, matches, first, _MarkTexts(texts, addresses))
    return TimetableChart(
        width=LABEL_WIDTH + count * WEEK_WIDTH,
        height=HEAD_HEIGHT + len(rows) * ROW_HEIGHT,
        label_width=LABEL_WIDTH,
        week_width=WEEK_WIDTH,
        row_height=ROW_HEIGHT,
        head_height=HEAD_HEIGHT,
        weeks=_weeks(first, count),
        rows=rows,
        linked=any(mark.address for row in rows for mark in row.marks),
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


@dataclass(frozen=True, slots=True)
class _MarkTexts:
    """The data needed for the mark texts, in addition to the marks' sessions."""

    texts: Renderer
    addresses: Mapping[str, str]


def _rows(
    coaches: Iterable[Coach], matches: Iterable[MatchViewModel], first: date, texts: _MarkTexts
) -> tuple[ChartRow, ...]:
    by_coach: defaultdict[str, list[MatchViewModel]] = defaultdict(list)
    for match in matches:
        by_coach[match.coach.id].append(match)
    rows: list[ChartRow] = []

    def add(name: str, marks: tuple[SessionMark, ...], *, heading: bool) -> None:
        y = HEAD_HEIGHT + len(rows) * ROW_HEIGHT
        rows.append(ChartRow(y, _truncate(name), name, heading, marks))

    for coach in coaches:
        if coach.id not in by_coach:
            continue
        add(coach.name, (), heading=True)
        for match in by_coach[coach.id]:
            add(match.coachee.name, _marks(match.sessions, first, texts), heading=False)
    return tuple(rows)


def _marks(
    sessions: Iterable[SessionViewModel], first: date, texts: _MarkTexts
) -> tuple[SessionMark, ...]:
    by_week: defaultdict[int, list[SessionViewModel]] = defaultdict(list)
    for session in sessions:
        by_week[(session.date - first).days // 7].append(session)
    return tuple(
        mark
        for week, together in sorted(by_week.items())
        for mark in _marks_of_week(LABEL_WIDTH + week * WEEK_WIDTH, together, texts)
    )


def _marks_of_week(
    left: int, sessions: list[SessionViewModel], texts: _MarkTexts
) -> Iterable[SessionMark]:
    width = WEEK_WIDTH // len(sessions)
    for position, session in enumerate(sessions):
        yield SessionMark(
            x=left + position * width + 1,
            width=width - 2,
            label=_label(session.date, texts.texts)
            if len(sessions) == 1
            else str(session.date.day),
            session=session,
            address=texts.addresses.get(session.uid, ""),
        )


@lru_cache(_CACHED_LABELS)
def _label(day: date, texts: Renderer) -> str:
    return texts.text(facts.MARK(weekday=day.weekday(), day=day.day))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _truncate(name: str) -> str:
    return name if len(name) <= _MAX_LABEL_CHARACTERS else f"{name[: _MAX_LABEL_CHARACTERS - 1]}…"
