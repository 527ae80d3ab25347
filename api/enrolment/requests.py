"""Asks people by email to enter their own times and details on their personal pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.service import CycleHeader, cycle_header
from api.enrolment import facts
from api.http import urls
from api.lists.bulk import Outcome
from api.mail.composer import ComposedMail, MailComposer
from api.mail.delivery import release
from api.mail.plain_message import plain_message_bytes
from api.mail.rows import MailKind, MailRow
from api.participants.mail_recipients import mail_recipient
from api.participants.rows import PersonRow
from api.personal_links.links import ensure_links, link_of
from api.services import Services
from api.texts.reader_language import mail_renderer
from api.values import FrozenModel
from api.web.labels import Badge
from coach.errors import ConflictError

_ONCE_IN = timedelta(days=1)


class RequestSummary(FrozenModel):
    """The number of people to whom a request is sent."""

    requested: int


def request_from_all(services: Services, cycle_id: str) -> RequestSummary:
    """Send everybody in a cycle their secret link, and ask them to enter their times and details.

    People who have no address, have entered details already, or were asked in the last 24 hours are
    excluded.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: this server sends no email.
    """
    if not services.settings.mail.enabled:
        raise ConflictError(facts.NO_MAIL_FOR_REQUESTS())
    with services.database.writing() as tx:
        cycle_header(tx, cycle_id)
        now = services.now()
        people = tx.scalars(
            select(PersonRow).where(
                PersonRow.cycle_id == cycle_id,
                PersonRow.left_at.is_(None),
                PersonRow.email != "",
                PersonRow.listed.is_(None),
                ~_was_requested(now),
            )
        ).all()
        request_details(tx, services, people, now=now)
        record_event(tx, "details requested", "cycle", cycle_id, people=len(people))
        return RequestSummary(requested=len(people))


def request_from_chosen(
    services: Services, cycle_id: str, people: Sequence[str]
) -> tuple[CycleHeader, tuple[Outcome, ...]]:
    """Send selected people in a cycle their secret link, and ask them for times and details.

    Returns the cycle, and the outcome for each person.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: this server sends no email.
    """
    if not services.settings.mail.enabled:
        raise ConflictError(facts.NO_MAIL_FOR_REQUESTS())
    with services.database.writing() as tx:
        cycle, now = cycle_header(tx, cycle_id), services.now()
        of_cycle = (PersonRow.cycle_id == cycle_id, PersonRow.id.in_(people))
        found = tx.execute(select(PersonRow, _was_requested(now)).where(*of_cycle))
        rows = {person.id: (person, _why_not(person, asked=asked)) for person, asked in found}
        chosen = [rows[one] for one in people if one in rows]
        request_details(tx, services, [person for person, why in chosen if why is None], now=now)
        for person, why in chosen:
            if why is None:
                record_event(tx, "details requested", "person", person.id)
        sent = Badge(facts.CHOSEN_ASKED(), "good")
        return cycle, tuple(Outcome(person.name, why or sent) for person, why in chosen)


def _why_not(person: PersonRow, *, asked: bool) -> Badge | None:
    """Return the reason why a person is not asked, or `None` if they can be asked."""
    if person.left_at is not None:
        return Badge(facts.CHOSEN_LEFT())
    if not person.email:
        return Badge(facts.CHOSEN_WITHOUT_ADDRESS(), "warn")
    return Badge(facts.CHOSEN_ASKED_TODAY()) if asked else None


def _was_requested(now: datetime) -> ColumnElement[bool]:
    return exists().where(
        MailRow.person_id == PersonRow.id,
        MailRow.kind == MailKind.DETAILS_REQUEST,
        MailRow.created_at > now - _ONCE_IN,
    )


def request_details(
    tx: Transaction, services: Services, people: Sequence[PersonRow], *, now: datetime
) -> None:
    """Create missing secret links, and send people theirs if this server sends email."""
    ids = [person.id for person in people]
    ensure_links(tx, services.keyring, ids, now=now, grace=services.settings.link_grace)
    if services.settings.mail.enabled and people:
        mails = [
            MailRow(
                kind=MailKind.DETAILS_REQUEST,
                cycle_id=person.cycle_id,
                person_id=person.id,
                created_at=now,
            )
            for person in people
        ]
        addresses = {person.id: person.email for person in people}
        release(tx, services.enqueue, mails, addresses, now=now)


def compose_request(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose the request, or return `None` if the person has left or has no address.

    Raises:
        ConflictError: the person has no working link.
    """
    person = tx.get_one(PersonRow, mail.person_id)
    recipient = mail_recipient(person)
    if recipient is None or person.left_at is not None:
        return None
    secret = link_of(tx, services.keyring, person.id, now=services.now()).secret
    content = plain_message_bytes(
        "enrolment/mail/request",
        recipient,
        services.settings.deployment,
        mail_renderer(services),
        unique_id=mail.id,
        stamp=mail.released_at or mail.created_at,
        reply_token=services.keyring.reply_token(person.id),
        link=services.settings.base_url + urls.person_details(secret),
    )
    return ComposedMail(recipient.address, content)


MAIL_COMPOSERS: Mapping[MailKind, MailComposer] = {MailKind.DETAILS_REQUEST: compose_request}
