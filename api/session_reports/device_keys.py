"""Device keys, which keep a coach's notebook open on a device; sent in a header or a cookie."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import SECRET_BYTES, IssuedSecret, credential_row, sha256_of
from api.accounts.rows import CredentialKind, CredentialRow
from api.database.types import new_id
from api.http.cookies import notes_cookie, set_secret_cookie
from api.http.principal import AccessRole, Principal
from api.services import Services
from api.settings import Settings

NOTES_HEADER = "X-Notes-Key"


def issue_device_key(
    tx: Transaction, principal: Principal, notebook: int, *, now: datetime
) -> tuple[Principal, IssuedSecret]:
    """Return the principal with a notebook open, and a key that opens it on their device.

    The key expires together with the coach's secret link.
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
    """Store a device key in a cookie in the coach's browser."""
    name = notes_cookie(services.settings, principal.person_id or "")
    seconds = int((key.expires_at - services.now()).total_seconds())
    set_secret_cookie(response, services.settings, name, key.secret, seconds)


def open_notebook_of_device(
    tx: Transaction, request: Request, settings: Settings, principal: Principal, now: datetime
) -> Principal:
    """Return the principal, with the notebook open that the request's device key opens, if any."""
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
    """Return the number of the notebook that `key` opens for this coach, or `None`."""
    label = tx.scalar(
        select(CredentialRow.label).where(
            CredentialRow.secret_sha256 == sha256_of(key),
            CredentialRow.kind == CredentialKind.NOTES,
            CredentialRow.person_id == principal.person_id,
            CredentialRow.revoked_at.is_(None),
            CredentialRow.expires_at > now,
        )
    )
    return None if label is None else int(label or 1)
