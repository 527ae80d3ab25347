"""Use cases for administrators: adding other users, and changing or ending their access.

The requesting user has to confirm each of these as if they were changing their own factors.
Otherwise, anyone who stole their session could obtain lasting access.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.access import Access, OfficeRole, access_of, store_access
from api.accounts.browser_sessions import issue_sign_in_secret
from api.accounts.change_confirmation import ChangeProof, Confirmation, change_with_proof
from api.accounts.credentials import CredentialView, IssuedSecret, active_credentials_of_user
from api.accounts.factor_reset import SignInLink
from api.accounts.rows import UserRow
from api.accounts.users import (
    UserView,
    active_user_row,
    add_user,
    disable_user,
    sign_out_everywhere,
    user_by_id,
)
from api.audit_trail.log import record_event
from api.http import urls
from api.http.facts import ADMINISTRATORS_ONLY
from api.http.principal import AccessRole, Principal
from api.services import Services
from api.values import FrozenModel
from coach.errors import ChangedSinceError, ConflictError, Difference, NotAllowedError


class UserDetails(FrozenModel):
    """A user, the browsers in which they are signed in, and their tokens."""

    user: UserView
    credentials: tuple[CredentialView, ...]


class AddedUser(FrozenModel):
    """A new user, and their one-time sign-in link."""

    user: UserView
    sign_in: SignInLink


def read_user(services: Services, user_id: str) -> UserDetails:
    """Return a user, with their valid browser sessions and tokens.

    Raises:
        NotFoundError: there is no such user.
    """
    with services.database.reading() as tx:
        return UserDetails(
            user=user_by_id(tx, user_id),
            credentials=active_credentials_of_user(tx, user_id, now=services.now()),
        )


def create_user(
    services: Services, principal: Principal, name: str, access: Access, proof: ChangeProof
) -> AddedUser:
    """Add a user, and return them with a one-time sign-in link.

    Raises:
        UnusableInputError: the name is invalid, or the password or code of the requesting user is
            wrong; the failed attempt is counted.
        ConfirmChangeError: the requesting user has to confirm first.
        ConflictError: the name is taken.
        NotAllowedError: the requesting user is no longer an administrator.
    """
    now, minutes = services.now(), services.settings.sign_in_minutes

    def create(tx: Transaction, _outcome: Confirmation) -> tuple[UserView, IssuedSecret]:
        _require_administrator(tx, principal)
        user_id = add_user(tx, name, AccessRole.AUDITOR, now=now, access=access)
        issued = issue_sign_in_secret(tx, user_id, now=now, lifetime=timedelta(minutes=minutes))
        return user_by_id(tx, user_id), issued

    user, issued = change_with_proof(services, principal, proof, create)
    address = services.settings.base_url + urls.sign_in(issued.secret)
    return AddedUser(user=user, sign_in=SignInLink(address=address, expires_at=issued.expires_at))


def change_access(
    services: Services,
    principal: Principal,
    user_id: str,
    access: Access,
    proof: ChangeProof,
    *,
    seen: int | None = None,
) -> UserView:
    """Change another user's access, with effect from their next request.

    `seen` is the version of the access on which the change is based; `None` disables the check.

    Raises:
        UnusableInputError, ConfirmChangeError, NotAllowedError: see `create_user`.
        NotFoundError: there is no such user, or they are disabled.
        ConflictError: the user is the requesting user.
        ChangedSinceError: somebody else has changed the access since then; nothing was changed.
    """
    _refuse_own(principal, user_id)

    def change(tx: Transaction, _outcome: Confirmation) -> UserView:
        _require_administrator(tx, principal)
        row = active_user_row(tx, user_id)
        before = access_of(row)
        if seen is not None and seen != before.version:
            raise ChangedSinceError(
                facts.ACCESS_CHANGED_SINCE(), access_differences(before, access)
            )
        if before != access:
            store_access(row, access)
            tx.flush()
            record_access(tx, row)
        return user_by_id(tx, user_id)

    return change_with_proof(services, principal, proof, change)


def disable(services: Services, principal: Principal, user_id: str, proof: ChangeProof) -> None:
    """Disable another user, and revoke all their credentials.

    Raises:
        UnusableInputError, ConfirmChangeError, NotAllowedError: see `create_user`.
        NotFoundError: there is no such user, or they are disabled.
        ConflictError: the user is the requesting user.
    """
    _refuse_own(principal, user_id)

    def change(tx: Transaction, _outcome: Confirmation) -> None:
        _require_administrator(tx, principal)
        disable_user(tx, active_user_row(tx, user_id).name, now=services.now())

    change_with_proof(services, principal, proof, change)


def sign_out(services: Services, principal: Principal, user_id: str, proof: ChangeProof) -> None:
    """Sign another user out of every browser, and end their tokens and calendar feed.

    Raises:
        UnusableInputError, ConfirmChangeError, NotAllowedError: see `create_user`.
        NotFoundError: there is no such user, or they are disabled.
        ConflictError: the user is the requesting user.
    """
    _refuse_own(principal, user_id)

    def change(tx: Transaction, _outcome: Confirmation) -> None:
        _require_administrator(tx, principal)
        sign_out_everywhere(tx, active_user_row(tx, user_id).id, now=services.now())

    change_with_proof(services, principal, proof, change)


def record_access(tx: Transaction, row: UserRow) -> None:
    """Record a user's new role, and the numbers of cycles and countries in their limits."""
    access = access_of(row)
    limits: dict[str, Any] = {
        name: len(values)
        for name, values in (("cycles", access.cycles), ("countries", access.countries))
        if values is not None
    }
    record_event(tx, "user access changed", "user", row.id, role=access.role.value, **limits)


def access_differences(stored: Access, submitted: Access) -> list[Difference]:
    """Return the differences between the stored access and the submitted access."""
    one, other = _as_texts(stored), _as_texts(submitted)
    return [Difference(name, one[name], other[name]) for name in one if one[name] != other[name]]


def _as_texts(access: Access) -> dict[str, str]:
    return {
        "role": access.role.value,
        "cycles": "" if access.cycles is None else " ".join(sorted(access.cycles)) or "-",
        "countries": "" if access.countries is None else " ".join(sorted(access.countries)) or "-",
    }


def _refuse_own(principal: Principal, user_id: str) -> None:
    """Refuse changes to one's own access, so that at least one administrator remains.

    Raises:
        ConflictError: the user is the requesting user.
    """
    if user_id == principal.user_id:
        raise ConflictError(facts.OWN_ACCESS())


def _require_administrator(tx: Transaction, principal: Principal) -> None:
    """Check again, in the transaction, that the requesting user is an administrator.

    Otherwise, two administrators who demote each other at the same time would both succeed.
    """
    row = tx.get_one(UserRow, principal.user_id)
    if row.disabled_at is not None or access_of(row).role is not OfficeRole.ADMINISTRATOR:
        raise NotAllowedError(ADMINISTRATORS_ONLY())
