"""Secrets that open something: one-time sign-in addresses, cookies, bearer tokens, links.

Only the SHA-256 of a secret is stored. A secret is shown once, when it is made; a link's can be
followed again from the key file, for the mails that carry it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialKind, CredentialRow, UserRow
from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.cycles.rows import PersonRow, Side
from api.cycles.service import cycle_row, policy_of
from api.database.types import new_id
from api.http.principal import ANONYMOUS, AccessRole, Principal
from api.participants.service import person_row
from api.values import FrozenModel
from coach.errors import ConflictError, NotFoundError, NotSignedInError

_SECRET_BYTES = 32
_TOUCH_INTERVAL = timedelta(minutes=5)
_CLOCK_SKEW = timedelta(minutes=5)  # by which the clocks of several machines may differ
_SHORT_LIVED = {
    CredentialKind.BROWSER_SESSION,
    CredentialKind.SIGN_IN,
    CredentialKind.PENDING_SECOND_FACTOR,
}
_ROLE_OF_SIDE = {Side.COACHEE: AccessRole.COACHEE, Side.COACH: AccessRole.COACH}
# Built once: every request asks these, and to build a statement costs as much as to run it.
_CREDENTIAL = select(CredentialRow).where(CredentialRow.secret_sha256 == bindparam("sha256"))
_HOLDER = (
    _CREDENTIAL.add_columns(
        UserRow.role, UserRow.disabled_at, PersonRow.side, PersonRow.cycle_id, PersonRow.left_at
    )
    .outerjoin(UserRow, UserRow.id == CredentialRow.user_id)
    .outerjoin(PersonRow, PersonRow.id == CredentialRow.person_id)
)


class IssuedSecret(FrozenModel):
    """A secret that was just made, and until when it opens something."""

    id: str
    secret: str
    expires_at: datetime


class CredentialView(FrozenModel):
    """A credential without its secret."""

    id: str
    kind: CredentialKind
    label: str
    person_id: str | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def ensure_manager(tx: Transaction, name: str, *, now: datetime) -> str:
    """The identifier of the manager called `name`, made where there is none."""
    return ensure_user(tx, name, AccessRole.MANAGER, now=now)


def ensure_user(tx: Transaction, name: str, role: AccessRole, *, now: datetime) -> str:
    """The identifier of the user called `name`, made with `role` where there is none."""
    row = tx.scalar(select(UserRow).where(UserRow.name == name))
    if row is None:
        row = UserRow(name=name, role=role.value, created_at=now)
        tx.add(row)
        tx.flush()
        record_event(tx, "user added", "user", row.id, role=row.role)
    return row.id


def issue_sign_in_secret(
    tx: Transaction, user_id: str, *, now: datetime, lifetime: timedelta
) -> IssuedSecret:
    """A secret that signs a user in once."""
    issued = _issue(tx, CredentialKind.SIGN_IN, now, now + lifetime, user_id=user_id)
    record_event(tx, "sign-in address made", "user", user_id)
    return issued


def sign_in(tx: Transaction, secret: str, *, now: datetime, lifetime: timedelta) -> IssuedSecret:
    """Use up a one-time secret, and give a cookie's for it.

    Raises:
        NotSignedInError: the secret is unknown, used, or too old.
    """
    row = _find_valid(tx, secret, CredentialKind.SIGN_IN, now)
    if row is None or row.user_id is None:
        raise NotSignedInError(
            "this sign-in address was used already or is too old; "
            "sign in by password, or run `gender-coach user sign-in` for another"
        )
    row.revoked_at = row.last_used_at = now
    user = tx.get_one(UserRow, row.user_id)
    signed_in = Principal(AccessRole(user.role), user_id=user.id)
    record_event(tx, "user signed in", "user", row.user_id, by=signed_in)
    return issue_session_cookie(tx, row.user_id, now=now, lifetime=lifetime)


def issue_session_cookie(
    tx: Transaction, user_id: str, *, now: datetime, lifetime: timedelta
) -> IssuedSecret:
    """The secret of a browser's cookie, for a user who has just shown who they are."""
    issued = _issue(tx, CredentialKind.BROWSER_SESSION, now, now + lifetime, user_id=user_id)
    tx.get_one(CredentialRow, issued.id).confirmed_at = now
    return issued


