"""Aides' links: creating, listing, ending and authenticating them.

The secret in an aide's link is shown once; its hash is stored. The secret grants access only to the
use cases of aides.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import active_of, find_valid, issue
from api.accounts.rows import CredentialKind, CredentialRow
from api.aides import facts
from api.aides.notices import notify_of_link
from api.audit_trail.log import record_event
from api.crypto.row_seal import is_sealed
from api.http.authentication import PresentedSecret, SecretSource
from api.http.principal import AccessRole, Principal
from api.http.urls import aide as aide_url
from api.participants.rows import PersonRow, Side
from api.participants.service import person_row
from api.personal_links.links import link_expiry, linked_people
from api.services import Services
from api.settings import Settings
from api.values import FrozenModel
from coach.errors import ConflictError, NotFoundError
from coach.feedback import SingleLineText

MAX_AIDES = 5


class AideName(FrozenModel):
    """The name that a coachee gives an aide, such as "Colonel Petrova's office"."""

    label: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), SingleLineText
    ]


class AideLink(FrozenModel):
    """An aide's link without its address. `last_used_at` is when it was last opened, if ever."""

    id: str
    label: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class NewAideLink(FrozenModel):
    """A new aide's link. Its `address` is not shown again."""

    address: str
    aide: AideLink


def read_aides(services: Services, principal: Principal) -> tuple[AideLink, ...]:
    """Return the valid aides' links that a coachee has created, oldest first."""
    with services.database.reading() as tx:
        return tuple(map(_view, _active(tx, principal, services.now())))


def create_aide(services: Services, principal: Principal, name: AideName) -> NewAideLink:
    """Create an aide's link, which ends with the cycle, and notify the coachee by email.

    Raises:
        ConflictError: the coachee already has five links, or the cycle is over.
    """
    now = services.now()
    with services.database.writing() as tx:
        person = person_row(tx, principal.person_id or "")
        until = link_expiry(tx, person.cycle_id, timedelta(0))
        if until <= now:
            raise ConflictError(facts.CYCLE_OVER())
        if len(_active(tx, principal, now)) >= MAX_AIDES:
            raise ConflictError(facts.TOO_MANY(limit=MAX_AIDES))
        issued = issue(tx, CredentialKind.AIDE, now, until, person_id=person.id, label=name.label)
        record_event(tx, "aide link made", "person", person.id, aide=issued.id)
        notify_of_link(tx, services, person, name.label)
        return NewAideLink(
            address=services.settings.base_url + aide_url(issued.secret),
            aide=_view(tx.get_one(CredentialRow, issued.id)),
        )


def end_aide(services: Services, principal: Principal, aide_id: str) -> None:
    """End the link of one of a coachee's aides.

    Raises:
        NotFoundError: there is no such link, or it belongs to somebody else.
    """
    with services.database.writing() as tx:
        row = tx.get(CredentialRow, aide_id)
        owned = row is not None and row.person_id == principal.person_id
        if row is None or row.kind is not CredentialKind.AIDE or not owned:
            raise NotFoundError(facts.NO_SUCH_AIDE())
        row.revoked_at = row.revoked_at or services.now()
        record_event(tx, "aide link ended", "person", principal.person_id or "", aide=aide_id)


def authenticate_aide(
    tx: Transaction, presented: PresentedSecret, _settings: Settings, now: datetime
) -> Principal | None:
    """Return the aide whose secret was presented, in a path or as a bearer token.

    The principal has the id of the coachee for whom the aide answers. Returns `None` if the secret
    is unknown, revoked or expired, if the seal of its row is not valid, or if the coachee has left
    or has no working link.
    """
    if presented.source is SecretSource.COOKIE:
        return None
    row = find_valid(tx, presented.secret, CredentialKind.AIDE, now)
    person = None if row is None else tx.get(PersonRow, row.person_id)
    if row is None or person is None or person.left_at is not None:
        return None
    if person.side is not Side.COACHEE or not linked_people(tx, [person.id], now=now):
        return None
    return Principal(
        AccessRole.AIDE, person_id=person.id, cycle_id=person.cycle_id, credential_id=row.id
    )


def _active(tx: Transaction, principal: Principal, now: datetime) -> list[CredentialRow]:
    rows = active_of(tx, CredentialKind.AIDE, now, person_id=principal.person_id)
    return [row for row in rows if is_sealed(tx, row)]


def _view(row: CredentialRow) -> AideLink:
    return AideLink(
        id=row.id,
        label=row.label,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
