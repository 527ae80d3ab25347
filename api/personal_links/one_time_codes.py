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

from api.audit_trail.log import note_act
from api.background.job import Enqueue
from api.crypto.key_ring import Keyring
from api.database.types import new_id
from api.http.principal import Viewer
from api.mail.delivery import queue
from api.mail.rows import CodeRow, MailKind, MailRow, MailState
from api.participants.service import person_row
from coach.errors import ConflictError, NotAllowedError

LASTS = timedelta(minutes=10)
_SKEW = timedelta(minutes=5)  # by which the clocks of several machines may differ
_MOST_TRIES = 5
_MOST_AT_ONCE = 3  # within the time that one lasts
_MOST_A_DAY = 10


class Purpose(StrEnum):
    """What a code is for."""

    NOTES = "notes"
    ADDRESS = "address"


def send_code(
    tx: Transaction,
    enqueue: Enqueue,
    viewer: Viewer,
    purpose: Purpose,
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
    person = person_row(tx, viewer.person_id or "")
    if not person.email:
        raise ConflictError("there is no address to send a code to; ask the programme office")
    _refuse_too_many(tx, person.id, now)
    code = CodeRow(
        id=new_id(),
        person_id=person.id,
        purpose=purpose,
        detail=detail,
        created_at=now,
        expires_at=now + LASTS,
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
    queue(tx, enqueue, mail, person.email, now=now)
    note_act(tx, "code sent", "person", person.id, purpose=purpose.value)


def fitting(
    tx: Transaction,
    keyring: Keyring,
    viewer: Viewer,
    purpose: Purpose,
    typed: str,
    *,
    now: datetime,
) -> CodeRow | None:
    """The code that was typed, not used up yet; `None`, and counted, where it is not right."""
    row = open_code(tx, viewer, purpose, now=now)
    if row is None:
        return None
    plain = "".join(sign for sign in typed if sign.isdecimal())
    if hmac.compare_digest(plain.encode(), keyring.one_time_code(row.id).encode()):
        return row
    row.tries += 1
    note_act(tx, "code wrong", "person", row.person_id, purpose=purpose.value, tries=row.tries)
    return None


def use_up(row: CodeRow, *, now: datetime) -> None:
    """Let a code work no more."""
    row.used_at = now


def open_code(
    tx: Transaction, viewer: Viewer, purpose: Purpose, *, now: datetime
) -> CodeRow | None:
    """The person's youngest code for this, if it can still be used."""
    row = tx.scalar(
        select(CodeRow)
        .where(CodeRow.person_id == viewer.person_id, CodeRow.purpose == purpose.value)
        .order_by(CodeRow.created_at.desc(), CodeRow.id)
        .limit(1)
    )
    if row is None or row.used_at is not None or row.tries >= _MOST_TRIES:
        return None
    left = row.expires_at - now
    return row if timedelta(0) < left <= LASTS + _SKEW else None  # more: the clock was set back


def wrong_code() -> NotAllowedError:
    """What is told of a code that does not fit; why is not told."""
    return NotAllowedError(
        "the code is not the one in your last mail, or it is older than ten minutes, or it was "
        "tried too often; ask for another"
    )


def _refuse_too_many(tx: Transaction, person_id: str, now: datetime) -> None:
    def asked_since(moment: datetime) -> int:
        query = select(func.count(CodeRow.id)).where(
            CodeRow.person_id == person_id, CodeRow.created_at > moment
        )
        return tx.scalar(query) or 0

    today = asked_since(now - timedelta(days=1))
    if asked_since(now - LASTS) >= _MOST_AT_ONCE or today >= _MOST_A_DAY:
        raise ConflictError("you asked for several codes already; wait ten minutes or longer")
