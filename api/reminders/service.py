"""Reminders about upcoming sessions, and for people who owe a reply, a record or feedback.

A unique row per reminder ensures that no reminder is sent twice. Each person receives at most one
reminder a day, about the most urgent item; the email also lists the other open items. Reminders are
sent on working days, during the day in the recipient's time zone; see `quiet_times`. No reminder is
sent if the latest invitation to the session has not been sent, if the session is cancelled, if the
recipient has left the cycle, or if the cycle's reminders are turned off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from api.audit_trail.log import record_event
from api.cycles.rows import CycleRow
from api.mail.delivery import release
from api.mail.rows import FOLLOW_UP_KINDS, REMINDER_KINDS, SENT_STATES, MailKind, MailRow
from api.mail.settings import MailSettings
from api.participants.rows import PersonRow
from api.reminders.quiet_times import QuietTimes
from api.services import Services
from api.sessions.current_replies import has_replied
from api.sessions.rows import (
    FeedbackRow,
    RecordRow,
    ReplyRow,
    SessionRow,
    SessionState,
)
from coach.sessions import Attendance, Reply

_ABOUT_A_TIME = frozenset({MailKind.SESSION_REMINDER, MailKind.REPLY_REMINDER})
_MIN_TIME_SINCE_SENDING = timedelta(days=1)  # between the invitation and the first reminder
_MAX_AGE = timedelta(days=14)  # so that enabling reminders does not cause many for old sessions

BY_OFFICE = "by_office"
"""The key that marks a reminder as requested by the office, regardless of the settings."""
_LONGEST_QUIET = timedelta(days=14)  # sessions are selected this much earlier

_DueQuery = Select[SessionRow, PersonRow]


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A person's open item: a session, and the missing reply or report."""

    kind: MailKind
    session: SessionRow
    person: PersonRow


def write_due_reminders(services: Services) -> int:
    """Create all due reminders, queue their delivery, and return their number."""
    now = services.now()
    with services.database.writing() as tx:
        quiet = QuietTimes(tx, now)
        due = [
            item
            for kind in enabled_reminder_kinds(services.settings.mail)
            for item in _due_items(tx, kind, services.settings.mail, quiet, now)
        ]
        chosen = one_a_day(tx, due, now)
        addresses = {item.person.id: item.person.email for item in chosen}
        mails = [reminder_of(item, now) for item in chosen]
        release(tx, services.enqueue, mails, addresses, now=now)
        if mails:
            hour = f"{now:%Y-%m-%dT%H}"
            record_event(tx, "reminders written", "reminders", hour, mails=len(mails))
    return len(mails)


def enabled_reminder_kinds(settings: MailSettings) -> Iterable[MailKind]:
    """Yield the kinds of reminders that the settings enable."""
    if settings.remind_session_days:
        yield MailKind.SESSION_REMINDER
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
    query = _missing_query(mail.kind, settings, now)
    if (mail.content or {}).get(BY_OFFICE):
        query = waiting_replies(now)
    due = query.where(SessionRow.id == mail.session_id, PersonRow.id == mail.person_id)
    return tx.execute(due).first() is not None


def open_items(
    tx: Transaction, person_id: str, settings: MailSettings, *, now: datetime
) -> list[OpenItem]:
    """Return a person's open items, most urgent first, whether or not a reminder was sent."""
    kinds = set(enabled_reminder_kinds(settings)) - {MailKind.SESSION_REMINDER}
    return [
        OpenItem(kind, session, person)
        for kind in REMINDER_KINDS
        if kind in kinds
        for session, person in tx.execute(
            _missing_query(kind, settings, now)
            .where(PersonRow.id == person_id)
            .order_by(SessionRow.starts_at)
        )
    ]


def _due_items(
    tx: Transaction, kind: MailKind, settings: MailSettings, quiet: QuietTimes, now: datetime
) -> list[OpenItem]:
    """Return the items of one kind that are due for a reminder now.

    `one_a_day` then chooses the most urgent.
    """
    found = [OpenItem(kind, *row) for row in tx.execute(_due_query(kind, settings, now))]
    items = [one for one in found if quiet.is_working_time(one.person)]
    if kind is not MailKind.SESSION_REMINDER:
        return items
    before = timedelta(days=settings.remind_session_days)
    return [one for one in items if quiet.is_last_chance(one.person, one.session, before)]


def one_a_day(tx: Transaction, items: Iterable[OpenItem], now: datetime) -> list[OpenItem]:
    """Return the most urgent item for each human who has not been reminded today (local time)."""
    reminded = reminded_today(tx, now)
    chosen: dict[str, OpenItem] = {}
    order = {kind: place for place, kind in enumerate(REMINDER_KINDS)}
    for item in sorted(items, key=lambda one: (order[one.kind], one.session.starts_at)):
        human = item.person.human_id or item.person.id
        if human not in reminded:
            chosen.setdefault(human, item)
    return list(chosen.values())


