"""A person's own mail address: changed by their link and a code sent to the address before."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.background.job import Enqueue
from api.crypto.key_ring import Keyring
from api.http.principal import Principal
from api.participants.service import person_row
from api.personal_links import one_time_codes as codes
from api.personal_links.one_time_codes import CodePurpose
from api.values import FrozenModel
from coach.errors import NotAllowedError
from coach.intake import cells


def _validate_address(text: str) -> str:
    return cells.email(text.strip())


class NewAddress(FrozenModel):
    """The address to write to from now on."""

    address: Annotated[str, AfterValidator(_validate_address)]


class OwnAddress(FrozenModel):
    """Where a person is written to, with most of it hidden: whoever has the link reads this.

    `sends` says whether this server sends mail; without it the programme office changes addresses.
    `waits_for_code` says that a code was sent to confirm another address.
    """

    shown: str
    sends: bool
    waits_for_code: bool


def own_address(tx: Transaction, principal: Principal, *, now: datetime, sends: bool) -> OwnAddress:
    """Where the person who asks is written to."""
    person = person_row(tx, principal.person_id or "")
    name, _, domain = person.email.partition("@")
    waits = codes.active_code(tx, principal, CodePurpose.ADDRESS, now=now) is not None
    return OwnAddress(
        shown=f"{name[:1]}…@{domain}" if domain else "", sends=sends, waits_for_code=waits
    )


def ask_to_change(
    tx: Transaction,
    enqueue: Enqueue,
    principal: Principal,
    new: NewAddress,
    *,
    now: datetime,
    sends: bool,
) -> None:
    """Send a code to the address that is held, which puts the new one in its place.

    Raises:
        ConflictError: this server sends no mail, holds no address, or has sent too many codes.
    """
    codes.send_code(
        tx, enqueue, principal, CodePurpose.ADDRESS, now=now, sends=sends, detail=new.address
    )


def confirm_change(
    tx: Transaction, keyring: Keyring, principal: Principal, typed: str, *, now: datetime
) -> NotAllowedError | None:
    """Put the new address in place for the right code; otherwise the refusal, which is counted.

    It stays until a list of the office brings another address than the list before it.
    """
    row = codes.verify_code(tx, keyring, principal, CodePurpose.ADDRESS, typed, now=now)
    if row is None:
        return codes.wrong_code_error()
    codes.mark_used(row, now=now)
    person = person_row(tx, row.person_id)
    person.email, row.detail = row.detail, ""
    record_event(tx, "address changed", "person", person.id)
    return None
