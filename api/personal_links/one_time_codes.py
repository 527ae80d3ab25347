"""One-time codes sent by email, for actions that a secret link alone does not permit.

A code is derived from its row's id and the key file. Neither the code nor a hash of it is stored,
because eight digits can be recovered from a hash by brute force. A code works once, within ten
minutes, and five wrong attempts invalidate it. Only a person's newest code for each purpose is
valid.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import sealed_or_none
from api.database.types import new_id
from api.http.principal import Principal
from api.mail.delivery import release
from api.mail.rows import MailKind, MailRow
from api.participants.rows import PersonRow
from api.participants.service import person_row
from api.personal_links import facts
from api.personal_links.rows import OneTimeCodeRow
from api.services import Services
from api.settings import Settings
from coach.errors import ConflictError, NotAllowedError

CODE_LIFETIME = timedelta(minutes=10)
_CLOCK_SKEW = timedelta(minutes=5)  # tolerated between machines
_MAX_ATTEMPTS = 5
_MAX_PER_LIFETIME = 3  # codes per `CODE_LIFETIME`
_MAX_PER_DAY = 10


class CodePurpose(StrEnum):
    """The action that a code permits."""

    NOTES = "notes"
    ADDRESS = "address"
    VERIFY = "verify"


def can_send_codes(settings: Settings, address: str) -> bool:
    """Return whether this server can send codes to a person with this email address."""
    return settings.mail.enabled and bool(address)


def send_note_code(services: Services, principal: Principal) -> None:
    """Send `principal` a code to start a notebook, or to unlock one on a device.

    Raises:
        ConflictError: this server sends no email, has no address for the person, or has sent too
            many codes.
    """
    with services.database.writing() as tx:
        send_code(tx, services, principal, CodePurpose.NOTES)


def send_code(
    tx: Transaction,
    services: Services,
    principal: Principal,
    purpose: CodePurpose,
    *,
    detail: str = "",
) -> None:
    """Send a code to the stored email address of `principal`.

    `detail` is stored with the code. For a change of address, it is the new address.

    Raises:
        ConflictError: this server sends no email, has no address for the person, or has sent too
            many codes.
    """
    if not services.settings.mail.enabled:
        raise ConflictError(facts.NO_MAIL())
    person = person_row(tx, principal.person_id or "")
    if not person.email:
        raise ConflictError(facts.NO_ADDRESS())
    now = services.now()
    _enforce_rate_limit(tx, person.id, now)
    code = OneTimeCodeRow(
        id=new_id(),
        person_id=person.id,
        purpose=purpose,
        detail=detail,
        created_at=now,
        expires_at=now + CODE_LIFETIME,
        tries=0,
    )
    tx.add(code)
    tx.flush()
    _send_mail(tx, services, person, code)
    record_event(tx, "code sent", "person", person.id, purpose=purpose.value)


def verify_code(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    purpose: CodePurpose,
    typed: str,
    *,
    now: datetime,
) -> OneTimeCodeRow | None:
    """Return the row of the unused code that matches `typed`, or `None` if the code is wrong.

    A wrong attempt is counted, so the transaction must be committed in both cases.
    """
    row = active_code(tx, principal, purpose, now=now)
    if row is None:
        return None
    digits = "".join(character for character in typed if character.isdecimal())
    if hmac.compare_digest(digits.encode(), keyring.one_time_code(row.id).encode()):
        return row
    row.tries += 1
    record_event(tx, "code wrong", "person", row.person_id, purpose=purpose.value, tries=row.tries)
    return None


def mark_used(row: OneTimeCodeRow, *, now: datetime) -> None:
    """Mark a code as used, which invalidates it."""
    row.used_at = now


def active_code(
    tx: Transaction, principal: Principal, purpose: CodePurpose, *, now: datetime
) -> OneTimeCodeRow | None:
    """Return the newest code of `principal` for a purpose, if it is still valid."""
    newest = tx.scalar(
        select(OneTimeCodeRow)
        .where(
            OneTimeCodeRow.person_id == principal.person_id, OneTimeCodeRow.purpose == purpose.value
        )
        .order_by(OneTimeCodeRow.created_at.desc(), OneTimeCodeRow.id)
        .limit(1)
    )
    row = sealed_or_none(tx, newest)
    if row is None or row.used_at is not None or row.tries >= _MAX_ATTEMPTS:
        return None
    # If more time is left than a code's lifetime, the clock has been set back.
    time_left = row.expires_at - now
    return row if timedelta(0) < time_left <= CODE_LIFETIME + _CLOCK_SKEW else None


def wrong_code_error() -> NotAllowedError:
    """Return the error for a rejected code; it does not reveal why the code was rejected."""
    return NotAllowedError(facts.WRONG_CODE())


def _send_mail(
    tx: Transaction, services: Services, person: PersonRow, code: OneTimeCodeRow
) -> None:
    mail = MailRow(
        kind=MailKind.CODE,
        cycle_id=person.cycle_id,
        person_id=person.id,
        code_id=code.id,
        created_at=code.created_at,
    )
    addresses = {person.id: person.email}
    release(tx, services.enqueue, [mail], addresses, now=code.created_at)


def _enforce_rate_limit(tx: Transaction, person_id: str, now: datetime) -> None:
    def count_since(since: datetime) -> int:
        query = select(func.count(OneTimeCodeRow.id)).where(
            OneTimeCodeRow.person_id == person_id, OneTimeCodeRow.created_at > since
        )
        return tx.scalar(query) or 0

    today = count_since(now - timedelta(days=1))
    if count_since(now - CODE_LIFETIME) >= _MAX_PER_LIFETIME or today >= _MAX_PER_DAY:
        raise ConflictError(facts.TOO_MANY_CODES())
