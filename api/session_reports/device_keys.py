"""Device keys, with which a device identifies itself and unlocks a coach's notebook.

A device sends its key in the header `X-Notes-Key` or in a cookie. The device also remembers the
version of the notebook that it last saw, so that an older version on the server is detected.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fastapi import Request, Response
from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import SECRET_BYTES, IssuedSecret, credential_row, sha256_of
from api.accounts.rows import CredentialKind, CredentialRow
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import sealed_or_none
from api.database.types import new_id
from api.http.cookies import notes_cookie, notes_version_cookie, set_secret_cookie
from api.http.principal import AccessRole, NotebookState, NotesDevice, Principal, SeenVersion
from api.services import Services
from api.session_reports.notebook_openers import UnlockedNotebook, add_opener, new_opener_key
from api.session_reports.rows import NotebookOpenerRow, NotebookRow, OpenerKind
from api.settings import Settings

NOTES_HEADER = "X-Notes-Key"
VERSION_HEADER = "X-Notes-Version"
_REMEMBERED = timedelta(days=400)  # the longest that browsers keep a cookie


def issue_device_key(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    unlocked: UnlockedNotebook,
    *,
    device: str,
    now: datetime,
) -> tuple[Principal, IssuedSecret]:
    """Issue a device key for a notebook, valid for as long as the coach's secret link.

    A key that the device has presented no longer works. Returns the principal with the notebook
    unlocked, and the new key.
    """
    if principal.notes_device is not None:
        tx.execute(
            delete(CredentialRow).where(CredentialRow.id == principal.notes_device.credential_id)
        )
    link = tx.get_one(CredentialRow, principal.credential_id)
    secret, identifier = secrets.token_urlsafe(SECRET_BYTES), new_id()
    expires_at = link.expires_at
    owner = {"person_id": principal.person_id, "id": identifier, "label": str(unlocked.row.number)}
    tx.add(credential_row(CredentialKind.NOTES, secret, now, expires_at, **owner))
    tx.flush()
    opener = new_opener_key(OpenerKind.DEVICE, secret)
    add_opener(tx, keyring, unlocked, opener, now=now, credential_id=identifier, label=device)
    notebook = unlocked.row
    state = NotebookState.UNLOCKED if notebook.confirmed_at else NotebookState.UNCONFIRMED
    former = principal.notes_device
    same = former is not None and former.notebook == notebook.number
    seen = former.seen if former is not None and same else None
    current = NotesDevice(identifier, secret, notebook.number, state, seen)
    return (
        replace(principal, notes_device=current),
        IssuedSecret(id=identifier, secret=secret, expires_at=expires_at),
    )


def set_device_key_cookie(
    response: Response, services: Services, principal: Principal, key: IssuedSecret
) -> None:
    """Set the cookie that stores a device key in the coach's browser."""
    name = notes_cookie(services.settings, principal.person_id or "")
    seconds = int((key.expires_at - services.now()).total_seconds())
    set_secret_cookie(response, services.settings, name, key.secret, seconds)


def remember_version(
    response: Response, services: Services, principal: Principal, version: int
) -> None:
    """Send the device the version of its notebook to remember, in a cookie and a header.

    If the device remembers a later version, because the notebook was restored from a backup,
    nothing is sent until the notebook changes.
    """
    device = principal.notes_device
    if device is None or (device.seen is not None and device.seen.version > version):
        return
    value = f"{device.notebook}.{version}.{int(services.now().timestamp())}"
    name = notes_version_cookie(services.settings, principal.person_id or "")
    seconds = int(_REMEMBERED.total_seconds())
    set_secret_cookie(response, services.settings, name, value, seconds)
    response.headers[VERSION_HEADER] = value


def identify_notes_device(
    tx: Transaction, request: Request, settings: Settings, principal: Principal, now: datetime
) -> Principal:
    """Add the request's device to the principal, with the state of its notebook.

    Returns `principal` unchanged for anyone but a coach, or if the request has no valid device key.
    """
    if principal.role is not AccessRole.COACH or principal.person_id is None:
        return principal
    key = request.headers.get(NOTES_HEADER) or request.cookies.get(
        notes_cookie(settings, principal.person_id), ""
    )
    if not key:
        return principal
    found = _notebook_of_key(tx, principal.person_id, key, now=now)
    if found is None:
        return principal
    credential_id, notebook, state = found
    seen = _seen_version(
        request.headers.get(VERSION_HEADER)
        or request.cookies.get(notes_version_cookie(settings, principal.person_id), ""),
        notebook,
    )
    return replace(principal, notes_device=NotesDevice(credential_id, key, notebook, state, seen))


def _notebook_of_key(
    tx: Transaction, person_id: str, key: str, *, now: datetime
) -> tuple[str, int, NotebookState] | None:
    """Return the credential of `key`, and the number and state of its notebook; `None` if invalid.

    Only a legacy notebook has devices without an opener.
    """
    found = tx.scalar(
        select(CredentialRow).where(
            CredentialRow.secret_sha256 == sha256_of(key),
            CredentialRow.kind == CredentialKind.NOTES,
            CredentialRow.person_id == person_id,
            CredentialRow.revoked_at.is_(None),
            CredentialRow.expires_at > now,
        )
    )
    row = sealed_or_none(tx, found)
    if row is None:
        return None
    number = tx.scalar(
        select(NotebookOpenerRow.notebook).where(
            NotebookOpenerRow.credential_id == row.id, NotebookOpenerRow.person_id == person_id
        )
    )
    of_legacy = int(row.label) if row.label.isdecimal() else 1
    notebook = tx.get(NotebookRow, (person_id, number or of_legacy))
    if notebook is None or (number is None and notebook.sealed_at is not None):
        return None
    if number is None:
        return row.id, notebook.number, NotebookState.LEGACY
    state = NotebookState.UNLOCKED if notebook.confirmed_at else NotebookState.UNCONFIRMED
    return row.id, notebook.number, state


def _seen_version(text: str, notebook: int) -> SeenVersion | None:
    """Return the version of a notebook that a device remembers, or `None` if `text` is invalid."""
    try:
        number, version, at = map(int, text.split("."))
        seen_at = datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return SeenVersion(version, seen_at) if number == notebook else None
