"""Passkeys of coaches and coachees, which verify a device without a code or PIN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import IssuedSecret
from api.accounts.passkey_verification import (
    PasskeyOwner,
    RelyingParty,
    authentication_options,
    presented_credential_id,
    registration_options,
    verify_registration,
)
from api.accounts.passkeys import PasskeyChallenge, PasskeyName, PasskeyView, accept_assertion
from api.accounts.rows import SignInFlowKind
from api.accounts.sign_in_flow import SignInFlow, consume_flow, start_flow
from api.audit_trail.log import record_event
from api.crypto.row_seal import sealed_or_none
from api.http.principal import Principal, Verification
from api.participants.service import person_row
from api.personal_links import facts
from api.personal_links.access_notices import AccessChange, notify_person
from api.personal_links.recent_verification import require_recent_verification
from api.personal_links.rows import PersonPasskeyRow
from api.personal_links.verified_devices import end_devices, issue_device
from api.services import Services
from coach.errors import ConflictError, NotAllowedError, NotFoundError

_MAX_PASSKEYS = 10


def start_registration(
    services: Services, principal: Principal, relying_party: RelyingParty
) -> PasskeyChallenge:
    """Start adding a passkey for the requesting person.

    Raises:
        VerifyFirstError: the person has a PIN or passkey, and the device was not verified with it
            within the last ten minutes.
        ConflictError: the person already has ten passkeys.
    """
    now = services.now()
    with services.database.writing() as tx:
        require_recent_verification(tx, principal, now=now)
        person = person_row(tx, principal.person_id or "")
        known = [row.credential_id for row in _rows_of(tx, person.id)]
        if len(known) >= _MAX_PASSKEYS:
            raise ConflictError(facts.TOO_MANY_PASSKEYS(limit=_MAX_PASSKEYS))
        kind = SignInFlowKind.PERSON_PASSKEY_ADD
        flow = start_flow(tx, kind, None, "", now=now)
        owner = PasskeyOwner(person.id, person.name)
        return PasskeyChallenge(flow, registration_options(flow, relying_party, owner, known))


def finish_registration(
    services: Services,
    principal: Principal,
    relying_party: RelyingParty,
    flow_secret: str,
    response: Mapping[str, Any],
    *,
    name: PasskeyName,
) -> None:
    """Store the passkey created by the browser. The person's other devices lose their verification.

    The person is notified by email.

    Raises:
        VerifyFirstError: see `start_registration`.
        NotAllowedError: the flow has expired, or the response is not valid for it.
        ConflictError: the passkey is already registered.
    """
    now = services.now()
    with services.database.writing() as tx:
        require_recent_verification(tx, principal, now=now)
        flow = consume_flow(tx, flow_secret, [SignInFlowKind.PERSON_PASSKEY_ADD], now=now)
        new = None if flow is None else verify_registration(flow, relying_party, response)
        if new is not None:
            if _find(tx, new.credential_id) is not None:
                raise ConflictError(facts.PASSKEY_KNOWN())
            row = PersonPasskeyRow(
                person_id=principal.person_id,
                credential_id=new.credential_id,
                public_key=new.public_key,
                sign_count=new.sign_count,
                name=name.name,
                created_at=now,
            )
            tx.add(row)
            tx.flush()
            end_devices(tx, row.person_id, now=now, except_id=principal.device_id)
            record_event(tx, "passkey added", "passkey", row.id)
            notify_person(tx, services, row.person_id, AccessChange.PASSKEY_ADDED)
            return
    raise NotAllowedError(facts.PASSKEY_REJECTED())


def start_verification(
    services: Services, principal: Principal, relying_party: RelyingParty
) -> PasskeyChallenge:
    """Start verifying the device of the requesting person with one of their passkeys.

    Raises:
        ConflictError: the person has no passkey.
    """
    kind = SignInFlowKind.PERSON_PASSKEY_USE
    with services.database.writing() as tx:
        allowed = [row.credential_id for row in _rows_of(tx, principal.person_id or "")]
        if not allowed:
            raise ConflictError(facts.NO_PASSKEY())
        flow = start_flow(tx, kind, None, "", now=services.now())
    return PasskeyChallenge(flow, authentication_options(flow, relying_party, allowed))


def finish_verification(
    services: Services,
    principal: Principal,
    relying_party: RelyingParty,
    flow_secret: str,
    response: Mapping[str, Any],
    *,
    device_name: str,
    remember: bool,
) -> IssuedSecret:
    """Verify the requesting person's device with one of their passkeys; return its secret.

    The person is notified by email.

    Raises:
        NotAllowedError: the passkey is not one of the person's, its signature is invalid, or the
            flow has expired.
    """
    now = services.now()
    with services.database.writing() as tx:
        flow = consume_flow(tx, flow_secret, [SignInFlowKind.PERSON_PASSKEY_USE], now=now)
        if flow is not None and _signed(tx, principal, flow, relying_party, response, now=now):
            method, change = Verification.PASSKEY, AccessChange.DEVICE_VERIFIED
            notify_person(tx, services, principal.person_id or "", change, device_name)
            return issue_device(tx, principal, method, device_name, remember=remember, now=now)
    raise NotAllowedError(facts.PASSKEY_REJECTED())


def remove_passkey(services: Services, principal: Principal, passkey_id: str) -> None:
    """Remove one of the requesting person's passkeys, and notify the person by email.

    Raises:
        NotFoundError: there is no such passkey, or it belongs to somebody else.
        VerifyFirstError: the device was not verified with the person's PIN or passkey within the
            last ten minutes.
    """
    with services.database.writing() as tx:
        row = tx.get(PersonPasskeyRow, passkey_id)
        if row is None or row.person_id != principal.person_id:
            raise NotFoundError(facts.NO_SUCH_PASSKEY())
        require_recent_verification(tx, principal, now=services.now())
        tx.delete(row)
        record_event(tx, "passkey removed", "passkey", passkey_id)
        notify_person(tx, services, row.person_id, AccessChange.PASSKEY_REMOVED)


def person_passkeys_of(tx: Transaction, person_id: str) -> tuple[PasskeyView, ...]:
    """Return a person's passkeys, oldest first."""
    return tuple(
        PasskeyView(
            id=row.id, name=row.name, created_at=row.created_at, last_used_at=row.last_used_at
        )
        for row in _rows_of(tx, person_id)
    )


