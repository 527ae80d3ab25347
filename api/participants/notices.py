"""Emails that notify a person of changes to their access, which somebody else may have made.

A notice about a change of address goes to the old and the new address. Somebody who changes an
address to receive a person's codes therefore cannot prevent the person from learning of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialKind, CredentialRow
from api.background.job import Enqueue
from api.mail.delivery import release
from api.mail.rows import MailKind, MailRow
from api.participants.rows import PersonRow
from api.services import Services

ADDRESS, FORMER = "address", "former"  # keys of the content of a notice
_FORMER_ADDRESSES = timedelta(days=180)


def send_notices(
    tx: Transaction,
    enqueue: Enqueue,
    person: PersonRow,
    kind: MailKind,
    content: Mapping[str, str],
    *,
    now: datetime,
) -> int:
    """Send a notice to a person's current address and to their addresses from the last 180 days.

    `content` is the input for the composer. Returns the number of addresses.
    """
    every = dict.fromkeys((person.email, *_former_addresses(tx, person.id, now)))
    addresses = [address for address in every if address]
    for address in addresses:
        mail = MailRow(
            kind=kind,
            cycle_id=person.cycle_id,
            person_id=person.id,
            content={**content, ADDRESS: address},
            created_at=now,
        )
        release(tx, enqueue, [mail], {person.id: address}, now=now)
    return len(addresses)


def notify_address_change(
    tx: Transaction, services: Services, person: PersonRow, former: str
) -> None:
    """Notify a person that their address was changed or removed, if this server sends email.

    The notices go to the new address, the former address, and all addresses from the last 180 days.
    Somebody who removes an address before entering another therefore cannot prevent the person from
    learning of it. After the change, notices about the person also go to the former address for 180
    days. If the person had no address in that time, no notice is sent.

    Invitations move from the former to the new address, even if this server does not send email.
    """
    if former != person.email:
        services.address_changed(tx, services, person.id, former)
    if services.settings.mail.enabled and former != person.email:
        now, kind = services.now(), MailKind.ADDRESS_NOTICE
        earlier = list(filter(None, (former, *_former_addresses(tx, person.id, now))))
        every = dict.fromkeys((*earlier, person.email) if earlier else ())
        for address in filter(None, every):
            mail = MailRow(
                kind=kind,
                cycle_id=person.cycle_id,
                person_id=person.id,
                content={ADDRESS: address, FORMER: former},
                created_at=now,
            )
            release(tx, services.enqueue, [mail], {person.id: address}, now=now)


def addresses_in_use(tx: Transaction, cycle_id: str) -> dict[str, str]:
    """Return the addresses of the people in a cycle who have been given a secret link, keyed by id.

    The address is an empty string for a person who has none.
    """
    linked = select(CredentialRow.person_id).where(
        CredentialRow.kind == CredentialKind.LINK, CredentialRow.person_id.is_not(None)
    )
    rows = tx.execute(
        select(PersonRow.id, PersonRow.email).where(
            PersonRow.cycle_id == cycle_id, PersonRow.id.in_(linked)
        )
    )
    return {row.id: row.email for row in rows}


def known_addresses(tx: Transaction, person: PersonRow, *, now: datetime) -> frozenset[str]:
    """Return a person's current address and all addresses from the last 180 days, in lower case."""
    every = (person.email, *_former_addresses(tx, person.id, now))
    return frozenset(address.casefold() for address in every if address)


def notify_changed_addresses(
    tx: Transaction, services: Services, former: Mapping[str, str]
) -> None:
    """Notify people whose addresses differ from those in `former`, which is keyed by id."""
    tx.flush()
    for person in tx.scalars(select(PersonRow).where(PersonRow.id.in_(former))):
        notify_address_change(tx, services, person, former[person.id])


def _former_addresses(tx: Transaction, person_id: str, now: datetime) -> list[str]:
    rows = tx.scalars(
        select(MailRow)
        .where(
            MailRow.person_id == person_id,
            MailRow.kind == MailKind.ADDRESS_NOTICE,
            MailRow.created_at > now - _FORMER_ADDRESSES,
        )
        .order_by(MailRow.created_at.desc(), MailRow.id)
    )
    return [(row.content or {}).get(FORMER, "") for row in rows]
