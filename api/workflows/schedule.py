"""The schedule: sessions as the office sees them, and as each person sees their own."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from api.store.cycle_rows import PersonRow
from api.store.session_rows import FeedbackRow, RecordRow, ReplyRow, SessionRow
from api.workflows.cycles import cycle_row
from api.workflows.people import person_row
from api.workflows.values import PersonBrief, SessionView, View, person_brief
from api.workflows.viewer import AccessRole, Viewer
from coach.errors import NotFoundError
from coach.sessions import Reply


class PersonPage(View):
    """What a person finds behind their secret link: themselves, the cycle, and their sessions."""

    person: PersonBrief
    cycle_id: str
    cycle_name: str
    sessions: tuple[SessionView, ...]


def cycle_schedule(tx: Transaction, cycle_id: str) -> tuple[SessionView, ...]:
    """Every session of a cycle ever published, cancelled ones included, in order of time.

    Times are told in the cycle's zone.

    Raises:
        NotFoundError: there is no such cycle.
    """
    zone = cycle_row(tx, cycle_id).policy["cycle"]["timezone"]
    return _sessions(tx, SessionRow.cycle_id == cycle_id, zone, reader=None)


def person_page(tx: Transaction, person_id: str) -> PersonPage:
    """A person's own sessions, in order of time, told in their zone.

    Raises:
        NotFoundError: there is no such person.
    """
    person = person_row(tx, person_id)
    cycle = cycle_row(tx, person.cycle_id)
    return PersonPage(
        person=person_brief(person),
        cycle_id=cycle.id,
        cycle_name=cycle.name,
        sessions=_sessions(tx, _own(person_id), person.timezone, reader=person_id),
    )


def session_view(tx: Transaction, viewer: Viewer, session_id: str) -> SessionView:
    """One session, to a manager or to one of its two people.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    row = own_session(tx, viewer, session_id)
    if viewer.person_id is None:
        zone = cycle_row(tx, row.cycle_id).policy["cycle"]["timezone"]
    else:
        zone = person_row(tx, viewer.person_id).timezone
    return _sessions(tx, SessionRow.id == session_id, zone, reader=viewer.person_id)[0]


def own_session(tx: Transaction, viewer: Viewer, session_id: str) -> SessionRow:
    """The row of a session, where `viewer` is a manager or one of its two people.

    Raises:
        NotFoundError: there is none, or it is somebody else's; which of the two is not told.
    """
    row = tx.get(SessionRow, session_id)
    if row is None or not (viewer.is_manager or _is_of(row, viewer)):
        raise NotFoundError(f"there is no session {session_id}")
    return row


def _is_of(row: SessionRow, viewer: Viewer) -> bool:
    owner = {AccessRole.COACHEE: row.coachee_id, AccessRole.COACH: row.coach_id}.get(viewer.role)
    return owner is not None and owner == viewer.person_id


def _own(person_id: str) -> ColumnElement[bool]:
    return (SessionRow.coachee_id == person_id) | (SessionRow.coach_id == person_id)


def _sessions(
    tx: Transaction, which: ColumnElement[bool], timezone: str, *, reader: str | None
) -> tuple[SessionView, ...]:
    """The sessions that `which` selects with all that is shown beside them, in one query.

    `reader` is the person who reads; `None` is the programme office.
    """
    coachee, coach = aliased(PersonRow), aliased(PersonRow)
    of_coachee, of_coach = aliased(ReplyRow), aliased(ReplyRow)
    rows = tx.execute(
        select(
            SessionRow,
            coachee,
            coach,
            of_coachee,
            of_coach,
            RecordRow.attendance,
            FeedbackRow.id,
        )
        .join(coachee, coachee.id == SessionRow.coachee_id)
        .join(coach, coach.id == SessionRow.coach_id)
        .outerjoin(
            of_coachee,
            (of_coachee.session_id == SessionRow.id)
            & (of_coachee.person_id == SessionRow.coachee_id),
        )
        .outerjoin(
            of_coach,
            (of_coach.session_id == SessionRow.id) & (of_coach.person_id == SessionRow.coach_id),
        )
        .outerjoin(RecordRow, RecordRow.session_id == SessionRow.id)
        .outerjoin(FeedbackRow, FeedbackRow.session_id == SessionRow.id)
        .where(which)
        .order_by(SessionRow.starts_at, SessionRow.uid)
    )
    zone = ZoneInfo(timezone)
    return tuple(
        SessionView(
            id=row.id,
            cycle_id=row.cycle_id,
            uid=row.uid,
            number=row.number,
            count=row.count,
            start=row.starts_at.astimezone(zone),
            end=row.ends_at.astimezone(zone),
            timezone=timezone,
            state=row.state,
            sequence=row.sequence,
            coachee=person_brief(one, to_other_side=reader == other.id),
            coach=person_brief(other, to_other_side=reader == one.id),
            coachee_reply=_counting(reply_of_one, row) if reader in {None, one.id} else None,
            coach_reply=_counting(reply_of_other, row) if reader in {None, other.id} else None,
            coachee_comment=_comment(reply_of_one, one.id, reader),
            coach_comment=_comment(reply_of_other, other.id, reader),
            recorded=attendance,
            feedback_given=feedback is not None,
        )
        for row, one, other, reply_of_one, reply_of_other, attendance, feedback in rows
    )


def _counting(reply: ReplyRow | None, row: SessionRow) -> Reply:
    if reply is None or reply.sequence < row.asked_sequence:
        return Reply.NONE
    return reply.reply


def _comment(reply: ReplyRow | None, author: str, reader: str | None) -> str:
    return reply.comment if reply is not None and reader in {None, author} else ""
