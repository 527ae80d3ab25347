"""Sends follow-ups to people and questions to posts, with at most two reminders each.

A question is sent when it is due, on a working day, during the day in the person's time zone (for a
post, the coachee's); see `quiet_times`. The email contains a link that opens only the follow-ups,
which is created or extended for this purpose. People who have left, or do not want to be asked
again, are not asked. Reminders are not sent if the cycle's reminders are turned off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialKind
from api.audit_trail.log import record_event
from api.coaching.agreements.follow_ups import dates_of
from api.coaching.agreements.rows import FollowUpRow, SentQuestionRow
from api.coaching.follow_up.rows import PostQuestionRow
from api.cycles.rows import CycleRow
from api.cycles.service import header_of
from api.mail.delivery import release
from api.mail.rows import MailKind, MailRow
from api.mail.settings import MailSettings
from api.participants.rows import PersonRow
from api.personal_links.follow_up_links import (
    add_post_link,
    end_of_day,
    ensure_follow_up_link,
    working_link,
)
from api.reminders.quiet_times import QuietTimes
from api.reminders.service import reminded_today
from api.services import Services
from coach.follow_up import is_to_be_reminded, is_to_be_sent

ROW = "row"
"""The key under which an email's content stores the id of the question's row."""
REMINDER = "reminder"
"""The key that marks an email to a post as a reminder."""
Row = TypeVar("Row", FollowUpRow, PostQuestionRow)
_ZONES_APART = timedelta(days=1)  # the day may already have begun in another time zone


@dataclass(frozen=True, slots=True)
class DueQuestion(Generic[Row]):
    """A question to send now, the person concerned, and whether it was sent before."""

    row: Row
    person: PersonRow
    zone: ZoneInfo
    is_reminder: bool


def write_due_questions(services: Services) -> int:
    """Create all due questions and reminders, queue them, and return their number."""
    now = services.now()
    with services.database.writing() as tx:
        quiet, asked_today = QuietTimes(tx, now), reminded_today(tx, now)
        written = 0
        for due in _due(tx, FollowUpRow, services.settings.mail, now):
            human = due.person.human_id or due.person.id
            if human in asked_today or not due.person.email:
                continue
            if quiet.is_working_time(due.person):
                asked_today.add(human)
                _ask_person(tx, services, due, now)
                written += 1
        for to_post in _due(tx, PostQuestionRow, services.settings.mail, now):
            if quiet.is_working_time(to_post.person):
                _ask_post(tx, services, to_post, now)
                written += 1
        if written:
            hour = f"{now:%Y-%m-%dT%H}"
            record_event(tx, "follow-ups written", "follow-ups", hour, mails=written)
    return written


def askable(row_type: type[SentQuestionRow]) -> ColumnElement[bool]:
    """Return an SQL condition for open questions whose person has neither left nor been erased."""
    return (
        row_type.answered_at.is_(None)
        & row_type.ended_at.is_(None)
        & PersonRow.left_at.is_(None)
        & PersonRow.erased_at.is_(None)
    )


def _due(
    tx: Transaction,
    row_type: type[Row],
    settings: MailSettings,
    now: datetime,
) -> Iterator[DueQuestion[Row]]:
    """Yield questions and reminders to send today in the cycle's time zone, ordered by due date."""
    for row, person, cycle in tx.execute(_open_questions(row_type, now.date())).all():
        zone = ZoneInfo(header_of(cycle).timezone)
        dates, today = dates_of(row, zone), now.astimezone(zone).date()
        reminds = cycle.reminders_off_at is None and is_to_be_reminded(
            dates, today, after_days=settings.remind_follow_up_days
        )
        if reminds or is_to_be_sent(dates, today):
            yield DueQuestion(row, person, zone, is_reminder=reminds)


def _open_questions(row_type: type[Row], today: date) -> Select[Row, PersonRow, CycleRow]:
    return (
        select(row_type, PersonRow, CycleRow)
        .join(PersonRow, PersonRow.id == row_type.person_id)
        .join(CycleRow, CycleRow.id == row_type.cycle_id)
        .where(
            askable(row_type),
            row_type.due <= today + _ZONES_APART,
            row_type.until >= today - _ZONES_APART,
        )
        .order_by(row_type.due, row_type.id)
    )


def _ask_person(
    tx: Transaction, services: Services, due: DueQuestion[FollowUpRow], now: datetime
) -> None:
    until = end_of_day(due.row.until, due.zone)
    ensure_follow_up_link(tx, services.keyring, due.person.id, until=until, now=now)
    kind = MailKind.FOLLOW_UP_REMINDER if due.is_reminder else MailKind.FOLLOW_UP
    mail = MailRow(
        kind=kind,
        cycle_id=due.person.cycle_id,
        person_id=due.person.id,
        content={ROW: due.row.id},
        created_at=now,
    )
    release(tx, services.enqueue, [mail], {due.person.id: due.person.email}, now=now)
    _record(due, now)


def _ask_post(
    tx: Transaction, services: Services, due: DueQuestion[PostQuestionRow], now: datetime
) -> None:
    row = due.row
    if working_link(tx, row.credential_id, CredentialKind.POST, now) is None:
        until = end_of_day(row.until, due.zone)
        link = add_post_link(tx, services.keyring, row.person_id, until=until, now=now)
        row.credential_id = link.id
    mail = MailRow(
        kind=MailKind.POST_QUESTION,
        cycle_id=due.person.cycle_id,
        person_id=due.person.id,
        content={ROW: row.id, REMINDER: due.is_reminder},
        created_at=now,
    )
    release(tx, services.enqueue, [mail], {due.person.id: row.address}, now=now)
    _record(due, now)


def _record(due: DueQuestion[FollowUpRow] | DueQuestion[PostQuestionRow], now: datetime) -> None:
    if due.is_reminder:
        due.row.reminded_at, due.row.reminders = now, due.row.reminders + 1
    else:
        due.row.asked_at = now