def issue_pending_second_factor(
    tx: Transaction, user_id: str, *, now: datetime, lifetime: timedelta
) -> IssuedSecret:
    """The secret of a browser whose user has shown one factor of two; it opens nothing."""
    return _issue(tx, CredentialKind.PENDING_SECOND_FACTOR, now, now + lifetime, user_id=user_id)


def find_pending_second_factor(
    tx: Transaction, secret: str, *, now: datetime
) -> CredentialRow | None:
    """What a browser holds whose user has shown one factor of two, while that counts."""
    return _find_valid(tx, secret, CredentialKind.PENDING_SECOND_FACTOR, now)


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
    issued = _issue(tx, CredentialKind.TOKEN, now, until, user_id=principal.user_id, label=label)
    record_event(tx, "token made", "credential", issued.id)
    return issued


def issue_notebook_key(
    tx: Transaction, principal: Principal, notebook: int, *, now: datetime
) -> IssuedSecret:
    """A device's key to a coach's notebook; it lasts as long as the link that was shown."""
    link = tx.get_one(CredentialRow, principal.credential_id)
    secret, identifier = secrets.token_urlsafe(_SECRET_BYTES), new_id()
    until = link.expires_at
    owner = {"person_id": principal.person_id, "id": identifier, "label": str(notebook)}
    tx.add(_row(CredentialKind.NOTES, secret, now, until, **owner))
    tx.flush()
    return IssuedSecret(id=identifier, secret=secret, expires_at=until)


def issue_link(
    tx: Transaction, keyring: Keyring, person_id: str, *, now: datetime, grace: timedelta
) -> IssuedSecret:
    """A person's secret link; those handed out before stop working.

    It expires `grace` after the last day of the cycle.

    Raises:
        NotFoundError: there is no such person, or they have left the cycle.
    """
    person = person_row(tx, person_id)
    if person.left_at is not None:
        raise NotFoundError(f"{person.code} has left the cycle; there is nothing to link to")
    for row in _active_links(tx, person_id, now):
        row.revoked_at = now
    issued = _add_link(tx, keyring, person_id, now, _link_expiry(tx, person.cycle_id, grace))
    record_event(tx, "link made", "person", person_id)
    return issued


def ensure_links(
    tx: Transaction, keyring: Keyring, people: Iterable[str], *, now: datetime, grace: timedelta
) -> None:
    """Give everybody of `people` a secret link who has none that works."""
    linked = select(CredentialRow.person_id).where(
        CredentialRow.kind == CredentialKind.LINK,
        CredentialRow.revoked_at.is_(None),
        CredentialRow.expires_at > now,
        CredentialRow.person_id.is_not(None),
    )
    rows = tx.scalars(
        select(PersonRow).where(
            PersonRow.id.in_(list(people)), PersonRow.left_at.is_(None), PersonRow.id.not_in(linked)
        )
    ).all()
    ends = {
        cycle_id: _link_expiry(tx, cycle_id, grace) for cycle_id in {row.cycle_id for row in rows}
    }
    for row in rows:
        _add_link(tx, keyring, row.id, now, ends[row.cycle_id])
    tx.flush()


def link_of(tx: Transaction, keyring: Keyring, person_id: str, *, now: datetime) -> IssuedSecret:
    """The link a person holds already.

    Raises:
        ConflictError: they hold none that works.
    """
    rows = _active_links(tx, person_id, now)
    if not rows:
        raise ConflictError("this person has no working link; make one first")
    row = rows[0]
    return IssuedSecret(id=row.id, secret=keyring.link_secret(row.id), expires_at=row.expires_at)


def link_secrets(
    tx: Transaction, keyring: Keyring, people: Iterable[str], *, now: datetime
) -> dict[str, str]:
    """The secrets of the links that work, by person."""
    rows = _links_of(tx, people, now)
    return {person: keyring.link_secret(link) for person, link in rows.items()}


