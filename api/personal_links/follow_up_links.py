"""Links that outlive a cycle: for follow-ups, and for posts that have taken over a commitment.

Their secrets, like those of all links, are derived from the link's id and the key file.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import active_of, credential_row, find_valid, is_valid
from api.accounts.rows import CredentialKind, CredentialRow
from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import is_sealed
from api.database.types import new_id
from api.http.authentication import PresentedSecret, SecretSource
from api.http.principal import AccessRole, Principal
from api.participants.rows import PersonRow
from api.settings import Settings


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the end of a day, used as the expiry time of a link valid through that day."""
    return datetime.combine(day, time.max, zone)


def ensure_follow_up_link(
    tx: Transaction, keyring: Keyring, person_id: str, *, until: datetime, now: datetime
) -> CredentialRow:
    """Return a person's link for follow-ups, valid until at least `until`.

    If necessary, the link is created, or its validity is extended.
    """
    row = _follow_up_link(tx, person_id, now)
    if row is None:
        row = _add(tx, keyring, CredentialKind.FOLLOW_UP, person_id, until=until, now=now)
        record_event(tx, "follow-up link made", "person", person_id, credential=row.id)
    elif row.expires_at < until:
        row.expires_at = until
    tx.flush()
    return row


def follow_up_secret(
    tx: Transaction, keyring: Keyring, person_id: str, *, now: datetime
) -> str | None:
    """Return the secret of a person's valid link for follow-ups, or `None` if there is none."""
    row = _follow_up_link(tx, person_id, now)
    return None if row is None else keyring.link_secret(row.id)


def add_post_link(
    tx: Transaction, keyring: Keyring, person_id: str, *, until: datetime, now: datetime
) -> CredentialRow:
    """Create a link for a post that has taken over a coachee's commitment."""
    row = _add(tx, keyring, CredentialKind.POST, person_id, until=until, now=now)
    record_event(tx, "post link made", "person", person_id, credential=row.id)
    return row


def working_link(
    tx: Transaction, credential_id: str | None, kind: CredentialKind, now: datetime
) -> CredentialRow | None:
    """Return the link with this id if it is valid and of this kind, otherwise `None`."""
    row = None if credential_id is None else tx.get(CredentialRow, credential_id)
    if row is None or row.kind is not kind or not is_valid(row, now):
        return None
    return row if is_sealed(tx, row) else None


def authenticate_post(
    tx: Transaction, presented: PresentedSecret, _settings: Settings, now: datetime
) -> Principal | None:
    """Return the post whose secret was presented; its `person_id` is the coachee's.

    Returns `None` if the secret is unknown, revoked or expired, if the seal of its row is not
    valid, or if the coachee has left.
    """
    if presented.source is SecretSource.COOKIE:
        return None
    row = find_valid(tx, presented.secret, CredentialKind.POST, now)
    person = None if row is None else tx.get(PersonRow, row.person_id)
    if row is None or person is None or person.left_at is not None:
        return None
    return Principal(
        AccessRole.POST, person_id=person.id, cycle_id=person.cycle_id, credential_id=row.id
    )


def _follow_up_link(tx: Transaction, person_id: str, now: datetime) -> CredentialRow | None:
    rows = active_of(tx, CredentialKind.FOLLOW_UP, now, person_id=person_id)
    return next((row for row in reversed(rows) if is_sealed(tx, row)), None)


def _add(
    tx: Transaction,
    keyring: Keyring,
    kind: CredentialKind,
    person_id: str,
    *,
    until: datetime,
    now: datetime,
) -> CredentialRow:
    identifier = new_id()
    secret = keyring.link_secret(identifier)
    row = credential_row(kind, secret, now, until, person_id=person_id, id=identifier)
    tx.add(row)
    tx.flush()
    return row
