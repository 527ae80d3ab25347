"""Bearer tokens, which let programs act on behalf of a user."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import IssuedSecret, issue
from api.accounts.rows import CredentialKind, CredentialRow
from api.audit_trail.log import record_event
from api.http.principal import Principal
from api.services import Services


def make_token(
    services: Services, principal: Principal, label: str, lifetime: timedelta
) -> IssuedSecret:
    """Issue a bearer token to the requesting user; see `issue_token`."""
    with services.database.writing() as tx:
        return issue_token(tx, principal, label, now=services.now(), lifetime=lifetime)


def issue_token(
    tx: Transaction, principal: Principal, label: str, *, now: datetime, lifetime: timedelta
) -> IssuedSecret:
    """Issue a bearer token with all permissions of its user.

    A token requested with another token expires no later than the other token.
    """
    presented = tx.get(CredentialRow, principal.credential_id) if principal.credential_id else None
    until = now + lifetime
    if presented is not None and presented.kind is CredentialKind.TOKEN:
        until = min(until, presented.expires_at)
    issued = issue(tx, CredentialKind.TOKEN, now, until, user_id=principal.user_id, label=label)
    record_event(tx, "token made", "credential", issued.id)
    return issued
