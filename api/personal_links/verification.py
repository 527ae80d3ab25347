"""Verification: the holder of a secret link proves that the link belongs to them.

Emails contain secret links, and people other than the recipient may read them. A link alone
therefore only shows the times of sessions and permits replies. Everything else requires a one-time
code that is sent by email, and the person's PIN if they have set one; or one of the person's
passkeys. If no code can be sent, because the server does not send email or has no address for the
person, the PIN or a passkey is required; if the person has neither, the link alone is enough. A
code alone is never enough for a person who has a passkey.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import IssuedSecret
from api.http.principal import Principal, Verification
from api.participants.service import person_row
from api.personal_links import facts, one_time_codes
from api.personal_links.access_notices import AccessChange, notify_person
from api.personal_links.one_time_codes import CodePurpose, can_send_codes
from api.personal_links.person_passkeys import people_with_passkey
from api.personal_links.pins import PinText, check_pin, compare_pin, find_pin
from api.personal_links.verified_devices import issue_device
from api.services import Services
from api.values import FrozenModel
from coach.errors import ConflictError, NotAllowedError
from coach.texts.facts import Fact

_METHODS = {
    (True, True): Verification.CODE_AND_PIN,
    (True, False): Verification.CODE,
    (False, True): Verification.PIN,
}


class VerificationStatus(FrozenModel):
    """The verification required of the requesting person on this device.

    Attributes:
        verified: whether nothing more is required.
        needs_code: whether a code from an email is required.
        needs_pin: whether the person's PIN is required.
        code_sent: whether the person has been sent a code that is still valid.
        has_passkey: whether the person can use a passkey instead. If neither a code nor a PIN is
            required, only a passkey can be used.
    """

    verified: bool
    needs_code: bool
    needs_pin: bool
    code_sent: bool
    has_passkey: bool


class VerificationInput(FrozenModel):
    """The code from the email and the PIN, if they are required.

    If `remember` is true, the device stays verified for 90 days instead of two hours.
    """

    code: Annotated[str, Field(max_length=40, examples=["1234 5678"])] = ""
    pin: PinText = ""
    remember: bool = False


def read_verification(services: Services, principal: Principal) -> VerificationStatus:
    """Return the verification required of the requesting person on this device."""
    with services.database.reading() as tx:
        person = person_row(tx, principal.person_id or "")
        code = one_time_codes.active_code(tx, principal, CodePurpose.VERIFY, now=services.now())
        has_pin = find_pin(tx, person.id) is not None
        has_passkey = bool(people_with_passkey(tx, [person.id]))
        by_code = can_send_codes(services.settings, person.email)
        return VerificationStatus(
            verified=principal.is_verified,
            needs_code=by_code and (has_pin or not has_passkey),
            needs_pin=has_pin,
            code_sent=code is not None,
            has_passkey=has_passkey,
        )


def send_verification_code(services: Services, principal: Principal) -> None:
    """Send the requesting person a code for verifying this device.

    Raises:
        ConflictError: this server sends no email, has no address for the person, or has sent too
            many codes.
    """
    with services.database.writing() as tx:
        one_time_codes.send_code(tx, services, principal, CodePurpose.VERIFY)


def verify(
    services: Services, principal: Principal, entered: VerificationInput, device_name: str
) -> IssuedSecret:
    """Verify the requesting person's device, and return the secret that it has to present.

    The person is notified by email.

    Raises:
        NotAllowedError: the code or the PIN is wrong (the attempt is counted), or only a passkey is
            accepted.
        ConflictError: neither a code nor a PIN is required.
        BusyError: too many hashes are being computed.
    """
    matching_hash = compare_pin(services, principal, entered.pin) if entered.pin else None
    with services.database.writing() as tx:
        outcome = _verify(
            tx, services, principal, entered, device_name, matching_pin_hash=matching_hash
        )
    if isinstance(outcome, Fact):  # raised after the commit, which keeps the count
        raise NotAllowedError(outcome)
    return outcome


def _verify(
    tx: Transaction,
    services: Services,
    principal: Principal,
    entered: VerificationInput,
    device_name: str,
    *,
    matching_pin_hash: str | None,
) -> IssuedSecret | Fact:
    now, keyring = services.now(), services.keyring
    person = person_row(tx, principal.person_id or "")
    pin, code = find_pin(tx, person.id), None
    by_code = can_send_codes(services.settings, person.email)
    if pin is None and people_with_passkey(tx, [person.id]):
        return facts.PASSKEY_REQUIRED()
    if not by_code and pin is None:
        raise ConflictError(facts.NOTHING_TO_VERIFY())
    if by_code:  # first, so that only readers of the mailbox can try PINs
        purpose = CodePurpose.VERIFY
        code = one_time_codes.verify_code(tx, keyring, principal, purpose, entered.code, now=now)
        if code is None:
            return facts.WRONG_CODE()
    if pin is not None:
        refusal = check_pin(tx, pin, matching_hash=matching_pin_hash, now=now)
        if refusal is not None:
            return refusal
    if code is not None:
        one_time_codes.mark_used(code, now=now)
    method = _METHODS[by_code, pin is not None]
    notify_person(tx, services, person.id, AccessChange.DEVICE_VERIFIED, device_name)
    return issue_device(tx, principal, method, device_name, remember=entered.remember, now=now)
