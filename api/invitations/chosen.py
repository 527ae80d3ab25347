"""Sends selected people's pending messages, or records that the office has sent them.

The messages of everybody else are not affected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.service import CycleHeader, cycle_header
from api.invitations import facts
from api.invitations.dispatch import require_mail_enabled
from api.invitations.pending import pending_rows
from api.invitations.release import release_mails
from api.lists.bulk import Outcome
from api.mail.rows import MailRow, MailState
from api.participants.mail_recipients import find_addresses
from api.participants.rows import PersonRow
from api.personal_links import links
from api.services import Services
from api.web.labels import Badge
from coach.texts.facts import Fact

CountMessage = Callable[..., Fact]


@dataclass(frozen=True, slots=True)
class ChosenMessages:
    """A cycle, and the outcome for the messages of each selected person."""

    cycle: CycleHeader
    outcomes: tuple[Outcome, ...]


def release_to(
    services: Services, cycle_id: str, people: Sequence[str], until: datetime
) -> ChosenMessages:
    """Release the given people's pending messages created up to `until`.

    Nothing is released to people without an address.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: this server does not send email.
    """
    require_mail_enabled(services)
    now = services.now()
    with services.database.writing() as tx:
        cycle = cycle_header(tx, cycle_id)
        mails = _pending(tx, services, cycle_id, people, until)
        addresses = find_addresses(tx, {mail.person_id for mail in mails})
        released = [mail for mail in mails if mail.person_id in addresses]
        release_mails(tx, services, released, now=now)
        results = dict.fromkeys(
            {mail.person_id for mail in mails}, Badge(facts.CHOSEN_WITHOUT_ADDRESS(), "warn")
        )
        results |= _record(tx, "messages released", released, facts.CHOSEN_RELEASED)
        return ChosenMessages(cycle, _outcomes(tx, services, cycle_id, people, results))


def mark_sent_to(
    services: Services, cycle_id: str, people: Sequence[str], until: datetime
) -> ChosenMessages:
    """Record that the office has sent the given people their pending messages another way.

    Only messages created up to `until` are affected.

    Raises:
        NotFoundError: there is no such cycle.
    """
    now = services.now()
    with services.database.writing() as tx:
        cycle = cycle_header(tx, cycle_id)
        mails = _pending(tx, services, cycle_id, people, until)
        for mail in mails:
            mail.state, mail.ended_at = MailState.SENT_OTHERWISE, now
        results = _record(tx, "messages sent", mails, facts.CHOSEN_MARKED)
        return ChosenMessages(cycle, _outcomes(tx, services, cycle_id, people, results))


def _pending(
    tx: Transaction, services: Services, cycle_id: str, people: Sequence[str], until: datetime
) -> list[MailRow]:
    rows = pending_rows(
        tx,
        cycle_id,
        now=services.now(),
        mail_enabled=services.settings.mail.enabled,
        people=people,
    )
    return [mail for mail in rows.sendable if mail.created_at <= until]


def _record(
    tx: Transaction, action: str, mails: Sequence[MailRow], done: CountMessage
) -> dict[str, Badge]:
    """Record an event for each person, and return the outcomes, keyed by person id."""
    counts = Counter(mail.person_id for mail in mails)
    for person_id, count in counts.items():
        record_event(tx, action, "person", person_id, messages=count)
    return {person_id: Badge(done(count=count), "good") for person_id, count in counts.items()}


def _outcomes(
    tx: Transaction,
    services: Services,
    cycle_id: str,
    people: Sequence[str],
    results: Mapping[str, Badge],
) -> tuple[Outcome, ...]:
    """Return the outcome for each person; people without a result had no messages to send."""
    of_cycle = (PersonRow.cycle_id == cycle_id, PersonRow.id.in_(people))
    rows = {row.id: row for row in tx.scalars(select(PersonRow).where(*of_cycle))}
    linked = links.linked_people(tx, rows, now=services.now())
    return tuple(
        Outcome(rows[one].name, results.get(one) or _why_nothing(rows[one], linked))
        for one in people
        if one in rows
    )


def _why_nothing(person: PersonRow, linked: frozenset[str]) -> Badge:
    if person.left_at is None and person.id not in linked:
        return Badge(facts.CHOSEN_WITHOUT_LINK(), "warn")
    return Badge(facts.CHOSEN_NOTHING_PENDING())
