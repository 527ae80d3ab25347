"""Checks and announces changes to the addresses of several people at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.http.authorization import require_recent_authentication
from api.http.principal import Principal
from api.participants.notices import addresses_in_use, notify_changed_addresses
from api.participants.rows import PersonRow
from api.services import Services


@contextmanager
def changing_addresses(
    tx: Transaction, services: Services, principal: Principal, cycle_id: str
) -> Iterator[None]:
    """Check and announce address changes made in the `with` block.

    People who have a link are notified at both addresses.

    Raises:
        ConfirmFirstError: the address of a person has changed, and the user has not authenticated
            recently.
    """
    former, before = addresses_in_use(tx, cycle_id), _addresses(tx, cycle_id)
    yield
    after = _addresses(tx, cycle_id)
    if any(after.get(person_id, address) != address for person_id, address in before.items()):
        require_recent_authentication(services, principal)
    notify_changed_addresses(tx, services, former)


def _addresses(tx: Transaction, cycle_id: str) -> dict[str, str]:
    """Return email addresses in a cycle, keyed by person id, including people who have left."""
    tx.flush()
    rows = tx.execute(select(PersonRow.id, PersonRow.email).where(PersonRow.cycle_id == cycle_id))
    return {row.id: row.email for row in rows}
