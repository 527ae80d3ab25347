"""An agreement as shown to its two people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.pairs import Pair
from api.coaching.agreements.rows import AgreementRow, AgreementTextRow
from api.coaching.agreements.store import agreement_of, is_agreed, texts_of
from api.coaching.agreements.texts import AppliedTexts, texts_sha256
from api.consent.texts import ConsentText
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import Side
from api.values import FrozenModel
from coach.agreements import AgreementState, AgreementTerms, ClosedAs, state_at


class AgreementTextView(FrozenModel):
    """An agreement text, with the versions of the texts that apply to it."""

    number: int
    terms: AgreementTerms
    terms_version: str
    duty_text_version: str
    sponsor_sees_version: str
    written_by: Side
    proposed_by: Side | None
    coachee_agreed_at: AwareDatetime | None
    coach_agreed_at: AwareDatetime | None


class AgreementView(FrozenModel):
    """The reader's agreement with another person.

    Attributes:
        timezone: the reader's own time zone.
        state: `None` if nothing has been written yet.
        version: sent back as `seen` with every change.
        in_force: the last text that both people have agreed to.
        pending: the text that is being written or proposed.
        can_write: whether the reader can write another text.
        can_propose: whether the reader can propose the pending text.
        can_agree: whether the reader can agree to the pending text.
        can_keep: whether the reader can keep the agreed text instead.
        can_finish: whether the reader can record that the pair has finished.
        applied: the texts that apply now.
    """

    other: PersonSummary
    my_side: Side
    timezone: str
    state: AgreementState | None
    version: int
    in_force: AgreementTextView | None
    pending: AgreementTextView | None
    agreed_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    closed_as: ClosedAs | None
    sessions_planned: int
    can_write: bool
    can_propose: bool
    can_agree: bool
    can_keep: bool
    can_finish: bool
    applied: dict[str, ConsentText]


def agreement_view(
    tx: Transaction, pair: Pair, side: Side, applied: AppliedTexts, *, now: datetime
) -> AgreementView:
    """Return the agreement of a pair, as shown to one of its two people."""
    return view_of(tx, agreement_of(tx, pair), pair, side, applied, now=now)


def view_of(
    tx: Transaction,
    row: AgreementRow | None,
    pair: Pair,
    side: Side,
    applied: AppliedTexts,
    *,
    now: datetime,
) -> AgreementView:
    """Return the view of an agreement that has already been read; see `agreement_view`."""
    texts = () if row is None else texts_of(tx, row)
    in_force = next((text for text in reversed(texts) if is_agreed(text)), None)
    pending = next((text for text in texts if not is_agreed(text)), None)
    state = shown_state(row, pair, now)
    is_open = pair.ended is None and state is not AgreementState.CLOSED
    unchanged = pending is not None and pending.texts_sha256 == texts_sha256(applied)
    other = pair.other(side)
    return AgreementView(
        other=person_summary(other, to_other_side=True),
        my_side=side,
        timezone=pair.own(side).timezone,
        state=state,
        version=0 if row is None else row.version,
        in_force=None if in_force is None else text_view(in_force),
        pending=None if pending is None or not is_open else text_view(pending),
        agreed_at=None if row is None else row.agreed_at,
        closed_at=None if row is None else row.closed_at,
        closed_as=closed_as(row, pair),
        sessions_planned=pair.sessions,
        can_write=is_open,
        can_propose=is_open
        and pending is not None
        and (pending.proposed_by is None or not unchanged),
        can_agree=is_open
        and pending is not None
        and unchanged
        and pending.proposed_by not in {None, side},
        can_keep=is_open and state is AgreementState.AMENDED,
        can_finish=is_open
        and row is not None
        and pair.last_end is not None
        and pair.last_end <= now,
        applied={name.value: text for name, text in applied.items()},
    )


def shown_state(row: AgreementRow | None, pair: Pair, now: datetime) -> AgreementState | None:
    """Return the state of a pair's agreement; an ended pair's agreement is closed."""
    if row is None:
        return None
    if pair.ended is not None:
        return AgreementState.CLOSED
    return state_at(row.state, pair.first_start, now)


def closed_as(row: AgreementRow | None, pair: Pair) -> ClosedAs | None:
    """Return the reason why a pair's agreement is closed, or `None` if it is not closed."""
    return None if row is None else row.closed_as or pair.ended


def text_view(text: AgreementTextRow) -> AgreementTextView:
    """Convert a row to an `AgreementTextView`."""
    return AgreementTextView(
        number=text.number,
        terms=terms_of(text),
        terms_version=text.terms_version,
        duty_text_version=text.duty_text_version,
        sponsor_sees_version=text.sponsor_sees_version,
        written_by=text.written_by,
        proposed_by=text.proposed_by,
        coachee_agreed_at=text.coachee_agreed_at,
        coach_agreed_at=text.coach_agreed_at,
    )


def terms_of(text: AgreementTextRow) -> AgreementTerms:
    """Return the terms in an agreement text."""
    return AgreementTerms.model_validate(dict(_terms(text)))


def _terms(text: AgreementTextRow) -> Iterator[tuple[str, object]]:
    for field in AgreementTerms.model_fields:
        value = getattr(text, field)
        yield field, tuple(value) if field == "focus" else value
