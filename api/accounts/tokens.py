"""Bearer tokens, which let programs act on behalf of a user."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.change_confirmation import (
    ChangeProof,
    Confirmation,
    OldFactors,
    change_with_proof,
)
from api.accounts.credentials import IssuedSecret, issue
from api.accounts.rows import CredentialKind, CredentialRow
from api.audit_trail.log import record_event
from api.http.principal import Principal, TokenScope
from api.services import Services
from coach.errors import NotAllowedError
from coach.feedback import SingleLineText

MAX_TOKEN_LIFETIME = timedelta(days=90)


class TokenRequest(OldFactors):
    """A request for a bearer token: its purpose, its scopes, and the number of days it is valid.

    In a browser session, the user's current password and code are required as well. Every token can
    read. Exports of personal data also require that the user has authenticated recently; see
    `POST /api/v1/me/confirmation`.
    """

    label: Annotated[
        str, Field(min_length=1, max_length=200, examples=["HR export"]), SingleLineText
    ]
    days: Annotated[int, Field(ge=1, le=90)] = 90
    scopes: frozenset[TokenScope] = frozenset({TokenScope.READ})


def make_token(
    services: Services,
    principal: Principal,
    wanted: TokenRequest,
    proof: ChangeProof,
) -> IssuedSecret:
    """Issue a bearer token to the requesting user; see `issue_token`.

    A token outlasts the browser session in which it is created. Creating one in a browser therefore
    has to be confirmed like a change to how the user signs in.

    Raises:
        UnusableInputError: the password or code is wrong; the failed attempt is counted.
        ConfirmChangeError: the user has to confirm first.
        NotAllowedError: see `issue_token`.
    """

    def issue_confirmed(tx: Transaction, _outcome: Confirmation) -> IssuedSecret:
        lifetime = timedelta(days=wanted.days)
        return issue_token(
            tx,
            principal,
            wanted.label,
            now=services.now(),
            lifetime=lifetime,
            scopes=wanted.scopes,
        )

    if principal.scopes is None:
        return change_with_proof(services, principal, proof, issue_confirmed)
    with services.database.writing() as tx:
        return issue_confirmed(tx, Confirmation.NOT_NEEDED)


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

    The token inherits the time of the last authentication from the browser session or token with
    which it is requested. A token requested with another token expires no later than that token,
    and cannot have additional scopes.

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
