"""Reminders to people who have not replied or have not submitted a record or feedback.

A unique row per reminder ensures that no reminder is sent twice. Reminders are sent during the day
in the recipient's time zone. No reminder is sent if the latest invitation to the session has not
been sent, if the session is cancelled, if the recipient has left the cycle, or if the cycle's
reminders are switched off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.rows import CycleRow
from api.mail.delivery import release
from api.mail.rows import SENT_STATES, MailKind, MailRow
from api.mail.settings import MailSettings
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.rows import (
    FeedbackRow,
    RecordRow,
    ReplyRow,
    SessionRow,
    SessionState,
)
from coach.sessions import Attendance

_DAYTIME_HOURS = range(8, 18)  # in the recipient's local time
_MIN_TIME_SINCE_SENDING = timedelta(days=1)  # between the invitation and the first reminder
_MAX_AGE = timedelta(days=14)  # so that enabling reminders does not cause many for old sessions

_DueQuery = Select[SessionRow, PersonRow]


def write_due_reminders(services: Services) -> int:
    """Create all due reminders, queue their delivery, and return their number."""
    now = services.now()
    with services.database.writing() as tx:
        due = [
            (_reminder(kind, session, person, now), person)
            for kind in enabled_reminder_kinds(services.settings.mail)
            for session, person in tx.execute(_due_query(kind, services.settings.mail, now)).all()
            if _is_daytime(person, now)
        ]
        addresses = {person.id: person.email for _, person in due}
        release(tx, services.enqueue, [mail for mail, _ in due], addresses, now=now)
        if due:
            record_event(tx, "reminders written", "reminders", f"{now:%Y-%m-%dT%H}", mails=len(due))
    return len(due)


def enabled_reminder_kinds(settings: MailSettings) -> Iterable[MailKind]:
    """Yield the kinds of reminders that the settings enable."""
    if settings.remind_reply_days:
        yield MailKind.REPLY_REMINDER
    if settings.remind_after_days:
        yield MailKind.RECORD_REMINDER
        yield MailKind.FEEDBACK_REMINDER


def is_still_due(tx: Transaction, mail: MailRow, settings: MailSettings, *, now: datetime) -> bool:
    """Return whether a reminder that is about to be sent is still needed."""
    session = tx.get_one(SessionRow, mail.session_id)
    if mail.occasion != _occasion(mail.kind, session):
        return False
    due = _missing_query(mail.kind, settings, now).where(
        SessionRow.id == mail.session_id, PersonRow.id == mail.person_id
    )
    return tx.execute(due).first() is not None


def _reminder(kind: MailKind, session: SessionRow, person: PersonRow, now: datetime) -> MailRow:
    return MailRow(
        kind=kind,
        cycle_id=session.cycle_id,
        person_id=person.id,
        session_id=session.id,
        occasion=_occasion(kind, session),
        created_at=now,
    )


def _due_query(kind: MailKind, settings: MailSettings, now: datetime) -> _DueQuery:
    """Select the sessions and people with a due reminder of this kind that is not yet created."""
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


def _missing_query(kind: MailKind, settings: MailSettings, now: datetime) -> _DueQuery:
    """Select the sessions and people for whom a reminder of this kind is due."""
    if kind is MailKind.REPLY_REMINDER:
        return _missing_replies(settings, now)
    before = now - timedelta(days=settings.remind_after_days)
    over = _remindable_query(kind, now).where(
        SessionRow.ends_at <= before, SessionRow.ends_at > before - _MAX_AGE
    )
    if kind is MailKind.RECORD_REMINDER:
        return over.where(RecordRow.id.is_(None))
    given = select(FeedbackRow.id).where(FeedbackRow.session_id == SessionRow.id)
    held = or_(RecordRow.id.is_(None), RecordRow.attendance == Attendance.HELD)
    return over.where(held, ~given.exists())


def _missing_replies(settings: MailSettings, now: datetime) -> _DueQuery:
    """Select upcoming sessions and those participants who have not replied to the current time."""
    replied = select(ReplyRow.id).where(
        ReplyRow.session_id == SessionRow.id,
        ReplyRow.person_id == PersonRow.id,
        ReplyRow.sequence >= SessionRow.asked_sequence,
    )
    return _remindable_query(MailKind.REPLY_REMINDER, now).where(
        SessionRow.starts_at > now,
        SessionRow.starts_at <= now + timedelta(days=settings.remind_reply_days),
        RecordRow.id.is_(None),
        ~replied.exists(),
    )


def _remindable_query(kind: MailKind, now: datetime) -> _DueQuery:
    """Select confirmed sessions and those participants who may receive this kind of reminder."""
    return (
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


def _recipient_condition(kind: MailKind) -> ColumnElement[bool]:
    coachee, coach = PersonRow.id == SessionRow.coachee_id, PersonRow.id == SessionRow.coach_id
    if kind is MailKind.REPLY_REMINDER:
        return or_(coachee, coach)
    return coach if kind is MailKind.RECORD_REMINDER else coachee


def _was_informed(now: datetime) -> ColumnElement[bool]:
    """Return whether the person was sent the latest invitation to the session long enough ago."""
    informed = select(MailRow.id).where(
        MailRow.kind == MailKind.INVITATION,
        MailRow.session_id == SessionRow.id,
        MailRow.person_id == PersonRow.id,
        MailRow.occasion == SessionRow.revision,
        MailRow.state.in_(SENT_STATES),
        MailRow.ended_at <= now - _MIN_TIME_SINCE_SENDING,
    )
    return informed.exists()


def _occasion(kind: MailKind, session: SessionRow) -> int:
    """Return a number that distinguishes reminders of one kind about a session.

    Each new session time requires a new reply, and therefore a new reminder.
    """
    return session.asked_sequence if kind is MailKind.REPLY_REMINDER else 0


def _is_daytime(person: PersonRow, now: datetime) -> bool:
    return now.astimezone(ZoneInfo(person.timezone)).hour in _DAYTIME_HOURS
