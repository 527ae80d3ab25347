"""Template variables for a cycle's messages and emails."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from api.calendar.facts import group_session
from api.invitations import facts
from api.invitations.delivery_status import CycleMail, FailedMail
from api.invitations.message_list import STATE
from api.invitations.person_messages import MessageLine, PersonMessages
from api.mail.rows import OUTBOX_KINDS
from api.web.date_formats import format_short_datetime
from api.web.labels import Badge
from coach.texts.facts import Fact


def mail_context(mail: CycleMail, timezone: str, *, include_recipients: bool) -> dict[str, object]:
    """Return the variables of `invitations/pending_messages.html`, with times in `timezone`.

    Without `include_recipients`, only the number of failed emails is shown. A page that shows the
    recipients must record the access in the audit trail.
    """
    zone = ZoneInfo(timezone)
    return {
        "pending": mail.pending,
        "delivery": mail.delivery,
        "failed": [(each, _describe(each, zone)) for each in mail.delivery.failed]
        if include_recipients
        else [],
    }


def person_lines(
    people: Iterable[PersonMessages], timezone: str
) -> list[tuple[PersonMessages, list[Badge], list[tuple[MessageLine, Fact, Badge]]]]:
    """Return each person with the states of their emails, and what each email is about."""
    zone = ZoneInfo(timezone)
    return [
        (
            person,
            [STATE[state] for state in person.states],
            [(each, about_message(each, zone), STATE[each.state]) for each in person.messages],
        )
        for person in people
    ]


def about_message(line: MessageLine, zone: ZoneInfo) -> Fact:
    """Return a text that names the session or group event of an email."""
    if line.number is None or line.start is None:
        return facts.ALL_SESSIONS()
    when = format_short_datetime(line.start, zone)
    if line.event is not None:
        return facts.ABOUT_EVENT(event=group_session(line.event), when=when)
    if not line.number:
        return facts.ABOUT_CONTRACTING(when=when)
    return facts.ABOUT_SESSION(number=line.number, when=when)


def _describe(mail: FailedMail, zone: ZoneInfo) -> Fact:
    if mail.event is not None and mail.start is not None:
        when = format_short_datetime(mail.start, zone)
        return facts.ABOUT_EVENT(event=group_session(mail.event), when=when)
    if mail.number is None or mail.start is None:
        return facts.FAILED_INTRODUCTION()
    when = format_short_datetime(mail.start, zone)
    invitation = mail.kind in OUTBOX_KINDS
    if not mail.number:
        contracting = (
            facts.ABOUT_CONTRACTING if invitation else facts.FAILED_REMINDER_OF_CONTRACTING
        )
        return contracting(when=when)
    about = facts.FAILED_INVITATION if invitation else facts.FAILED_REMINDER
    return about(number=mail.number, when=when)