def linked_people(tx: Transaction, people: Iterable[str], *, now: datetime) -> frozenset[str]:
    """Those of `people` who have a link that works."""
    return frozenset(_links_of(tx, people, now))


def credentials_of(tx: Transaction, principal: Principal) -> tuple[CredentialView, ...]:
    """A user's cookies and tokens, the youngest first."""
    rows = tx.scalars(
        select(CredentialRow)
        .where(CredentialRow.user_id == principal.user_id, CredentialRow.user_id.is_not(None))
        .order_by(CredentialRow.created_at.desc(), CredentialRow.id)
    )
    return tuple(_view(row) for row in rows)


def active_credentials_of(
    tx: Transaction, principal: Principal, *, now: datetime
) -> tuple[CredentialView, ...]:
    """A user's browsers and tokens that still open something, the youngest first."""
    kinds = {CredentialKind.BROWSER_SESSION, CredentialKind.TOKEN}
    return tuple(
        each
        for each in credentials_of(tx, principal)
        if each.kind in kinds and each.revoked_at is None and each.expires_at > now
    )


def end_other_browser_sessions(tx: Transaction, principal: Principal, *, now: datetime) -> None:
    """Sign the viewer out of every browser but the one that asks."""
    end_browser_sessions(tx, principal.user_id or "", now, except_id=principal.credential_id)
    record_event(tx, "other browsers signed out", "user", principal.user_id or "")


def revoke(tx: Transaction, principal: Principal, credential_id: str, *, now: datetime) -> None:
    """Make a secret stop working: one of the viewer's own, or, for managers, any person's link.

    Raises:
        NotFoundError: there is none, or it is another user's.
    """
    row = tx.get(CredentialRow, credential_id)
    theirs = row is not None and (
        row.user_id == principal.user_id if row.user_id is not None else principal.is_manager
    )
    if row is None or not theirs:
        raise NotFoundError(f"there is no credential {credential_id}")
    row.revoked_at = row.revoked_at or now
    record_event(tx, "credential revoked", "credential", credential_id)


def end_browser_sessions(
    tx: Transaction, user_id: str, now: datetime, *, except_id: str | None = None
) -> None:
    """Sign a user out of every browser `except_id` one, and end addresses not yet used."""
    kinds = (
        CredentialKind.BROWSER_SESSION,
        CredentialKind.SIGN_IN,
        CredentialKind.PENDING_SECOND_FACTOR,
    )
    revoke_credentials(tx, user_id, kinds, now, except_id=except_id)


