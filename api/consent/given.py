"""Reads consents: those of one person, and those of everybody in a cycle."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select, true
from sqlalchemy.orm import Session as Transaction

from api.consent.rows import ConsentKind, ConsentRow
from api.consent.texts import TERMS_BY_SIDE, ConsentText
from api.cycles.service import cycle_row
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow
from api.values import FrozenModel

Texts = Mapping[ConsentKind, ConsentText]


class GivenConsent(FrozenModel):
    """A person's stored consent; `revoked_at` is when the consent was withdrawn, if ever."""

    asked: ConsentKind
    version: str
    sha256: str
    given_at: datetime
    revoked_at: datetime | None


class PersonConsent(FrozenModel):
    """The consents of one person in a cycle, for the programme office.

    `accepted_at` is `None` if the person has not agreed to the current terms; `accepted_version` is
    the last version they agreed to, if any. Only people with `publicity` may be named in public.
    """

    person: PersonSummary
    accepted_at: datetime | None
    accepted_version: str | None
    publicity: bool


def consents_of_cycle(
    tx: Transaction, texts: Texts, cycle_id: str, *, people: Collection[str] | None = None
) -> tuple[PersonConsent, ...]:
    """Return the consents of all people currently in a cycle, in the order of the lists.

    If `people` is given, only the consents of the people with these ids are returned.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    rows = tx.scalars(
        select(PersonRow)
        .where(
            PersonRow.cycle_id == cycle_id,
            PersonRow.left_at.is_(None),
            true() if people is None else PersonRow.id.in_(people),
        )
        .order_by(PersonRow.side.desc(), PersonRow.position, PersonRow.code)
    ).all()
    given = current_consents(tx, [row.id for row in rows])
    return tuple(_person_consent(row, given.get(row.id, {}), texts) for row in rows)


def consents_given_by(tx: Transaction, person_id: str) -> tuple[GivenConsent, ...]:
    """Return all of a person's stored consents, oldest first."""
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


def current_consents(
    tx: Transaction, people: list[str]
) -> dict[str, dict[ConsentKind, ConsentRow]]:
    """Return each person's newest consents that are not withdrawn, keyed by person and kind."""
    rows = tx.scalars(
        select(ConsentRow)
        .where(ConsentRow.person_id.in_(people), ConsentRow.revoked_at.is_(None))
        .order_by(ConsentRow.given_at)
    )
    found: dict[str, dict[ConsentKind, ConsentRow]] = {}
    for row in rows:
        found.setdefault(row.person_id, {})[row.asked] = row
    return found


def _person_consent(
    row: PersonRow, given: Mapping[ConsentKind, ConsentRow], texts: Texts
) -> PersonConsent:
    consent_kind = TERMS_BY_SIDE[row.side]
    terms, publicity = given.get(consent_kind), given.get(ConsentKind.PUBLICITY)
    return PersonConsent(
        person=person_summary(row),
        accepted_at=given_at(terms, texts[consent_kind]),
        accepted_version=None if terms is None else terms.version,
        publicity=given_at(publicity, texts[ConsentKind.PUBLICITY]) is not None,
    )


def given_at(row: ConsentRow | None, text: ConsentText) -> datetime | None:
    """Return when the consent in `row` was given; `None` unless it is for the current `text`."""
    same = row is not None and (row.version, row.sha256) == (text.version, text.sha256)
    return row.given_at if row is not None and same else None
