"""What people are told before the first session, and their yes to it; publicity apart from that.

Nobody is kept from answering an invitation or from telling of a session because they have not
agreed yet: what took place has to be recordable. The office sees who has not, and asks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.consent.rows import ConsentKind, ConsentRow
from api.consent.texts import TERMS_BY_SIDE, ConsentText
from api.cycles.service import cycle_row
from api.http.principal import Principal
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow
from api.participants.service import person_row
from api.values import FrozenModel
from coach.errors import ConflictError

Texts = Mapping[ConsentKind, ConsentText]


class ConsentStatus(FrozenModel):
    """What a person is told and asked, and what they have said to it."""

    terms: ConsentText
    accepted_at: datetime | None
    publicity: ConsentText
    publicity_given_at: datetime | None


class GivenConsent(FrozenModel):
    """One yes of a person, as it is held; `revoked_at` is set once they took it back."""

    asked: ConsentKind
    version: str
    sha256: str
    given_at: datetime
    revoked_at: datetime | None


class PersonConsent(FrozenModel):
    """Where one person of a cycle stands, for the programme office.

    `accepted_at` is `None` for who has not agreed to the text as it is now; `accepted_version` is
    the last one they agreed to. Only who has `publicity` may be named in public.
    """

    person: PersonSummary
    accepted_at: datetime | None
    accepted_version: str | None
    publicity: bool


class Acceptance(FrozenModel):
    """A yes to the text that was shown, named by its `sha256`."""

    sha256: str


class PublicityAnswer(FrozenModel):
    """A yes or no to being named in public, to the text that was shown."""

    given: bool
    sha256: str


def consent_status(tx: Transaction, texts: Texts, person_id: str) -> ConsentStatus:
    """What a person is told and asked.

    Raises:
        NotFoundError: there is no such person.
    """
    asked = TERMS_BY_SIDE[person_row(tx, person_id).side]
    given = _current_consents(tx, [person_id]).get(person_id, {})
    return ConsentStatus(
        terms=texts[asked],
        accepted_at=_given_at(given.get(asked), texts[asked]),
        publicity=texts[ConsentKind.PUBLICITY],
        publicity_given_at=_given_at(
            given.get(ConsentKind.PUBLICITY), texts[ConsentKind.PUBLICITY]
        ),
    )


def accept_terms(
    tx: Transaction, texts: Texts, principal: Principal, acceptance: Acceptance, *, now: datetime
) -> ConsentStatus:
    """Keep a person's yes to what they are told; a second one to the same text changes nothing.

    Raises:
        ConflictError: the text is another by now.
    """
    person_id = principal.person_id or ""
    before = consent_status(tx, texts, person_id)
    _require_current(before.terms, acceptance.sha256)
    if before.accepted_at is None:
        asked = TERMS_BY_SIDE[person_row(tx, person_id).side]
        _store_consent(tx, person_id, asked, before.terms, now)
        record_event(tx, "terms accepted", "person", person_id, version=before.terms.version)
    return consent_status(tx, texts, person_id)


def answer_publicity(
    tx: Transaction, texts: Texts, principal: Principal, answer: PublicityAnswer, *, now: datetime
) -> ConsentStatus:
    """Keep a person's yes to being named in public, or take every one of theirs back.

    Raises:
        ConflictError: the text they said yes to is another by now.
    """
    person_id = principal.person_id or ""
    before = consent_status(tx, texts, person_id)
    if answer.given and before.publicity_given_at is None:
        _require_current(before.publicity, answer.sha256)
        _revoke_publicity(tx, person_id, now)
        _store_consent(tx, person_id, ConsentKind.PUBLICITY, before.publicity, now)
        version = before.publicity.version
        record_event(tx, "publicity agreed to", "person", person_id, version=version)
    elif not answer.given and _revoke_publicity(tx, person_id, now):
        record_event(tx, "publicity taken back", "person", person_id)
    return consent_status(tx, texts, person_id)


def consents_of_cycle(tx: Transaction, texts: Texts, cycle_id: str) -> tuple[PersonConsent, ...]:
    """Where everybody who is in a cycle stands, in the order of the lists.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    rows = tx.scalars(
        select(PersonRow)
        .where(PersonRow.cycle_id == cycle_id, PersonRow.left_at.is_(None))
        .order_by(PersonRow.side.desc(), PersonRow.position, PersonRow.code)
    ).all()
    current_consents = _current_consents(tx, [row.id for row in rows])
    return tuple(_person_consent(row, current_consents.get(row.id, {}), texts) for row in rows)


def consents_given_by(tx: Transaction, person_id: str) -> tuple[GivenConsent, ...]:
    """Every yes of a person that is held, the oldest first."""
    rows = tx.scalars(
        select(ConsentRow).where(ConsentRow.person_id == person_id).order_by(ConsentRow.given_at)
    )
    return tuple(
        GivenConsent(
            asked=row.asked,
            version=row.version,
            sha256=row.sha256,
            given_at=row.given_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    )


def _current_consents(
    tx: Transaction, people: list[str]
) -> dict[str, dict[ConsentKind, ConsentRow]]:
    """The youngest yes that stands of each of `people` to each thing asked."""
    rows = tx.scalars(
        select(ConsentRow)
        .where(ConsentRow.person_id.in_(people), ConsentRow.revoked_at.is_(None))
        .order_by(ConsentRow.given_at)
    )
    current_consents: dict[str, dict[ConsentKind, ConsentRow]] = {}
    for row in rows:
        current_consents.setdefault(row.person_id, {})[row.asked] = row
    return current_consents


def _person_consent(
    row: PersonRow, given: Mapping[ConsentKind, ConsentRow], texts: Texts
) -> PersonConsent:
    asked = TERMS_BY_SIDE[row.side]
    terms, publicity = given.get(asked), given.get(ConsentKind.PUBLICITY)
    return PersonConsent(
        person=person_summary(row),
        accepted_at=_given_at(terms, texts[asked]),
        accepted_version=None if terms is None else terms.version,
        publicity=_given_at(publicity, texts[ConsentKind.PUBLICITY]) is not None,
    )


def _given_at(row: ConsentRow | None, text: ConsentText) -> datetime | None:
    """When the yes in `row` was given, where it is to `text` as it is now."""
    same = row is not None and (row.version, row.sha256) == (text.version, text.sha256)
    return row.given_at if row is not None and same else None


def _store_consent(
    tx: Transaction, person_id: str, asked: ConsentKind, text: ConsentText, now: datetime
) -> None:
    tx.add(
        ConsentRow(
            person_id=person_id,
            asked=asked,
            version=text.version,
            sha256=text.sha256,
            given_at=now,
        )
    )
    tx.flush()


def _revoke_publicity(tx: Transaction, person_id: str, now: datetime) -> bool:
    """Take back every yes to being named in public; tells whether there was one."""
    rows = tx.scalars(
        select(ConsentRow).where(
            ConsentRow.person_id == person_id,
            ConsentRow.asked == ConsentKind.PUBLICITY,
            ConsentRow.revoked_at.is_(None),
        )
    ).all()
    for row in rows:
        row.revoked_at = now
    return bool(rows)


def _require_current(text: ConsentText, sha256: str) -> None:
    if text.sha256 != sha256:
        raise ConflictError("the text has changed meanwhile; please read it again")