def revoke_credentials(
    tx: Transaction,
    user_id: str,
    kinds: Iterable[CredentialKind],
    now: datetime,
    *,
    except_id: str | None = None,
) -> None:
    """Make every secret of a user that is of these `kinds` stop working, `except_id` one."""
    tx.execute(
        update(CredentialRow)
        .where(
            CredentialRow.user_id == user_id,
            CredentialRow.kind.in_(list(kinds)),
            CredentialRow.id != (except_id or ""),
            CredentialRow.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def identify(
    tx: Transaction,
    secret: str,
    kinds: frozenset[CredentialKind],
    *,
    now: datetime,
    idle: timedelta,
) -> Principal:
    """Who holds `secret`; nobody where it is unknown, revoked, expired or idle for too long."""
    found = tx.execute(_HOLDER, {"sha256": sha256_of(secret)}).one_or_none()
    if found is None:
        return ANONYMOUS
    row: CredentialRow
    row, role, disabled_at, side, cycle_id, left_at = found
    if not _is_valid(row, now) or row.kind not in kinds:
        return ANONYMOUS
    if (
        row.kind is CredentialKind.BROWSER_SESSION
        and not -_CLOCK_SKEW <= now - _last_use(row) <= idle
    ):
        return ANONYMOUS
    if disabled_at is not None or left_at is not None:
        return ANONYMOUS
    if row.user_id is not None:
        return Principal(
            AccessRole(role),
            user_id=row.user_id,
            credential_id=row.id,
            by_cookie=row.kind is CredentialKind.BROWSER_SESSION,
            confirmed_at=row.confirmed_at,
        )
    return Principal(
        _ROLE_OF_SIDE[side], person_id=row.person_id, cycle_id=cycle_id, credential_id=row.id
    )


def needs_touch(tx: Transaction, credential_id: str, *, now: datetime) -> bool:
    """Whether the last use of a credential was long enough ago to be written down anew."""
    row = tx.get_one(CredentialRow, credential_id)
    return row.last_used_at is None or now - row.last_used_at > _TOUCH_INTERVAL


def touch(tx: Transaction, credential_id: str, *, now: datetime) -> None:
    """Write down that a credential was used."""
    tx.get_one(CredentialRow, credential_id).last_used_at = now


def sha256_of(secret: str) -> str:
    """What is stored of a secret. Secrets are random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _issue(
    tx: Transaction,
    kind: CredentialKind,
    now: datetime,
    until: datetime,
    *,
    user_id: str | None,
    label: str = "",
) -> IssuedSecret:
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    row = _row(kind, secret, now, until, user_id=user_id, label=label, id=new_id())
    tx.add(row)
    tx.flush()
    return IssuedSecret(id=row.id, secret=secret, expires_at=until)


def _add_link(
    tx: Transaction, keyring: Keyring, person_id: str, now: datetime, until: datetime
) -> IssuedSecret:
    identifier = new_id()
    secret = keyring.link_secret(identifier)
    tx.add(_row(CredentialKind.LINK, secret, now, until, person_id=person_id, id=identifier))
    return IssuedSecret(id=identifier, secret=secret, expires_at=until)


def _link_expiry(tx: Transaction, cycle_id: str, grace: timedelta) -> datetime:
    dates = policy_of(cycle_row(tx, cycle_id)).cycle
    return datetime.combine(dates.end, time.max, ZoneInfo(dates.timezone)) + grace


def _row(
    kind: CredentialKind, secret: str, now: datetime, until: datetime, **owner: str | None
) -> CredentialRow:
    return CredentialRow(
        kind=kind, secret_sha256=sha256_of(secret), created_at=now, expires_at=until, **owner
    )


def _find_valid(
    tx: Transaction, secret: str, kind: CredentialKind, now: datetime
) -> CredentialRow | None:
    row = tx.scalar(_CREDENTIAL, {"sha256": sha256_of(secret)})
    if row is None or not _is_valid(row, now) or row.kind is not kind:
        return None
    return row


def _last_use(row: CredentialRow) -> datetime:
    return row.last_used_at or row.created_at


def _is_valid(row: CredentialRow, now: datetime) -> bool:
    """Whether it still opens something.

    What a user holds for hours at most ends where the clock is set back to before it was made:
    that clock could no longer tell when it ends. Links and tokens last through such a mistake.
    """
    if row.kind in _SHORT_LIVED and row.created_at - now > _CLOCK_SKEW:
        return False
    return row.revoked_at is None and row.expires_at > now


def _active_links(tx: Transaction, person_id: str, now: datetime) -> list[CredentialRow]:
    return list(
        tx.scalars(
            select(CredentialRow)
            .where(
                CredentialRow.person_id == person_id,
                CredentialRow.kind == CredentialKind.LINK,
                CredentialRow.revoked_at.is_(None),
                CredentialRow.expires_at > now,
            )
            .order_by(CredentialRow.created_at.desc())
        )
    )


def _links_of(tx: Transaction, people: Iterable[str], now: datetime) -> dict[str, str]:
    """The youngest working link of each of `people` who has one."""
    rows = tx.execute(
        select(CredentialRow.person_id, CredentialRow.id)
        .where(
            CredentialRow.person_id.in_(list(people)),
            CredentialRow.kind == CredentialKind.LINK,
            CredentialRow.revoked_at.is_(None),
            CredentialRow.expires_at > now,
        )
        .order_by(CredentialRow.created_at)
    )
    return {str(person): link for person, link in rows}


def _view(row: CredentialRow) -> CredentialView:
    return CredentialView(
        id=row.id,
        kind=row.kind,
        label=row.label,
        person_id=row.person_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
