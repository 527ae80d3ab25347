"""The devices on which a coach's notebook is open: listing and ending them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialRow
from api.audit_trail.log import record_event
from api.http.principal import Principal
from api.services import Services
from api.session_reports import facts
from api.session_reports.open_notebook import closed_error
from api.session_reports.rows import NotebookOpenerRow, OpenerKind
from api.values import FrozenModel
from coach.errors import NotFoundError


class DeviceView(FrozenModel):
    """A device on which a notebook is open.

    Attributes:
        device: what the device says it is, such as "Firefox, Windows"; empty if unknown.
        opened_at: when the notebook was opened on it.
        is_this: whether the request comes from this device.
        before_link: whether it was opened before the coach's present link was created.
    """

    id: str
    device: str
    opened_at: datetime
    is_this: bool
    before_link: bool


def list_devices(services: Services, principal: Principal) -> tuple[DeviceView, ...]:
    """Return the devices on which the notebook of this device is open, oldest first.

    Raises:
        NotesClosedError: no notebook is open on this device.
    """
    with services.database.reading() as tx:
        return devices_of(tx, principal)


def devices_of(tx: Transaction, principal: Principal) -> tuple[DeviceView, ...]:
    """Return the devices on which a notebook is open; see `list_devices`."""
    if principal.notes_device is None:
        raise closed_error(principal)
    link = tx.get_one(CredentialRow, principal.credential_id)
    this = principal.notes_device.credential_id
    return tuple(
        DeviceView(
            id=row.id,
            device=row.label,
            opened_at=row.created_at,
            is_this=row.credential_id == this,
            before_link=row.created_at < link.created_at,
        )
        for row in _openers(tx, principal)
    )


def end_device(services: Services, principal: Principal, device_id: str) -> None:
    """Lock the notebook on one of its devices, which can be this one.

    Raises:
        NotesClosedError: no notebook is open on this device.
        NotFoundError: the notebook is not open on such a device.
    """
    with services.database.writing() as tx:
        chosen = [row for row in _openers(tx, principal) if row.id == device_id]
        if not chosen:
            raise NotFoundError(facts.NO_SUCH_DEVICE(id=device_id))
        _end(tx, principal, chosen)


def end_other_devices(services: Services, principal: Principal) -> None:
    """Lock the notebook on all devices but this one.

    Raises:
        NotesClosedError: no notebook is open on this device.
    """
    with services.database.writing() as tx:
        rows = _openers(tx, principal)
        this = principal.notes_device and principal.notes_device.credential_id
        _end(tx, principal, [row for row in rows if row.credential_id != this])


def _openers(tx: Transaction, principal: Principal) -> list[NotebookOpenerRow]:
    if not principal.notes_open or principal.notes_device is None:
        raise closed_error(principal)
    query = select(NotebookOpenerRow).where(
        NotebookOpenerRow.person_id == principal.person_id,
        NotebookOpenerRow.notebook == principal.notes_device.notebook,
        NotebookOpenerRow.kind == OpenerKind.DEVICE,
    )
    return list(tx.scalars(query.order_by(NotebookOpenerRow.created_at, NotebookOpenerRow.id)))


def _end(tx: Transaction, principal: Principal, rows: Iterable[NotebookOpenerRow]) -> None:
    """Delete the keys of devices, and with them, by reference, their openers."""
    ids = [row.credential_id for row in rows]
    tx.execute(delete(CredentialRow).where(CredentialRow.id.in_(ids)))
    record_event(
        tx, "devices of notes ended", "person", principal.person_id or "", devices=len(ids)
    )
