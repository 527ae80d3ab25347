"""Bearer tokens, which let programs act on behalf of a user."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.credentials import IssuedSecret, issue
from api.accounts.rows import CredentialKind, CredentialRow
from api.audit_trail.log import record_event
from api.http.principal import Principal, TokenScope
from api.services import Services
from coach.errors import NotAllowedError

MAX_TOKEN_LIFETIME = timedelta(days=90)


def make_token(
    services: Services,
    principal: Principal,
    label: str,
    lifetime: timedelta,
    scopes: Iterable[TokenScope],
) -> IssuedSecret:
    """Issue a bearer token to the requesting user; see `issue_token`."""
    with services.database.writing() as tx:
        return issue_token(
            tx, principal, label, now=services.now(), lifetime=lifetime, scopes=scopes
        )


def issue_token(
    tx: Transaction,
    principal: Principal,
    label: str,
    *,
    now: datetime,
    lifetime: timedelta,
    scopes: Iterable[TokenScope] = (),
) -> IssuedSecret:
    """Issue a bearer token with the given scopes, valid for at most ninety days.

    It counts as recently authenticated for as long as the browser in which it was created. A token
    requested with another token expires no later than the other token, and has none but its scopes.

    Raises:
        NotAllowedError: the token is requested with a token that does not have all `scopes`.
    """
    presented = tx.get(CredentialRow, principal.credential_id) if principal.credential_id else None
    until, wanted = now + min(lifetime, MAX_TOKEN_LIFETIME), {TokenScope.READ, *scopes}
    if presented is not None and presented.kind is CredentialKind.TOKEN:
        until = min(until, presented.expires_at)
    if principal.scopes is not None and not wanted <= principal.scopes:
        raise NotAllowedError(facts.SCOPES_OF_TOKEN())
    issued = issue(tx, CredentialKind.TOKEN, now, until, user_id=principal.user_id, label=label)
    row = tx.get_one(CredentialRow, issued.id)
    row.scopes = " ".join(sorted(wanted))
    row.confirmed_at = principal.confirmed_at
    row.factor = None if presented is None else presented.factor
    tx.flush()
    record_event(tx, "token made", "credential", issued.id)
    return issued
