"""Use cases for listing the devices on which a notebook is unlocked, and for locking it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialRow
from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.http.principal import Principal
from api.services import Services
from api.session_reports import facts
from api.session_reports.device_unlocking import locked_error, unlock_on_device
from api.session_reports.notebook_openers import openers_of, remove_openers
from api.session_reports.notebooks import add_recovery_code
from api.session_reports.rows import NotebookOpenerRow, OpenerKind
from api.values import FrozenModel
from coach.errors import NotFoundError


class NotesDevice(FrozenModel):
    """A device on which a notebook is unlocked.

    Attributes:
        device: the browser and operating system, such as "Firefox, Windows"; empty if unknown.
        opened_at: when the notebook was unlocked on the device.
        is_this: whether the request comes from this device.
        before_link: whether the notebook was unlocked before the coach's current link was created.
    """

    id: str
    device: str
    opened_at: datetime
    is_this: bool
    before_link: bool


class EndedDevices(FrozenModel):
    """Changes to the secrets that an ended device may have seen or set.

    Attributes:
        recovery_code: the new recovery code; `None` if the earlier one remains valid.
        passphrase_removed: whether the passphrase no longer works.
    """

    recovery_code: str | None = None
    passphrase_removed: bool = False


def list_devices(services: Services, principal: Principal) -> tuple[NotesDevice, ...]:
    """Return the devices on which the notebook of this device is unlocked, oldest first.

    Raises:
        NotesLockedError: no notebook is unlocked on this device.
    """
    with services.database.reading() as tx:
        return devices_of(tx, principal)


def devices_of(tx: Transaction, principal: Principal) -> tuple[NotesDevice, ...]:
    """Return the devices on which a notebook is unlocked; see `list_devices`."""
    if principal.notes_device is None:
        raise locked_error(principal)
    link = tx.get_one(CredentialRow, principal.credential_id)
    this = principal.notes_device.credential_id
    return tuple(
        NotesDevice(
            id=row.id,
            device=row.label,
            opened_at=row.created_at,
            is_this=row.credential_id == this,
            before_link=row.created_at < link.created_at,
        )
        for row in _openers(tx, principal)
    )


def end_device(services: Services, principal: Principal, device_id: str) -> EndedDevices:
    """Lock the notebook on one of its devices, which can be this one.

    If another device is ended, a passphrase and a recovery code that were set after the notebook
    was unlocked on that device stop working: somebody with that device may have set them to regain
    access.

    Raises:
        NotesLockedError: no notebook is unlocked on this device.
        NotFoundError: the notebook is not unlocked on such a device.
        NotebookAlteredError: the opener of this device was altered.
    """
    with services.database.writing() as tx:
        chosen = [row for row in _openers(tx, principal) if row.id == device_id]
        if not chosen:
            raise NotFoundError(facts.NO_SUCH_DEVICE(id=device_id))
        return _end(tx, services, principal, chosen)


def end_other_devices(services: Services, principal: Principal) -> EndedDevices:
    """Lock the notebook on all devices except this one; see `end_device`.

    Raises:
        NotesLockedError: no notebook is unlocked on this device.
        NotebookAlteredError: the opener of this device was altered.
    """
    with services.database.writing() as tx:
        rows = _openers(tx, principal)
        this = _credential_of(principal)
        return _end(tx, services, principal, [row for row in rows if row.credential_id != this])


def _openers(tx: Transaction, principal: Principal) -> list[NotebookOpenerRow]:
    if not principal.notes_unlocked or principal.notes_device is None:
        raise locked_error(principal)
    query = select(NotebookOpenerRow).where(
        NotebookOpenerRow.person_id == principal.person_id,
        NotebookOpenerRow.notebook == principal.notes_device.notebook,
        NotebookOpenerRow.kind == OpenerKind.DEVICE,
    )
    return list(tx.scalars(query.order_by(NotebookOpenerRow.created_at, NotebookOpenerRow.id)))


def _credential_of(principal: Principal) -> str | None:
    return None if principal.notes_device is None else principal.notes_device.credential_id


def _end(
    tx: Transaction, services: Services, principal: Principal, rows: Sequence[NotebookOpenerRow]
) -> EndedDevices:
    """Delete the keys of devices; a cascade deletes their openers.

    A passphrase and a recovery code that one of these devices may have set are replaced.
    """
    others = [row.created_at for row in rows if row.credential_id != _credential_of(principal)]
    ended = (
        _replace_secrets(tx, services.keyring, principal, min(others), now=services.now())
        if others
        else EndedDevices()
    )
    ids = [row.credential_id for row in rows]
    tx.execute(delete(CredentialRow).where(CredentialRow.id.in_(ids)))
    record_event(
        tx, "devices of notes ended", "person", principal.person_id or "", devices=len(ids)
    )
    return ended


def _replace_secrets(
    tx: Transaction, keyring: Keyring, principal: Principal, since: datetime, *, now: datetime
) -> EndedDevices:
    """Replace a passphrase and a recovery code set at or after `since` with a new recovery code."""
    unlocked = unlock_on_device(tx, keyring, principal, check=False)
    kinds = {
        opener.kind
        for kind in (OpenerKind.PASSPHRASE, OpenerKind.RECOVERY)
        for opener in openers_of(tx, principal.person_id, kind)
        if opener.notebook == unlocked.row.number and opener.created_at >= since
    }
    if not kinds:
        return EndedDevices()
    remove_openers(tx, unlocked.row, *kinds)
    code = add_recovery_code(tx, keyring, unlocked, now=now)
    return EndedDevices(recovery_code=code, passphrase_removed=OpenerKind.PASSPHRASE in kinds)
