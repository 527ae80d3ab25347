"""The sessions of a plan in chronological order: all sessions, or the sessions of one week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from api.lists.query import ListDefinition
from api.lists.selection import RowAccess
from api.plans.stored_plan import StoredPlan
from coach.folding import folded

VIEW, WEEK = "view", "week"
WEEKS, CALENDAR, AGENDA = "weeks", "calendar", "agenda"
VIEWS = (CALENDAR, AGENDA, WEEKS)
_DAYS = 7


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A session of a plan, in the cycle's zone, with the ids and names of its people."""

    uid: str
    number: int
    start: datetime
    end: datetime
    coachee: str
    coachee_name: str
    coach: str
    coach_name: str


AGENDA_LIST = ListDefinition(sorts=("start", "coachee", "coach"), page_size=100, fixed=(VIEW, WEEK))
CALENDAR_LIST = ListDefinition(sorts=("start",), page_size=400, fixed=(VIEW, WEEK))
SESSION_ACCESS: RowAccess[ListedSession] = RowAccess(
    texts=lambda row: (row.coachee_name, row.coachee, row.coach_name, row.coach),
    keys={
        "start": lambda row: (row.start, row.coachee),
        "coachee": lambda row: (folded(row.coachee_name), row.start),
        "coach": lambda row: (folded(row.coach_name), row.start),
    },
    conditions={},
    identify=lambda row: row.uid,
)


def listed_sessions(plan: StoredPlan) -> list[ListedSession]:
    """Return all sessions of a plan."""
    zone = plan.cycle.cycle.zone
    return [
        ListedSession(
            uid=session["uid"],
            number=session["number"],
            start=datetime.fromisoformat(session["start"]).astimezone(zone),
            end=datetime.fromisoformat(session["end"]).astimezone(zone),
            coachee=code,
            coachee_name=plan.coachees[code]["name"],
            coach=match["coach"],
            coach_name=plan.coaches[match["coach"]]["name"],
        )
        for code, match in plan.matches.items()
        for session in match["sessions"]
    ]


def monday_of(day: date) -> date:
    """Return the Monday of the week that contains a day."""
    return day - timedelta(days=day.weekday())


def weeks_of(sessions: Iterable[ListedSession]) -> dict[date, int]:
    """Return the number of sessions in each week that has any, in order, keyed by its Monday."""
    counts: dict[date, int] = {}
    for session in sessions:
        monday = monday_of(session.start.date())
        counts[monday] = counts.get(monday, 0) + 1
    return dict(sorted(counts.items()))


def chosen_week(asked: str, weeks: Sequence[date], today: date) -> date:
    """Return the Monday of the week that contains the day `asked`.

    If `asked` is not a date, return the first week with sessions from the current week on, or else
    the last week with sessions, or the current week if there are no sessions.
    """
    try:
        return monday_of(date.fromisoformat(asked))
    except ValueError:
        coming = [monday for monday in weeks if monday >= monday_of(today)]
        return (coming or list(weeks)[-1:] or [monday_of(today)])[0]


def days_of_week(
    sessions: Iterable[ListedSession], monday: date
) -> list[tuple[date, list[ListedSession]]]:
    """Return the days of a week with their sessions, omitting weekend days without sessions."""
    by_day: dict[date, list[ListedSession]] = {
        monday + timedelta(days=number): [] for number in range(_DAYS)
    }
    for session in sessions:
        by_day[session.start.date()].append(session)
    return [(day, those) for day, those in by_day.items() if those or day.weekday() < _DAYS - 2]
