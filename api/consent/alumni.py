"""The question of whether a person wants to stay in touch with the programme after their cycle."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session as Transaction

from api.consent.given import Texts, current_consents
from api.consent.rows import ConsentKind
from api.consent.service import PublicityAnswer, store_optional_answer
from api.consent.texts import ConsentText, consent_texts
from api.http.principal import Principal
from api.services import Services
from api.values import FrozenModel


class AlumniStatus(FrozenModel):
    """The text of the question about staying in touch, and when the person agreed, if at all."""

    text: ConsentText
    given_at: datetime | None


def read_alumni(services: Services, principal: Principal) -> AlumniStatus:
    """Return the question about staying in touch, and the requesting person's answer."""
    texts = consent_texts(services.settings)
    with services.database.reading() as tx:
        return _alumni_status(tx, texts, principal.person_id or "")


def answer_alumni(
    services: Services, principal: Principal, answer: PublicityAnswer
) -> AlumniStatus:
    """Record whether the requesting person wants to stay in touch after the cycle.

    Raises:
        ConflictError: the person agrees, but the text has changed since it was shown.
    """
    texts, now = consent_texts(services.settings), services.now()
    kind, person_id = ConsentKind.ALUMNI, principal.person_id or ""
    with services.database.writing() as tx:
        given = _alumni_status(tx, texts, person_id).given_at is not None
        store_optional_answer(tx, person_id, kind, texts[kind], answer, given=given, now=now)
        return _alumni_status(tx, texts, person_id)


def _alumni_status(tx: Transaction, texts: Texts, person_id: str) -> AlumniStatus:
    """Return the current text and a person's answer; answers to earlier texts remain valid."""
    row = current_consents(tx, [person_id]).get(person_id, {}).get(ConsentKind.ALUMNI)
    return AlumniStatus(
        text=texts[ConsentKind.ALUMNI], given_at=None if row is None else row.given_at
    )
