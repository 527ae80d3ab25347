"""Device keys, which give a device access to a coach's notebook.

A device sends its key in the header `X-Notes-Key` or in a cookie.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import SECRET_BYTES, IssuedSecret, credential_row, sha256_of
from api.accounts.rows import CredentialKind, CredentialRow
from api.crypto.row_seal import sealed_or_none
from api.database.types import new_id
from api.http.cookies import notes_cookie, set_secret_cookie
from api.http.principal import AccessRole, Principal
from api.services import Services
from api.settings import Settings

NOTES_HEADER = "X-Notes-Key"


def issue_device_key(
    tx: Transaction, principal: Principal, notebook: int, *, now: datetime
) -> tuple[Principal, IssuedSecret]:
    """Issue a device key for a notebook, valid for as long as the coach's secret link.

    Returns the principal with the notebook open, and the key.
    """
    link = tx.get_one(CredentialRow, principal.credential_id)
    secret, identifier = secrets.token_urlsafe(SECRET_BYTES), new_id()
    expires_at = link.expires_at
    owner = {"person_id": principal.person_id, "id": identifier, "label": str(notebook)}
    tx.add(credential_row(CredentialKind.NOTES, secret, now, expires_at, **owner))
    tx.flush()
    opened = replace(principal, notes_open=True, notebook=notebook)
    return opened, IssuedSecret(id=identifier, secret=secret, expires_at=expires_at)


def set_device_key_cookie(
    response: Response, services: Services, principal: Principal, key: IssuedSecret
) -> None:
    """Set the cookie that stores a device key in the coach's browser."""
    name = notes_cookie(services.settings, principal.person_id or "")
    seconds = int((key.expires_at - services.now()).total_seconds())
    set_secret_cookie(response, services.settings, name, key.secret, seconds)


def open_notebook_of_device(
    tx: Transaction, request: Request, settings: Settings, principal: Principal, now: datetime
) -> Principal:
    """Open the notebook of the request's device key, and return the updated principal.

    Returns `principal` unchanged if they are not a coach or the request has no valid device key.
    """
    if principal.role is not AccessRole.COACH or principal.person_id is None:
        return principal
    key = request.headers.get(NOTES_HEADER) or request.cookies.get(
        notes_cookie(settings, principal.person_id), ""
    )
    notebook = _notebook_of_key(tx, principal, key, now=now)
    if notebook is None:
        return principal
    return replace(principal, notes_open=True, notebook=notebook)


def _notebook_of_key(
    tx: Transaction, principal: Principal, key: str, *, now: datetime
) -> int | None:
    """Return the number of the coach's notebook that `key` opens, or `None` if it opens none."""
    found = tx.scalar(
        select(CredentialRow).where(
            CredentialRow.secret_sha256 == sha256_of(key),
            CredentialRow.kind == CredentialKind.NOTES,
            CredentialRow.person_id == principal.person_id,
            CredentialRow.revoked_at.is_(None),
            CredentialRow.expires_at > now,
        )
    )
    row = sealed_or_none(tx, found)
    return None if row is None else int(row.label or 1)
