"""The introduction: one email with all of a person's upcoming sessions, before the invitations."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session as Transaction

from api.calendar.facts import MODE
from api.calendar.recipient import Recipient
from api.calendar.wording import summary
from api.http import urls
from api.invitations import facts
from api.invitations.outgoing_invitation import current_invitation
from api.mail.plain_message import plain_message_bytes
from api.mail.rows import MailKind, MailRow
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.rows import SessionRow, SessionState
from api.texts.reader_language import mail_renderer
from api.values import FrozenModel
from api.web.date_formats import format_datetime_range, format_short_date
from coach.invitations import Invitation
from coach.texts.facts import Displayed

_STAMP, _STAMP_LENGTH = "%Y%m%d%H%M%S", 14
INTRODUCTION_FIRST = case((MailRow.kind == MailKind.INTRODUCTION, 0), else_=1)
"""Sorts a person's introduction before their invitations."""


class OutgoingIntroduction(FrozenModel):
    """An introduction to one person, ready to be rendered; `sessions` are chronological.

    `attach_ics` is whether the invitations to the person contain calendar objects, if the
    deployment attaches them.
    """

    mail_id: str
    stamp: datetime
    person_id: str
    name: str
    address: str
    timezone: str
    attach_ics: bool
    sessions: tuple[Invitation, ...]


@dataclass(frozen=True, slots=True)
class _SessionLine:
    title: str
    when: Displayed
    where: Displayed


@dataclass(frozen=True, slots=True)
class _Links:
    page: str
    calendar: str
    consent: str


def without_introduction(tx: Transaction, cycle_id: str, people: Collection[str]) -> list[str]:
    """Return those of `people` who have no introduction in this cycle, sorted by id."""
    had = select(MailRow.person_id).where(
        MailRow.cycle_id == cycle_id, MailRow.kind == MailKind.INTRODUCTION
    )
    return sorted(set(people) - set(tx.scalars(had)))


def draft_introductions(
    tx: Transaction, cycle_id: str, people: Iterable[str], *, now: datetime
) -> None:
    """Draft an introduction to each of `people`, all of whom have a confirmed session."""
    tx.add_all(
        MailRow(kind=MailKind.INTRODUCTION, cycle_id=cycle_id, person_id=each, created_at=now)
        for each in people
    )


def stored_introduction(tx: Transaction, mail: MailRow, person: PersonRow) -> OutgoingIntroduction:
    """Return the introduction in an email, with the person's confirmed sessions as they are now.

    Only sessions that start after the email was released, or created if it is a draft, are
    included.
    """
    rows = tx.scalars(
        select(SessionRow)
        .where(
            or_(SessionRow.coachee_id == person.id, SessionRow.coach_id == person.id),
            SessionRow.state == SessionState.CONFIRMED,
        )
        .order_by(SessionRow.starts_at, SessionRow.uid)
    )
    stamp = mail.released_at or mail.created_at
    return OutgoingIntroduction(
        mail_id=mail.id,
        stamp=stamp,
        person_id=person.id,
        name=person.name,
        address=person.email,
        timezone=person.timezone,
        attach_ics=person.attach_ics,
        sessions=tuple(current_invitation(row) for row in rows if row.starts_at > stamp),
    )


def introduction_id(unique_id: str) -> str:
    """Return the id of an introduction's email, taken from the `unique_id` of the introduction."""
    return unique_id[:-_STAMP_LENGTH]


def render_introduction(
    introduction: OutgoingIntroduction,
    services: Services,
    secret: str,
    reply_token: str | None = None,
) -> bytes:
    """Render an introduction with at least one session, using the link secret `secret`.

    `reply_token` replaces the token by which the recipient's replies are recognised.
    """
    deployment, texts = services.settings.deployment, mail_renderer(services)
    zone = ZoneInfo(introduction.timezone)
    page = services.settings.base_url + urls.person(secret)
    lines = [
        _SessionLine(
            title=summary(each, deployment, texts),
            when=format_datetime_range(each.start, each.end, zone),
            where=_where(each),
        )
        for each in introduction.sessions
    ]
    return plain_message_bytes(
        "invitations/mail/introduction",
        Recipient(name=introduction.name, address=introduction.address, zone=zone),
        deployment,
        texts,
        unique_id=f"{introduction.mail_id}{introduction.stamp:{_STAMP}}",
        stamp=introduction.stamp,
        reply_token=reply_token or services.keyring.reply_token(introduction.person_id),
        sessions=lines,
        first_day=format_short_date(introduction.sessions[0].start.astimezone(zone).date()),
        programme=deployment.programme_name,
        has_calendar=deployment.attach_ics and introduction.attach_ics,
        links=_Links(page=page, calendar=f"{page}/calendar/all.ics", consent=f"{page}/consent"),
    )


def _where(session: Invitation) -> Displayed:
    if session.mode and session.place:
        return facts.MODE_AND_PLACE(mode=MODE[session.mode], place=session.place)
    return session.place or (MODE[session.mode] if session.mode else "")
