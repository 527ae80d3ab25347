"""Emails that notify a person of changes to their PIN, passkeys or verified devices."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.orm import Session as Transaction

from api.mail.rows import MailKind
from api.participants.notices import send_notices
from api.participants.service import person_row
from api.services import Services

NOTICE, DEVICE = "notice", "device"  # keys of the content of a notice


class AccessChange(StrEnum):
    """A change to how a person's pages are accessed, of which the person is notified."""

    PIN_RESET = "pin reset"  # by the programme office, which also removed the passkeys
    PIN_SET = "pin set"
    PIN_REMOVED = "pin removed"
    PASSKEY_ADDED = "passkey added"
    PASSKEY_REMOVED = "passkey removed"
    DEVICE_VERIFIED = "device verified"


def notify_person(
    tx: Transaction, services: Services, person_id: str, change: AccessChange, device: str = ""
) -> bool:
    """Notify a person of a change by email; return whether any notice will be sent.

    The notice goes to the person's address, and to the addresses that they had in the last 180
    days. `device` is the name of the device with which the change was made, if it is known.
    """
    if not services.settings.mail.enabled:
        return False
    by_office = change is AccessChange.PIN_RESET
    kind = MailKind.SECURITY_NOTICE if by_office else MailKind.ACCESS_NOTICE
    content, person = {NOTICE: change.value, DEVICE: device}, person_row(tx, person_id)
    return send_notices(tx, services.enqueue, person, kind, content, now=services.now()) > 0
