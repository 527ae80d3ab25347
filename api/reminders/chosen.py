"""Reminds participants in selected sessions of missing replies, at the office's request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.service import CycleHeader, cycle_header
from api.lists.bulk import Outcome
from api.mail.delivery import release
from api.mail.rows import MailKind
from api.participants.rows import PersonRow
from api.reminders import facts
from api.reminders.service import (
    BY_OFFICE,
    OpenItem,
    one_a_day,
    reminder_of,
    waiting_replies,
    was_reminded,
)
from api.services import Services
from api.sessions.facts import session_title
from api.sessions.rows import SessionRow
from api.web.date_formats import format_short_datetime
from api.web.labels import Badge
from coach.errors import ConflictError
from coach.texts.facts import Displayed

_KIND = MailKind.REPLY_REMINDER


def remind_of_replies(
    services: Services, cycle_id: str, sessions: Sequence[str]
) -> tuple[CycleHeader, tuple[Outcome, ...]]:
    """Remind people who have not replied to the given upcoming sessions, however far ahead.

    The settings do not apply, but nobody is reminded while reminders are turned off for the cycle.
    As usual, nobody is reminded more than once a day, or twice about the same session time, and the
    email lists the person's other open items. Returns the cycle, and the outcome for each session.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: this server does not send email.
    """
    if not services.settings.mail.enabled:
        raise ConflictError(facts.NO_MAIL())
    now = services.now()
    with services.database.writing() as tx:
        cycle = cycle_header(tx, cycle_id)
        rows = _sessions(tx, cycle_id, sessions)
        waiting = (
            waiting_replies(now)
            .where(SessionRow.id.in_(rows))
            .order_by(SessionRow.starts_at, SessionRow.id, PersonRow.side.desc())
        )
        found = tx.execute(waiting.add_columns(was_reminded(_KIND))).all()
        items = [OpenItem(_KIND, row[0], row[1]) for row in found if not row[2]]
        chosen = one_a_day(tx, items, now)
        mails = [reminder_of(item, now) for item in chosen]
        for mail in mails:
            mail.content = {BY_OFFICE: True}
        addresses = {item.person.id: item.person.email for item in chosen}
        release(tx, services.enqueue, mails, addresses, now=now)
        for item in chosen:
            record_event(tx, "reply reminded", "person", item.person.id)
        reminded = _names([(item.session, item.person) for item in chosen])
        open_replies = _names([(row[0], row[1]) for row in found])
        zone = ZoneInfo(cycle.timezone)
        return cycle, tuple(
            Outcome(_about(rows[one], zone), _result(reminded.get(one), open_replies.get(one)))
            for one in sessions
            if one in rows
        )


def _sessions(tx: Transaction, cycle_id: str, ids: Sequence[str]) -> dict[str, SessionRow]:
    of_cycle = (SessionRow.cycle_id == cycle_id, SessionRow.id.in_(ids))
    return {row.id: row for row in tx.scalars(select(SessionRow).where(*of_cycle))}


def _names(pairs: Sequence[tuple[SessionRow, PersonRow]]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for session, person in pairs:
        names[session.id].append(person.name)
    return names


def _about(session: SessionRow, zone: ZoneInfo) -> Displayed:
    when = format_short_datetime(session.starts_at, zone)
    return facts.CHOSEN_SESSION(session=session_title(session.number, session.count), when=when)


def _result(reminded: list[str] | None, waiting: list[str] | None) -> Badge:
    if reminded:
        return Badge(facts.CHOSEN_REMINDED(people=reminded), "good")
    if waiting:
        return Badge(facts.CHOSEN_REMINDED_BEFORE(people=waiting))
    return Badge(facts.CHOSEN_NOBODY())
