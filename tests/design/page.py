"""The design page, rendered from the product's own templates and stylesheet."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from jinja2 import ChoiceLoader, FileSystemLoader

from api.lists.listing import Heading, Listing, PageLink
from api.lists.query import Filter
from api.results.match_view import SessionViewModel
from api.results.timetable_chart import ChartRow, SessionMark, TimetableChart, WeekColumn
from api.web.bar_chart import BarValue, build_bar_chart
from api.web.labels import Option
from api.web.templating import environment
from coach.texts.renderer import Renderer

_FOLDER = Path(__file__).parent


def design_page(texts: Renderer) -> str:
    """Return the page as HTML."""
    product = environment(texts)
    loader = ChoiceLoader([FileSystemLoader(_FOLDER), product.loader])  # type: ignore[list-item]
    page = product.overlay(loader=loader).get_template("design.html")
    return page.render(
        programme="Gender Coach Programme",
        signed_in=True,
        is_manager=True,
        territories=("XK",),
        page_drafts=None,
        device_id=None,
        is_error=False,
        sees_all=True,
        is_administrator=True,
        entered={"name": "Anna Berg", "topic": "", "free": "", "held": "yes"},
        faults={"topic": "write what the session was about"},
        drawing=_chart(),
        bars=build_bar_chart(
            [BarValue("Anna Berg: 12", 12, hatched=3), BarValue("Ivan Ilić: 6", 6)]
        ),
        list=_listing(),
    )


def _chart() -> TimetableChart:
    """Return a timetable for one coach and two coachees over eight weeks."""
    monday = date(2027, 1, 18)
    weeks = tuple(
        WeekColumn(190 + 40 * week, f"{(monday + timedelta(weeks=week)).day}", month, shaded)
        for week, (month, shaded) in enumerate(
            [("Jan 2027", False), ("", False), ("Feb 2027", True), *[("", True)] * 3]
        )
    )
    rows = (
        ChartRow(44, "Anna Berg", "Anna Berg", heading=True, marks=()),
        ChartRow(68, "Col. Ivan Ilić", "Colonel Ivan Ilić", heading=False, marks=_marks(0, 2, 4)),
        ChartRow(
            92, "Maj. Mira Krasniqi", "Major Mira Krasniqi", heading=False, marks=_marks(1, 3)
        ),
    )
    return TimetableChart(440, 116, 190, 40, 24, 44, weeks, rows, linked=True)


def _marks(*weeks: int) -> tuple[SessionMark, ...]:
    return tuple(
        SessionMark(192 + 40 * week, 34, f"{20 + week}", _session(number, week), "#charts")
        for number, week in enumerate(weeks, start=1)
    )


def _session(number: int, week: int) -> SessionViewModel:
    day = date(2027, 1, 20) + timedelta(weeks=week)
    return SessionViewModel(f"{number}", number, day, f"{day:%a %d %b %Y}", "09:00 to 10:30", "CET")


def _listing() -> Listing:
    """Return the middle page of a list sorted by name."""
    states = Filter("state", "State", (Option("open", "Open"), Option("done", "Done")))
    pages = (
        PageLink(1, "#list", current=False, gap=False),
        PageLink(4, "#list", current=True, gap=True),
        PageLink(9, "#list", current=False, gap=True),
    )
    return Listing(
        path="",
        back="#list",
        first=151,
        last=200,
        found=431,
        total=431,
        text="",
        expired=False,
        filtered=False,
        filters=((states, "open"),),
        kept={},
        headings={"name": Heading("#list", "ascending"), "sessions": Heading("#list", "")},
        pages=pages,
        previous="#list",
        next="#list",
        everything="#list",
        unsearched="#list",
        all_chosen=False,
        choose="#list",
    )
