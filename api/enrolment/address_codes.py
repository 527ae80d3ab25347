"""Confirms an applicant's address before anything about them is stored.

A code is sent to every address in the same way, whether or not its owner is known. Only a keyed
digest of the address is stored with it. The email is sent at once and not queued, because the queue
would store the address.
"""

from __future__ import annotations

import hmac
import logging
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as Transaction

from api.calendar.recipient import Recipient
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import sealed_or_none
from api.database.types import new_id
from api.enrolment import facts
from api.enrolment.calls import PublicCall, public_call
from api.enrolment.rows import AddressCodeRow
from api.mail.plain_message import plain_message_bytes
from api.mail.smtp import send_message
from api.personal_links.email_change import NewAddress
from api.personal_links.one_time_codes import CODE_LIFETIME
from api.services import Services
from api.texts.reader_language import mail_renderer
from api.values import FrozenModel
from coach.errors import ConflictError, DomainError, NotAllowedError, TooManyAttemptsError

PROOF_LIFETIME = timedelta(hours=2)
"""How long a confirmed address can be used to apply."""
_MAX_ATTEMPTS = 5
_MAX_PER_LIFETIME = 3  # codes to one address
_MAX_PER_DAY = 10  # codes to one address
_MAX_OF_CALL = 500  # codes per call and day
_DAY = timedelta(days=1)
_RETRY_SECONDS = 600
_LOG = logging.getLogger(__name__)


class EnteredCode(NewAddress):
    """An address, and the code sent to it by email."""

    code: Annotated[str, Field(max_length=40, examples=["1234 5678"])]


class ConfirmedAddress(FrozenModel):
    """A confirmed address. `proof` is required to apply."""

    address: str
    proof: str


def request_code(services: Services, secret: str, new: NewAddress) -> None:
    """Send a code to an address entered on the page of a call.

    Raises:
        NotFoundError: there is no such call, or it has ended.
        ConflictError: this server sends no email.
        TooManyAttemptsError: too many codes were sent to this address, or for this call.
    """
    if not services.settings.mail.enabled:
        raise ConflictError(facts.NO_MAIL())
    now, keyring = services.now(), services.keyring
    with services.database.writing() as tx:
        call = public_call(tx, services, secret)
        digest = _digest(keyring, call, new.address)
        _enforce_limits(tx, call, digest, now)
        code = AddressCodeRow(
            id=new_id(),
            call_id=call.id,
            address_digest=digest,
            created_at=now,
            expires_at=now + CODE_LIFETIME,
        )
        tx.add(code)
        identifier, until = code.id, code.expires_at
    _send(services, call, new.address, identifier, until)


def confirm_address(services: Services, secret: str, entered: EnteredCode) -> ConfirmedAddress:
    """Return the proof that an address was confirmed with the newest code sent to it.

    Raises:
        NotFoundError: there is no such call, or it has ended.
        NotAllowedError: the code is wrong or no longer valid. A wrong code is counted as a failed
            attempt.
    """
    now = services.now()
    with services.database.writing() as tx:
        call = public_call(tx, services, secret)
        code = _newest(tx, call, _digest(services.keyring, call, entered.address))
        proof = None if code is None else _checked(code, services.keyring, entered.code, now)
    if proof is None:  # raised after the commit, which keeps the count
        raise NotAllowedError(facts.WRONG_CODE())
    return ConfirmedAddress(address=entered.address, proof=proof)


def require_confirmed(
    tx: Transaction, keyring: Keyring, call: PublicCall, confirmed: ConfirmedAddress, now: datetime
) -> None:
    """Check the proof that an address was confirmed.

    Raises:
        NotAllowedError: the proof is wrong, too old, or for another address.
    """
    code = sealed_or_none(tx, tx.get(AddressCodeRow, confirmed.proof.partition(".")[0]))
    if (
        code is None
        or code.call_id != call.id
        or code.confirmed_at is None
        or code.address_digest != _digest(keyring, call, confirmed.address)
        or not code.confirmed_at <= now <= code.confirmed_at + PROOF_LIFETIME
        or not hmac.compare_digest(_proof(keyring, code.id).encode(), confirmed.proof.encode())
    ):
        raise NotAllowedError(facts.CONFIRM_AGAIN())


def use_up(tx: Transaction, keyring: Keyring, call: PublicCall, address: str) -> None:
    """Delete all codes sent to an address for a call, which also invalidates their proofs."""
    digest = _digest(keyring, call, address)
    tx.execute(delete(AddressCodeRow).where(AddressCodeRow.address_digest == digest))


def _checked(code: AddressCodeRow, keyring: Keyring, entered: str, now: datetime) -> str | None:
    """Return the proof if a code is correct and valid, and count a wrong code as an attempt."""
    if code.confirmed_at is not None or code.tries >= _MAX_ATTEMPTS or code.expires_at <= now:
        return None
    digits = "".join(character for character in entered if character.isdecimal())
    if not hmac.compare_digest(digits.encode(), keyring.one_time_code(code.id).encode()):
        code.tries += 1
        return None
    code.confirmed_at = now
    return _proof(keyring, code.id)


def _newest(tx: Transaction, call: PublicCall, digest: str) -> AddressCodeRow | None:
    newest = tx.scalar(
        select(AddressCodeRow)
        .where(AddressCodeRow.call_id == call.id, AddressCodeRow.address_digest == digest)
        .order_by(AddressCodeRow.created_at.desc(), AddressCodeRow.id)
        .limit(1)
    )
    return sealed_or_none(tx, newest)


def _digest(keyring: Keyring, call: PublicCall, address: str) -> str:
    return keyring.mac(f"address for call {call.id}", address.strip().casefold().encode()).hex()


def _proof(keyring: Keyring, code_id: str) -> str:
    return f"{code_id}.{keyring.mac('confirmed address', code_id.encode()).hex()}"


def _enforce_limits(tx: Transaction, call: PublicCall, digest: str, now: datetime) -> None:
    def count_since(since: datetime, *, of_address: bool) -> int:
        query = select(func.count(AddressCodeRow.id)).where(
            AddressCodeRow.call_id == call.id, AddressCodeRow.created_at > since
        )
        if of_address:
            query = query.where(AddressCodeRow.address_digest == digest)
        return tx.scalar(query) or 0

    if (
        count_since(now - CODE_LIFETIME, of_address=True) >= _MAX_PER_LIFETIME
        or count_since(now - _DAY, of_address=True) >= _MAX_PER_DAY
    ):
        raise TooManyAttemptsError(facts.TOO_MANY_CODES(), _RETRY_SECONDS)
    if count_since(now - _DAY, of_address=False) >= _MAX_OF_CALL:
        raise TooManyAttemptsError(facts.CALL_BUSY(), _RETRY_SECONDS)


def _send(
    services: Services, call: PublicCall, address: str, code_id: str, until: datetime
) -> None:
    """Send the email with a code. A failure is logged; the page does not show it."""
    settings, zone = services.settings, ZoneInfo(call.cycle.timezone)
    digits = services.keyring.one_time_code(code_id)
    content = plain_message_bytes(
        "enrolment/mail/code",
        Recipient(name=address.partition("@")[0], address=address, zone=zone),
        settings.deployment,
        mail_renderer(services),
        unique_id=code_id,
        stamp=services.now(),
        reply_token=services.keyring.reply_token(code_id),
        code=f"{digits[:4]} {digits[4:]}",
        until=f"{until.astimezone(zone):%H:%M}",
    )
    try:
        send_message(settings.mail, settings.deployment.organiser_address, address, content)
    except DomainError as error:
        _LOG.warning("the code of an applicant was not sent: %s", type(error).__name__)
