"""Resetting the second factor of a user who has lost it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.browser_sessions import (
    end_browser_sessions,
    end_tokens_and_feeds,
    issue_sign_in_secret,
)
from api.accounts.change_confirmation import ChangeProof, Confirmation, change_with_proof
from api.accounts.credentials import IssuedSecret
from api.accounts.rows import PasskeyRow, RecoveryCodeRow
from api.accounts.users import UserView, active_user_row, list_users
from api.audit_trail.log import record_event
from api.http import urls
from api.http.principal import Principal
from api.services import Services
from api.values import FrozenModel
from coach.errors import ConflictError


class SignInLink(FrozenModel):
    """A sign-in link to hand to the user."""

    address: str
    expires_at: datetime


def read_users(services: Services) -> tuple[UserView, ...]:
    """Return all users, ordered by name."""
    with services.database.reading() as tx:
        return list_users(tx)


def reset_second_factor(
    services: Services, principal: Principal, user_id: str, proof: ChangeProof
) -> SignInLink:
    """Remove another user's second factor, and return a one-time sign-in link for that user.

    The requesting user has to confirm this as if they were changing their own factors. Otherwise,
    anyone who stole their session could take over the other user's account.

    Raises:
        UnusableInputError: the password or code of the requesting user is wrong; the failed attempt
            is counted.
        ConfirmChangeError: the requesting user has to confirm first.
        NotFoundError: there is no such user, or they are disabled.
        ConflictError: the user is the requesting user.
    """
    if user_id == principal.user_id:
        raise ConflictError(facts.OWN_SECOND_FACTOR())
    now, minutes = services.now(), services.settings.sign_in_minutes

    def reset(tx: Transaction, _outcome: Confirmation) -> IssuedSecret:
        remove_second_factor(tx, user_id, now=now)
        return issue_sign_in_secret(tx, user_id, now=now, lifetime=timedelta(minutes=minutes))

    issued = change_with_proof(services, principal, proof, reset)
    address = services.settings.base_url + urls.sign_in(issued.secret)
    return SignInLink(address=address, expires_at=issued.expires_at)


def remove_second_factor(
    tx: Transaction, user_id: str, *, now: datetime, with_password: bool = False
) -> None:
    """Remove a user's app, passkeys and recovery codes, and end their sessions, tokens and feed.

    `with_password` also removes their password, which they would otherwise need to set up a new
    second factor.

    Raises:
        NotFoundError: there is no such user, or they are disabled.
    """
    row = active_user_row(tx, user_id)
    row.totp_sealed, row.failures, row.locked_until = None, 0, None
    if with_password:
        row.password_hash = None
    for table in (PasskeyRow, RecoveryCodeRow):
        tx.execute(delete(table).where(table.user_id == user_id))
    end_browser_sessions(tx, user_id, now)
    end_tokens_and_feeds(tx, user_id, now)
    record_event(tx, "second factor reset", "user", user_id)
