"""Reminders: a neutral mail to who has not answered before a session, or said nothing after it.

Never twice for the same thing: each reminder is a row that can be there once. Never of what people
were not told of, of a cancelled session, to who has left, or at night where they are. Never in a
cycle for which a manager has switched them off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.background.job import Enqueue
from api.cycles.rows import CycleRow
from api.cycles.service import cycle_row
from api.invitations.rows import OutboxRow
from api.mail.delivery import queue_attempt
from api.mail.rows import MailKind, MailRow, MailState
from api.mail.settings import MailSettings
from api.participants.rows import PersonRow
from api.sessions.rows import FeedbackRow, RecordRow, ReplyRow, SessionRow, SessionState
from api.values import FrozenModel
from coach.sessions import Attendance

REMINDERS_JOB = "reminding"
_DAYTIME_HOURS = range(8, 18)  # of the person's own clock
_MIN_TIME_SINCE_SENDING = timedelta(
    days=1
)  # nobody is reminded of what they were told a moment ago
_MAX_AGE = timedelta(days=14)  # nor of what is long past, when reminders are first switched on

DueQuery = Select[SessionRow, PersonRow]


class ReminderSwitch(FrozenModel):
    """Whether the people of a cycle are to be reminded."""

    on: bool


class Reminders(FrozenModel):
    """Whether the people of a cycle are reminded by mail, and of what.

    `on` is what a manager decides for this cycle alone, `off_since` since when it is off. `before`
    is how many days before a session who has not answered is reminded, `after` how many days after
    it who has written nothing: settings of the whole deployment, `None` where it reminds nobody.
    """

    on: bool
    off_since: datetime | None
    before: int | None
    after: int | None


def reminders_of(tx: Transaction, cycle_id: str, settings: MailSettings) -> Reminders:
    """Whether the people of a cycle are reminded.

    Raises:
        NotFoundError: there is no such cycle.
    """
    off_since = cycle_row(tx, cycle_id).reminders_off_at
    return Reminders(
        on=off_since is None,
        off_since=off_since,
        before=(settings.enabled and settings.remind_reply_days) or None,
        after=(settings.enabled and settings.remind_after_days) or None,
    )


def switch_reminders(
    tx: Transaction, cycle_id: str, switch: ReminderSwitch, *, now: datetime
) -> None:
    """Have nobody in a cycle reminded, or everybody again; it can be said twice.

    Those that wait to be sent lapse when their turn comes. Switched on again, they are written anew
    where there still is a reason.

    Raises:
        NotFoundError: there is no such cycle.
    """
    row = cycle_row(tx, cycle_id)
    off_since = row.reminders_off_at
    if switch.on == (off_since is None):
        return
    row.reminders_off_at = None if switch.on else now
    if off_since is not None:
        lapsed = (
            MailRow.cycle_id == cycle_id,
            MailRow.session_id.is_not(None),
            MailRow.state == MailState.DROPPED,
            MailRow.ended_at >= off_since,
            MailRow.problem == "",  # otherwise it failed, and the office has sent it itself
        )
        tx.execute(delete(MailRow).where(*lapsed))
    record_event(tx, f"reminders switched {'on' if switch.on else 'off'}", "cycle", cycle_id)


def write_due_reminders(
    tx: Transaction, enqueue: Enqueue, settings: MailSettings, *, now: datetime
) -> int:
    """Write the reminders that are due, each to one person about one session; tells how many."""
    written = 0
    for kind in enabled_reminder_kinds(settings):
        for session, person in tx.execute(_due_query(kind, settings, now)).all():
            if not _is_daytime(person, now):
                continue
            row = MailRow(
                kind=kind,
                cycle_id=session.cycle_id,
                person_id=person.id,
                session_id=session.id,
                occasion=_occasion(kind, session),
                state=MailState.WAITING,
                created_at=now,
                tries=0,
            )
            tx.add(row)
            tx.flush()
            queue_attempt(tx, enqueue, row, person.email, now=now)
            written += 1
    if written:
        record_event(tx, "reminders written", "reminders", f"{now:%Y-%m-%dT%H}", mails=written)
    return written


def enabled_reminder_kinds(settings: MailSettings) -> Iterable[MailKind]:
    """The kinds of reminders that this deployment sends."""
    if settings.remind_reply_days:
        yield MailKind.REPLY_REMINDER
    if settings.remind_after_days:
        yield MailKind.RECORD_REMINDER
        yield MailKind.FEEDBACK_REMINDER


def is_still_due(tx: Transaction, row: MailRow, settings: MailSettings, *, now: datetime) -> bool:
    """Whether what a reminder asks for is still missing, now that its turn has come."""
    session = tx.get_one(SessionRow, row.session_id)
    if row.occasion != _occasion(row.kind, session):
        return False
    due = _missing_query(row.kind, settings, now).where(
        SessionRow.id == row.session_id, PersonRow.id == row.person_id
    )
    return tx.execute(due).first() is not None


def _due_query(kind: MailKind, settings: MailSettings, now: datetime) -> DueQuery:
    """The sessions and people that a reminder of this kind is due for, and was not written yet."""
    written = select(MailRow.id).where(
        MailRow.kind == kind,
        MailRow.session_id == SessionRow.id,
        MailRow.person_id == PersonRow.id,
        (MailRow.occasion == SessionRow.asked_sequence)
        if kind is MailKind.REPLY_REMINDER
        else (MailRow.occasion == 0),
    )
    return (
        _missing_query(kind, settings, now)
        .where(~written.exists())
        .order_by(SessionRow.starts_at, SessionRow.id, PersonRow.id)
    )


def _missing_query(kind: MailKind, settings: MailSettings, now: datetime) -> DueQuery:
    """The sessions and people of which what this kind asks for is missing."""
    query = (
        select(SessionRow, PersonRow)
        .join(PersonRow, _recipient_condition(kind))
        .join(CycleRow, CycleRow.id == SessionRow.cycle_id)
        .outerjoin(RecordRow, RecordRow.session_id == SessionRow.id)
        .where(
            CycleRow.reminders_off_at.is_(None),
            SessionRow.state == SessionState.CONFIRMED,
            PersonRow.left_at.is_(None),
            PersonRow.email != "",
            _was_informed(now),
        )
    )
    if kind is MailKind.REPLY_REMINDER:
        answered = select(ReplyRow.id).where(
            ReplyRow.session_id == SessionRow.id,
            ReplyRow.person_id == PersonRow.id,
            ReplyRow.sequence >= SessionRow.asked_sequence,
        )
        until = now + timedelta(days=settings.remind_reply_days)
        return query.where(
            SessionRow.starts_at > now,
            SessionRow.starts_at <= until,
            RecordRow.id.is_(None),
            ~answered.exists(),
        )
    before = now - timedelta(days=settings.remind_after_days)
    over = query.where(SessionRow.ends_at <= before, SessionRow.ends_at > before - _MAX_AGE)
    if kind is MailKind.RECORD_REMINDER:
        return over.where(RecordRow.id.is_(None))
    given = select(FeedbackRow.id).where(FeedbackRow.session_id == SessionRow.id)
    held = or_(RecordRow.id.is_(None), RecordRow.attendance == Attendance.HELD)
    return over.where(held, ~given.exists())


def _recipient_condition(kind: MailKind) -> ColumnElement[bool]:
    coachee, coach = PersonRow.id == SessionRow.coachee_id, PersonRow.id == SessionRow.coach_id
    if kind is MailKind.REPLY_REMINDER:
        return or_(coachee, coach)
    return coach if kind is MailKind.RECORD_REMINDER else coachee


def _was_informed(now: datetime) -> ColumnElement[bool]:
    """Whether the person was told of the session as it now stands, and has had time to see it."""
    informed = select(OutboxRow.id).where(
        OutboxRow.session_id == SessionRow.id,
        OutboxRow.person_id == PersonRow.id,
        OutboxRow.message["sequence"].as_integer() == SessionRow.sequence,
        OutboxRow.sent_at <= now - _MIN_TIME_SINCE_SENDING,
    )
    return informed.exists()


def _occasion(kind: MailKind, session: SessionRow) -> int:
    """Tells apart what a person may be reminded of once each: a new time is asked for anew."""
    return session.asked_sequence if kind is MailKind.REPLY_REMINDER else 0


def _is_daytime(person: PersonRow, now: datetime) -> bool:
    return now.astimezone(ZoneInfo(person.timezone)).hour in _DAYTIME_HOURS
