"""People's consent to the privacy terms and, separately, to being named in public.

People who have not agreed yet can still reply to invitations and report on sessions, because
sessions that took place must be recorded. The programme office can see who has not agreed yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.consent import facts
from api.consent.given import (
    PersonConsent,
    Texts,
    consents_of_cycle,
    current_consents,
    given_at,
)
from api.consent.rows import ConsentKind, ConsentRow
from api.consent.texts import TERMS_BY_SIDE, ConsentText, consent_texts
from api.http.principal import Principal
from api.participants.service import person_row
from api.services import Services
from api.values import FrozenModel
from coach.errors import ConflictError


class ConsentStatus(FrozenModel):
    """The texts that apply to a person, and when the person agreed to the current versions."""

    terms: ConsentText
    accepted_at: datetime | None
    publicity: ConsentText
    publicity_given_at: datetime | None


class Acceptance(FrozenModel):
    """Consent to the text shown, identified by its `sha256`."""

    sha256: str


class PublicityAnswer(FrozenModel):
    """A person's answer to the question about being named in public, or about staying in touch.

    `sha256` identifies the text shown.
    """

    given: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class OwnConsent:
    """The requesting person's consents, and the IANA name of their time zone.

    `shows_answers` is true if the answers may be shown because the person's identity has been
    verified.
    """

    status: ConsentStatus
    timezone: str
    shows_answers: bool


def read_consent(services: Services, principal: Principal) -> OwnConsent:
    """Return the requesting person's consent texts and answers."""
    texts, person_id = consent_texts(services.settings), principal.person_id or ""
    with services.database.reading() as tx:
        status = consent_status(tx, texts, person_id)
        timezone = person_row(tx, person_id).timezone
        return OwnConsent(status, timezone, shows_answers=principal.is_verified)


def accept_terms(services: Services, principal: Principal, acceptance: Acceptance) -> ConsentStatus:
    """Record that the requesting person agrees to the terms, and return their consent status.

    Agreeing again has no effect.

    Raises:
        ConflictError: the text has changed since it was shown.
    """
    texts = consent_texts(services.settings)
    with services.database.writing() as tx:
        return store_acceptance(tx, texts, principal, acceptance, now=services.now())


def answer_publicity(
    services: Services, principal: Principal, answer: PublicityAnswer
) -> ConsentStatus:
    """Record whether the requesting person may be named in public, and return their consent status.

    Raises:
        ConflictError: the person agrees, but the text has changed since it was shown.
    """
    texts = consent_texts(services.settings)
    with services.database.writing() as tx:
        return store_publicity_answer(tx, texts, principal, answer, now=services.now())


def list_consents(services: Services, cycle_id: str) -> tuple[PersonConsent, ...]:
    """Return the consents of all people currently in a cycle.

    Raises:
        NotFoundError: there is no such cycle.
    """
    texts = consent_texts(services.settings)
    with services.database.reading() as tx:
        return consents_of_cycle(tx, texts, cycle_id)


def consent_status(tx: Transaction, texts: Texts, person_id: str) -> ConsentStatus:
    """Return a person's consent texts and answers.

    Raises:
        NotFoundError: there is no such person.
    """
    consent_kind = TERMS_BY_SIDE[person_row(tx, person_id).side]
    given = current_consents(tx, [person_id]).get(person_id, {})
    return ConsentStatus(
        terms=texts[consent_kind],
        accepted_at=given_at(given.get(consent_kind), texts[consent_kind]),
        publicity=texts[ConsentKind.PUBLICITY],
        publicity_given_at=given_at(given.get(ConsentKind.PUBLICITY), texts[ConsentKind.PUBLICITY]),
    )


def store_acceptance(
    tx: Transaction, texts: Texts, principal: Principal, acceptance: Acceptance, *, now: datetime
) -> ConsentStatus:
    """Record that a person agrees to the terms; see `accept_terms`."""
    person_id = principal.person_id or ""
    before = consent_status(tx, texts, person_id)
    _require_current(before.terms, acceptance.sha256)
    if before.accepted_at is None:
        consent_kind = TERMS_BY_SIDE[person_row(tx, person_id).side]
        _store_consent(tx, person_id, consent_kind, before.terms, now)
        record_event(tx, "terms accepted", "person", person_id, version=before.terms.version)
    return consent_status(tx, texts, person_id)


def store_publicity_answer(
    tx: Transaction, texts: Texts, principal: Principal, answer: PublicityAnswer, *, now: datetime
) -> ConsentStatus:
    """Store or withdraw a person's consent to be named in public; see `answer_publicity`."""
    person_id = principal.person_id or ""
    before = consent_status(tx, texts, person_id)
    kind, given = ConsentKind.PUBLICITY, before.publicity_given_at is not None
    store_optional_answer(tx, person_id, kind, before.publicity, answer, given=given, now=now)
    return consent_status(tx, texts, person_id)


def store_optional_answer(
    tx: Transaction,
    person_id: str,
    kind: ConsentKind,
    text: ConsentText,
    answer: PublicityAnswer,
    *,
    given: bool,
    now: datetime,
) -> None:
    """Store or withdraw an optional consent, depending on `answer`.

    `given` is true if the person has already given this consent.

    Raises:
        ConflictError: the person agrees, but the text has changed since it was shown.
    """
    if answer.given and not given:
        _require_current(text, answer.sha256)
        _revoke(tx, person_id, kind, now)
        _store_consent(tx, person_id, kind, text, now)
        record_event(tx, f"{kind} agreed to", "person", person_id, version=text.version)
    elif not answer.given and _revoke(tx, person_id, kind, now):
        record_event(tx, f"{kind} taken back", "person", person_id)


def _store_consent(
    tx: Transaction, person_id: str, consent_kind: ConsentKind, text: ConsentText, now: datetime
) -> None:
    tx.add(
        ConsentRow(
            person_id=person_id,
            asked=consent_kind,
            version=text.version,
            sha256=text.sha256,
            given_at=now,
        )
    )
    tx.flush()


def _revoke(tx: Transaction, person_id: str, kind: ConsentKind, now: datetime) -> bool:
    """Withdraw all of a person's consents of a kind, and return whether there were any."""
    rows = tx.scalars(
        select(ConsentRow).where(
            ConsentRow.person_id == person_id,
            ConsentRow.asked == kind,
            ConsentRow.revoked_at.is_(None),
        )
    ).all()
    for row in rows:
        row.revoked_at = now
    return bool(rows)


def _require_current(text: ConsentText, sha256: str) -> None:
    if text.sha256 != sha256:
        raise ConflictError(facts.TEXT_CHANGED())
