"""Coaches' and coachees' secret links: issuing, lookup and authentication.

The secret of a link is derived from the link's id and the key file, so that every email can include
it. The database stores only its hash.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    SQLColumnExpression,
    bindparam,
    exists,
    or_,
    select,
)
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import (
    CREDENTIAL_BY_SECRET,
    IssuedSecret,
    active_of,
    credential_row,
    is_valid,
    sha256_of,
)
from api.accounts.rows import CredentialKind, CredentialRow
from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import is_sealed
from api.cycles.service import CycleHeader, cycle_header, cycle_row, policy_of
from api.database.types import new_id
from api.http.authentication import PresentedSecret, SecretSource
from api.http.principal import AccessRole, Principal, Verification
from api.http.urls import person as person_url
from api.participants.rows import PersonRow, Side
from api.participants.service import ParticipantDetails, person_of_cycle, person_row
from api.personal_links import facts
from api.personal_links.one_time_codes import can_send_codes
from api.personal_links.rows import PersonPasskeyRow, PinRow
from api.personal_links.verified_devices import end_devices
from api.services import Services
from api.settings import Settings
from coach.errors import ConflictError, NotFoundError

_ROLE_BY_SIDE = {Side.COACHEE: AccessRole.COACHEE, Side.COACH: AccessRole.COACH}
_OF_PERSON = frozenset({CredentialKind.LINK, CredentialKind.FOLLOW_UP})
LINKED_KINDS = (
    *(CredentialKind.LINK, CredentialKind.FEED, CredentialKind.AIDE),
    *(CredentialKind.FOLLOW_UP, CredentialKind.POST),
)
"""The kinds of credentials that become invalid when a person receives a new link."""
_HAS_SECRET = or_(
    exists().where(PinRow.person_id == PersonRow.id),
    exists().where(PersonPasskeyRow.person_id == PersonRow.id),
)
_LINK_WITH_PERSON = CREDENTIAL_BY_SECRET.add_columns(
    PersonRow.side, PersonRow.cycle_id, PersonRow.left_at, PersonRow.email, _HAS_SECRET
).join(PersonRow, PersonRow.id == CredentialRow.person_id)


@dataclass(frozen=True, slots=True)
class NewLink:
    """A newly created secret link: its person, and the URL that contains the secret."""

    cycle: CycleHeader
    person: ParticipantDetails
    address: str
    credential: IssuedSecret


def make_new_link(services: Services, person_id: str) -> NewLink:
    """Create a new secret link for a person; their earlier links stop working.

    Raises:
        NotFoundError: there is no such person, or they have left the cycle.
    """
    settings = services.settings
    with services.database.writing() as tx:
        issued = issue_link(
            tx, services.keyring, person_id, now=services.now(), grace=settings.link_grace
        )
        return NewLink(
            cycle=cycle_header(tx, person_row(tx, person_id).cycle_id),
            person=person_of_cycle(tx, person_id),
            address=settings.base_url + person_url(issued.secret),
            credential=issued,
        )


def authenticate_link(
    tx: Transaction, presented: PresentedSecret, settings: Settings, now: datetime
) -> Principal | None:
    """Return the person whose link secret was presented, in a path or as a bearer token.

    The link alone verifies the person if no code can be sent and the person has neither a PIN nor a
    passkey.

    With a link that opens follow-ups only, the role is `FOLLOW_UP`. Returns `None` if the secret is
    unknown, revoked or expired, if the seal of its row is not valid, or if the person has left the
    cycle.
    """
    if presented.source is SecretSource.COOKIE:
        return None
    found = tx.execute(_LINK_WITH_PERSON, {"sha256": sha256_of(presented.secret)}).one_or_none()
    if found is None:
        return None
    row: CredentialRow
    row, side, cycle_id, left_at, email, has_secret = found
    if row.kind not in _OF_PERSON or not is_valid(row, now) or left_at is not None:
        return None
    if not is_sealed(tx, row):
        return None
    needs_more = can_send_codes(settings, email) or has_secret
    follows_up = row.kind is CredentialKind.FOLLOW_UP
    return Principal(
        AccessRole.FOLLOW_UP if follows_up else _ROLE_BY_SIDE[side],
        person_id=row.person_id,
        cycle_id=cycle_id,
        credential_id=row.id,
        verification=None if needs_more else Verification.LINK,
    )


def issue_link(
    tx: Transaction, keyring: Keyring, person_id: str, *, now: datetime, grace: timedelta
) -> IssuedSecret:
    """Create a new secret link for a person; all their earlier links and devices become invalid.

    The link expires `grace` after the last day of the cycle.

    Raises:
        NotFoundError: there is no such person, or they have left the cycle.
    """
    person = person_row(tx, person_id)
    if person.left_at is not None:
        raise NotFoundError(facts.HAS_LEFT(person=person.code))
    for kind in LINKED_KINDS:
        for row in active_of(tx, kind, now, person_id=person_id):
            row.revoked_at = now
    end_devices(tx, person_id, now=now)
    issued = _add_link(tx, keyring, person_id, now, link_expiry(tx, person.cycle_id, grace))
    record_event(tx, "link made", "person", person_id, credential=issued.id)
    return issued


def ensure_links(
    tx: Transaction, keyring: Keyring, people: Iterable[str], *, now: datetime, grace: timedelta
) -> None:
    """Create a link for each of the `people` who has no working link and has not left the cycle."""
    ids = set(people)
    missing = ids - linked_people(tx, ids, now=now)
    rows = tx.scalars(
        select(PersonRow).where(PersonRow.id.in_(sorted(missing)), PersonRow.left_at.is_(None))
    ).all()
    ends = {
        cycle_id: link_expiry(tx, cycle_id, grace) for cycle_id in {row.cycle_id for row in rows}
    }
    for row in rows:
        _add_link(tx, keyring, row.id, now, ends[row.cycle_id])
    tx.flush()


def link_of(tx: Transaction, keyring: Keyring, person_id: str, *, now: datetime) -> IssuedSecret:
    """Return a person's working link.

    Raises:
        ConflictError: the person has no working link.
    """
    row = _links_of(tx, [person_id], now).get(person_id)
    if row is None:
        raise ConflictError(facts.NO_LINK())
    return IssuedSecret(id=row.id, secret=keyring.link_secret(row.id), expires_at=row.expires_at)


def link_secrets(
    tx: Transaction, keyring: Keyring, people: Iterable[str], *, now: datetime
) -> dict[str, str]:
    """Return the secrets of the working links of `people`, keyed by person id."""
    rows = _links_of(tx, people, now)
    return {person: keyring.link_secret(row.id) for person, row in rows.items()}


def linked_people(tx: Transaction, people: Iterable[str], *, now: datetime) -> frozenset[str]:
    """Return the ids of the people who have a working link."""
    return frozenset(_links_of(tx, people, now))


def has_link(person_id: SQLColumnExpression[str], *, now: datetime) -> ColumnElement[bool]:
    """Return an SQL condition that is true if the person with `person_id` has a working link.

    The condition does not check seals, so use it only for counting.
    """
    links = select(CredentialRow.id).where(CredentialRow.person_id == person_id, *_working(now))
    return links.exists()


def _add_link(
    tx: Transaction, keyring: Keyring, person_id: str, now: datetime, until: datetime
) -> IssuedSecret:
    identifier = new_id()
    secret = keyring.link_secret(identifier)
    tx.add(
        credential_row(CredentialKind.LINK, secret, now, until, person_id=person_id, id=identifier)
    )
    return IssuedSecret(id=identifier, secret=secret, expires_at=until)


def link_expiry(tx: Transaction, cycle_id: str, grace: timedelta) -> datetime:
    """Return the time `grace` after the end of a cycle's last day, in the cycle's time zone."""
    dates = policy_of(cycle_row(tx, cycle_id)).cycle
    return datetime.combine(dates.end, time.max, ZoneInfo(dates.timezone)) + grace


def _links_of(tx: Transaction, people: Iterable[str], now: datetime) -> dict[str, CredentialRow]:
    """Return each person's newest working link, keyed by person id.

    Rows without a valid seal are omitted. The secret is derived from the id of the row, so a row
    that an attacker has assigned to somebody else would reveal the secret to that person.
    """
    rows = tx.scalars(_WORKING_LINKS, {"people": list(people), "now": now}).all()
    return {str(row.person_id): row for row in rows if is_sealed(tx, row)}


def _working(now: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    return (
        CredentialRow.kind == CredentialKind.LINK,
        CredentialRow.revoked_at.is_(None),
        CredentialRow.expires_at > now,
    )


# Built once, like `CREDENTIAL_BY_SECRET`: every request for a calendar feed runs it.
_WORKING_LINKS = (
    select(CredentialRow)
    .where(
        CredentialRow.person_id.in_(bindparam("people", expanding=True)),
        *_working(bindparam("now")),
    )
    .order_by(CredentialRow.created_at, CredentialRow.id)
)
