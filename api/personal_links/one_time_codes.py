"""One-time codes by mail, for acts that a secret link alone does not permit.

A code is derived from the id of its row and the key file, so that it is stored nowhere, not even as
a hash: eight digits can be found from their hash by trying them all. A code works once within ten
minutes, and five wrong attempts invalidate it. Only a person's newest code for a purpose is valid.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.database.types import new_id
from api.http.principal import Principal
from api.mail.delivery import queue_attempt
from api.mail.rows import MailKind, MailRow, MailState
from api.participants.rows import PersonRow
from api.participants.service import person_row
from api.personal_links.rows import OneTimeCodeRow
from api.services import Services
from coach.errors import ConflictError, NotAllowedError

CODE_LIFETIME = timedelta(minutes=10)
_CLOCK_SKEW = timedelta(minutes=5)  # allowed between the clocks of several machines
_MAX_ATTEMPTS = 5
_MAX_PER_LIFETIME = 3  # codes sent within `CODE_LIFETIME`
_MAX_PER_DAY = 10


class CodePurpose(StrEnum):
    """What a code permits."""

    NOTES = "notes"
    ADDRESS = "address"


def send_note_code(services: Services, principal: Principal) -> None:
    """Send `principal` a code that opens their notes on another device.

    Raises:
        ConflictError: this server sends no mail, has no address for them, or has sent too many
            codes.
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
    """Send `principal` a code to the address that is stored for them.

    `detail` is stored with the code, such as the address to change to.

    Raises:
        ConflictError: this server sends no mail, has no address for them, or has sent too many
            codes.
    """
    if not services.settings.mail.enabled:
        raise ConflictError(
            "this server sends no mail and therefore no codes; ask the programme office"
        )
    person = person_row(tx, principal.person_id or "")
    if not person.email:
        raise ConflictError("there is no address to send a code to; ask the programme office")
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
    """The code that was typed, still to be marked as used; `None` if it is wrong.

    A wrong attempt is counted, so the transaction has to be committed in either case.
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
    """Invalidate a code after its use."""
    row.used_at = now


def active_code(
    tx: Transaction, principal: Principal, purpose: CodePurpose, *, now: datetime
) -> OneTimeCodeRow | None:
    """The newest code of `principal` for a purpose, if it is still valid."""
    row = tx.scalar(
        select(OneTimeCodeRow)
        .where(
            OneTimeCodeRow.person_id == principal.person_id, OneTimeCodeRow.purpose == purpose.value
        )
        .order_by(OneTimeCodeRow.created_at.desc(), OneTimeCodeRow.id)
        .limit(1)
    )
    if row is None or row.used_at is not None or row.tries >= _MAX_ATTEMPTS:
        return None
    # More time left than a code ever has means that the clock was set back.
    time_left = row.expires_at - now
    return row if timedelta(0) < time_left <= CODE_LIFETIME + _CLOCK_SKEW else None


def wrong_code_error() -> NotAllowedError:
    """The refusal of a code; it does not reveal which of the reasons applies."""
    return NotAllowedError(
        "the code is not the one in your last mail, is older than ten minutes, or was tried too "
        "often; request a new one"
    )


def _send_mail(
    tx: Transaction, services: Services, person: PersonRow, code: OneTimeCodeRow
) -> None:
    mail = MailRow(
        id=new_id(),
        kind=MailKind.CODE,
        cycle_id=person.cycle_id,
        person_id=person.id,
        code_id=code.id,
        state=MailState.WAITING,
        created_at=code.created_at,
        tries=0,
    )
    tx.add(mail)
    queue_attempt(tx, services.enqueue, mail, person.email, now=code.created_at)


def _enforce_rate_limit(tx: Transaction, person_id: str, now: datetime) -> None:
    def count_since(since: datetime) -> int:
        query = select(func.count(OneTimeCodeRow.id)).where(
            OneTimeCodeRow.person_id == person_id, OneTimeCodeRow.created_at > since
        )
        return tx.scalar(query) or 0

    today = count_since(now - timedelta(days=1))
    if count_since(now - CODE_LIFETIME) >= _MAX_PER_LIFETIME or today >= _MAX_PER_DAY:
        raise ConflictError("you have requested several codes already; wait at least ten minutes")
