"""Changes to a person's email address, confirmed by a code sent to the current address."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.http.principal import Principal
from api.participants.humans import update_address
from api.participants.notices import notify_address_change
from api.participants.service import person_row
from api.personal_links import one_time_codes
from api.personal_links.one_time_codes import CodePurpose
from api.services import Services
from api.values import FrozenModel
from coach.errors import InvalidValueError
from coach.intake import cells


def _validate_address(text: str) -> str:
    try:
        return cells.email(text.strip())
    except cells.CellError as error:
        raise InvalidValueError(error.messages[0]) from None


class NewAddress(FrozenModel):
    """A requested new email address."""

    address: Annotated[str, AfterValidator(_validate_address)]


class OwnAddress(FrozenModel):
    """A person's email address, mostly masked, because an aide may also open the person's pages.

    `sends` is true if this server sends email; if not, only the programme office can change the
    address. `waits_for_code` is true if a new address is waiting to be confirmed with a code.
    """

    shown: str
    sends: bool
    waits_for_code: bool


def masked_address(services: Services, principal: Principal) -> OwnAddress:
    """Return the email address of `principal`, mostly masked."""
    with services.database.reading() as tx:
        address = person_row(tx, principal.person_id or "").email
        code = one_time_codes.active_code(tx, principal, CodePurpose.ADDRESS, now=services.now())
    name, _, domain = address.partition("@")
    return OwnAddress(
        shown=f"{name[:1]}…@{domain}" if domain else "",
        sends=services.settings.mail.enabled,
        waits_for_code=code is not None,
    )


def request_address_change(services: Services, principal: Principal, new: NewAddress) -> None:
    """Send a code that confirms the change to `new` to the principal's current address.

    Raises:
        ConflictError: this server does not send email, has no address for the person, or has sent
            too many codes.
    """
    with services.database.writing() as tx:
        one_time_codes.send_code(tx, services, principal, CodePurpose.ADDRESS, detail=new.address)


def confirm_address_change(services: Services, principal: Principal, typed: str) -> None:
    """Change the address of `principal` to the requested one if `typed` is the code that was sent.

    The new address stays in effect until an uploaded list has a different address than the previous
    list.

    Raises:
        NotAllowedError: the code is wrong; the attempt is counted.
    """
    with services.database.writing() as tx:
        changed = _change_address(tx, services, principal, typed)
    if not changed:
        raise one_time_codes.wrong_code_error()


def _change_address(tx: Transaction, services: Services, principal: Principal, typed: str) -> bool:
    now = services.now()
    code = one_time_codes.verify_code(
        tx, services.keyring, principal, CodePurpose.ADDRESS, typed, now=now
    )
    if code is None:
        return False
    one_time_codes.mark_used(code, now=now)
    person = person_row(tx, code.person_id)
    former = person.email
    person.email, code.detail = code.detail, ""
    update_address(tx, person, former)
    notify_address_change(tx, services, person, former)
    record_event(tx, "address changed", "person", person.id)
    return True