def people_with_passkey(tx: Transaction, people: Iterable[str]) -> frozenset[str]:
    """Return the ids of the `people` who have a passkey."""
    query = select(PersonPasskeyRow.person_id)
    return frozenset(tx.scalars(query.where(PersonPasskeyRow.person_id.in_(list(people)))))


def delete_passkeys(tx: Transaction, person_id: str) -> int:
    """Delete all passkeys of a person, and return how many there were."""
    rows = _rows_of(tx, person_id)
    for row in rows:
        tx.delete(row)
    return len(rows)


def _signed(
    tx: Transaction,
    principal: Principal,
    flow: SignInFlow,
    relying_party: RelyingParty,
    response: Mapping[str, Any],
    *,
    now: datetime,
) -> bool:
    """Return whether one of the principal's passkeys signed the challenge of `flow`."""
    row = sealed_or_none(tx, _find(tx, presented_credential_id(response) or ""))
    if row is None or row.person_id != principal.person_id:
        return False
    return accept_assertion(tx, row, flow, relying_party, response, now=now)


def _find(tx: Transaction, credential_id: str) -> PersonPasskeyRow | None:
    return tx.scalar(
        select(PersonPasskeyRow).where(PersonPasskeyRow.credential_id == credential_id)
    )


def _rows_of(tx: Transaction, person_id: str) -> list[PersonPasskeyRow]:
    return list(
        tx.scalars(
            select(PersonPasskeyRow)
            .where(PersonPasskeyRow.person_id == person_id)
            .order_by(PersonPasskeyRow.created_at, PersonPasskeyRow.id)
        )
    )
