"""Reads, in two queries, whether each person in a cycle has agreed to the terms."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.consent.given import Texts
from api.consent.rows import ConsentRow
from api.consent.texts import TERMS_BY_SIDE
from api.participants.rows import PersonRow


class TermsState(StrEnum):
    """The state of a person's agreement to the current terms."""

    AGREED = "agreed"
    OLDER = "older"  # to an earlier version only
    MISSING = "missing"


def terms_states(tx: Transaction, texts: Texts, cycle_id: str) -> dict[str, TermsState]:
    """Return whether each person now in a cycle has agreed to the terms, keyed by person id."""
    in_cycle = (PersonRow.cycle_id == cycle_id, PersonRow.left_at.is_(None))
    people = tx.execute(select(PersonRow.id, PersonRow.side).where(*in_cycle)).all()
    given = tx.execute(
        select(ConsentRow.person_id, ConsentRow.asked, ConsentRow.version, ConsentRow.sha256)
        .join(PersonRow, PersonRow.id == ConsentRow.person_id)
        .where(*in_cycle, ConsentRow.revoked_at.is_(None))
        .order_by(ConsentRow.given_at)
    )
    newest = {(person, asked): (version, sha256) for person, asked, version, sha256 in given}
    current = {kind: (text.version, text.sha256) for kind, text in texts.items()}
    states = {}
    for person, side in people:
        kind = TERMS_BY_SIDE[side]
        agreed = newest.get((person, kind))
        state = TermsState.OLDER if agreed else TermsState.MISSING
        states[person] = TermsState.AGREED if agreed == current[kind] else state
    return states
