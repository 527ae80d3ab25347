"""One-time codes by mail: for what a secret link alone must not do.

A code follows from its row and the key file, so that it lies nowhere, neither in clear nor hashed:
eight digits have no hash that a stolen database would not give away. It works once, for ten
minutes, and five wrong tries end it; only the youngest of a person for one purpose counts.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.background.job import Enqueue
from api.crypto.key_ring import Keyring
from api.database.types import new_id
from api.http.principal import Principal
from api.mail.delivery import queue_attempt
from api.mail.rows import MailKind, MailRow, MailState
from api.participants.service import person_row
from api.personal_links.rows import OneTimeCodeRow
from coach.errors import ConflictError, NotAllowedError

CODE_LIFETIME = timedelta(minutes=10)
_CLOCK_SKEW = timedelta(minutes=5)  # by which the clocks of several machines may differ
_MAX_ATTEMPTS = 5
_MAX_PER_LIFETIME = 3  # within the time that one lasts
_MAX_PER_DAY = 10


class CodePurpose(StrEnum):
    """What a code is for."""

    NOTES = "notes"
    ADDRESS = "address"


def send_code(
    tx: Transaction,
    enqueue: Enqueue,
    principal: Principal,
    purpose: CodePurpose,
    *,
    now: datetime,
    sends: bool,
    detail: str = "",
) -> None:
    """Have a code sent to the address that is held of the person who asks.

    Raises:
        ConflictError: this server sends no mail, holds no address of theirs, or has sent too many.
    """
    if not sends:
        raise ConflictError("this server sends no mail, so no code; ask the programme office")
    person = person_row(tx, principal.person_id or "")
    if not person.email:
        raise ConflictError("there is no address to send a code to; ask the programme office")
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
    mail = MailRow(
        id=new_id(),
        kind=MailKind.CODE,
        cycle_id=person.cycle_id,
        person_id=person.id,
        code_id=code.id,
        state=MailState.WAITING,
        created_at=now,
        tries=0,
    )
    tx.add(code)
    tx.flush()
    tx.add(mail)
    queue_attempt(tx, enqueue, mail, person.email, now=now)
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
    """The code that was typed, not used up yet; `None`, and counted, where it is not right."""
    row = active_code(tx, principal, purpose, now=now)
    if row is None:
        return None
    plain = "".join(sign for sign in typed if sign.isdecimal())
    if hmac.compare_digest(plain.encode(), keyring.one_time_code(row.id).encode()):
        return row
    row.tries += 1
    record_event(tx, "code wrong", "person", row.person_id, purpose=purpose.value, tries=row.tries)
    return None


def mark_used(row: OneTimeCodeRow, *, now: datetime) -> None:
    """Let a code work no more."""
    row.used_at = now


def active_code(
    tx: Transaction, principal: Principal, purpose: CodePurpose, *, now: datetime
) -> OneTimeCodeRow | None:
    """The person's youngest code for this, if it can still be used."""
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
    left = row.expires_at - now
    return (
        row if timedelta(0) < left <= CODE_LIFETIME + _CLOCK_SKEW else None
    )  # more: the clock was set back


def wrong_code_error() -> NotAllowedError:
    """What is told of a code that does not fit; why is not told."""
    return NotAllowedError(
        "the code is not the one in your last mail, or it is older than ten minutes, or it was "
        "tried too often; ask for another"
    )


def _enforce_rate_limit(tx: Transaction, person_id: str, now: datetime) -> None:
    def count_since(since: datetime) -> int:
        query = select(func.count(OneTimeCodeRow.id)).where(
            OneTimeCodeRow.person_id == person_id, OneTimeCodeRow.created_at > since
        )
        return tx.scalar(query) or 0

    today = count_since(now - timedelta(days=1))
    if count_since(now - CODE_LIFETIME) >= _MAX_PER_LIFETIME or today >= _MAX_PER_DAY:
        raise ConflictError("you asked for several codes already; wait ten minutes or longer")
