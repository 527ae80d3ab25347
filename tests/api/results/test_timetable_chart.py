"""The timetable chart."""

from datetime import date, timedelta

from api.results.plan_view import present_plan
from api.results.timetable_chart import HEAD_HEIGHT, LABEL_WIDTH, WEEK_WIDTH
from coach.cycle import Cycle
from coach.people import Roster
from coach.texts.renderer import english
from matching.result import Result
from tests.texts import ENGLISH


def test_chart_has_a_column_for_each_week_from_its_monday(
    roster: Roster, cycle: Cycle, result: Result
) -> None:
    picture = present_plan(roster, cycle, result, ENGLISH).chart
    assert len(picture.weeks) == 26
    assert [english(week.month) for week in picture.weeks if week.month] == [
        *("Jan 2027", "Feb 2027", "Mar 2027", "Apr 2027", "May 2027", "Jun 2027", "Jul 2027"),
    ]
    assert (picture.weeks[0].monday, picture.weeks[-1].monday) == ("18", "12")
    assert picture.width == LABEL_WIDTH + 26 * WEEK_WIDTH


def test_coachees_are_listed_below_their_coach(
    roster: Roster, cycle: Cycle, result: Result
) -> None:
    picture = present_plan(roster, cycle, result, ENGLISH).chart
    assert [(row.name, row.heading, len(row.marks)) for row in picture.rows] == [
        ("Sofia Lindqvist", True, 0),
        (roster.coachees[0].name, False, 6),
        ("Deployed Coach", True, 0),
        (roster.coachees[1].name, False, 6),
    ]
    assert [row.y for row in picture.rows] == [HEAD_HEIGHT + 24 * n for n in range(4)]


def test_marks_are_in_their_week(roster: Roster, cycle: Cycle, result: Result) -> None:
    picture = present_plan(roster, cycle, result, ENGLISH).chart
    marks = picture.rows[1].marks
    assert [(mark.x - LABEL_WIDTH) // WEEK_WIDTH for mark in marks] == [0, 4, 8, 12, 16, 20]
    assert english(marks[0].label) == "Wed 20"
    session = marks[0].session
    assert (session.number, session.day) == (1, "Wed 20 Jan 2027")
    assert session.hours == "09:00 to 10:30"


def test_two_sessions_in_one_week_share_its_column(
    roster: Roster, cycle: Cycle, result: Result
) -> None:
    first = result.matches[0]
    one, two, *_ = first.sessions
    near = two.model_copy(
        update={"start": one.start + timedelta(days=2), "end": one.end + timedelta(days=2)}
    )
    close = result.model_copy(
        update={"matches": (first.model_copy(update={"sessions": (one, near)}),)}
    )
    left, right = present_plan(roster, cycle, close, ENGLISH).chart.rows[1].marks
    assert left.x + left.width < right.x
    assert right.x + right.width <= LABEL_WIDTH + WEEK_WIDTH
    assert (left.label, right.label) == ("20", "22")


def test_cycle_of_one_day_has_one_column(roster: Roster, cycle: Cycle, result: Result) -> None:
    day = cycle.cycle.model_copy(update={"start": date(2027, 1, 20), "end": date(2027, 1, 20)})
    short = cycle.model_copy(update={"cycle": day})
    empty = result.model_copy(update={"matches": ()})
    picture = present_plan(roster, short, empty, ENGLISH).chart
    assert len(picture.weeks) == 1
    assert picture.rows == ()