def reminded_today(tx: Transaction, now: datetime) -> set[str]:
    """Return the ids of humans who received a reminder or follow-up today in their time zone."""
    kinds = (*REMINDER_KINDS, *FOLLOW_UP_KINDS)
    recent = (
        select(MailRow.created_at, PersonRow.human_id, PersonRow.id, PersonRow.timezone)
        .join(PersonRow, PersonRow.id == MailRow.person_id)
        .where(MailRow.kind.in_(kinds), MailRow.created_at > now - timedelta(days=1))
    )
    return {
        human or person
        for at, human, person, name in tx.execute(recent)
        if at.astimezone(ZoneInfo(name)).date() == now.astimezone(ZoneInfo(name)).date()
    }


def reminder_of(item: OpenItem, now: datetime) -> MailRow:
    """Return the email that reminds a person of an open item."""
    return MailRow(
        kind=item.kind,
        cycle_id=item.session.cycle_id,
        person_id=item.person.id,
        session_id=item.session.id,
        occasion=_occasion(item.kind, item.session),
        created_at=now,
    )


def _due_query(kind: MailKind, settings: MailSettings, now: datetime) -> _DueQuery:
    """Select the sessions and people whose reminder of this kind is due and not yet created."""
    return (
        _missing_query(kind, settings, now)
        .where(~was_reminded(kind))
        .order_by(SessionRow.starts_at, SessionRow.id, PersonRow.id)
    )


def was_reminded(kind: MailKind) -> ColumnElement[bool]:
    """Return an SQL condition for people and sessions that have a reminder of this kind."""
    written = select(MailRow.id).where(
        MailRow.kind == kind,
        MailRow.session_id == SessionRow.id,
        MailRow.person_id == PersonRow.id,
        (MailRow.occasion == SessionRow.asked_sequence)
        if kind in _ABOUT_A_TIME
        else (MailRow.occasion == 0),
    )
    return written.exists()


def _missing_query(kind: MailKind, settings: MailSettings, now: datetime) -> _DueQuery:
    """Select the sessions and people for whom a reminder of this kind is due, created or not."""
    if kind is MailKind.SESSION_REMINDER:
        return _coming_sessions(settings, now)
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


def _coming_sessions(settings: MailSettings, now: datetime) -> _DueQuery:
    """Select upcoming sessions together with the participants who have not declined them."""
    declined = has_replied(PersonRow.id, ReplyRow.reply == Reply.DECLINED)
    until = now + timedelta(days=settings.remind_session_days) + _LONGEST_QUIET
    return _remindable_query(MailKind.SESSION_REMINDER, now).where(
        SessionRow.starts_at > now, SessionRow.starts_at <= until, ~declined
    )


def _missing_replies(settings: MailSettings, now: datetime) -> _DueQuery:
    """Select sessions in the coming days together with the participants who have not replied."""
    until = now + timedelta(days=settings.remind_reply_days)
    return waiting_replies(now).where(SessionRow.starts_at <= until)


def waiting_replies(now: datetime) -> _DueQuery:
    """Select upcoming sessions and the participants who have not replied to the current time."""
    return _remindable_query(MailKind.REPLY_REMINDER, now).where(
        SessionRow.starts_at > now, RecordRow.id.is_(None), ~has_replied(PersonRow.id)
    )


def _remindable_query(kind: MailKind, now: datetime) -> _DueQuery:
    """Select confirmed sessions and the participants who may receive this kind of reminder."""
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
    if kind in _ABOUT_A_TIME:
        return or_(coachee, coach)
    return coach if kind is MailKind.RECORD_REMINDER else coachee


def _was_informed(now: datetime) -> ColumnElement[bool]:
    """Return an SQL condition for people whose latest invitation was sent long enough ago."""
    of_person = aliased(MailRow)
    latest = (
        select(func.max(of_person.occasion))
        .where(
            of_person.kind == MailKind.INVITATION,
            of_person.session_id == SessionRow.id,
            of_person.person_id == PersonRow.id,
        )
        .correlate(SessionRow, PersonRow)
    )
    informed = select(MailRow.id).where(
        MailRow.kind == MailKind.INVITATION,
        MailRow.session_id == SessionRow.id,
        MailRow.person_id == PersonRow.id,
        MailRow.occasion == latest.scalar_subquery(),
        MailRow.state.in_(SENT_STATES),
        MailRow.ended_at <= now - _MIN_TIME_SINCE_SENDING,
    )
    return informed.exists()


def _occasion(kind: MailKind, session: SessionRow) -> int:
    """Return a number that distinguishes reminders of one kind about a session.

    Each new session time requires a new reply, and therefore a new reminder.
    """
    return session.asked_sequence if kind in _ABOUT_A_TIME else 0
