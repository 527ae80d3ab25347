"""Bearer tokens, with which programs act for a user."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import IssuedSecret, issue
from api.accounts.rows import CredentialKind, CredentialRow
from api.audit_trail.log import record_event
from api.http.principal import Principal


def issue_token(
    tx: Transaction, principal: Principal, label: str, *, now: datetime, lifetime: timedelta
) -> IssuedSecret:
    """A bearer token with which a user's programs may do what the user may.

    One that is made by showing a token ends no later than that one.
    """
    shown = tx.get(CredentialRow, principal.credential_id) if principal.credential_id else None
    until = now + lifetime
    if shown is not None and shown.kind is CredentialKind.TOKEN:
        until = min(until, shown.expires_at)
    issued = issue(tx, CredentialKind.TOKEN, now, until, user_id=principal.user_id, label=label)
    record_event(tx, "token made", "credential", issued.id)
    return issued
