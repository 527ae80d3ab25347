"""Stores and reads answers, together with the items that were answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import AwareDatetime, TypeAdapter
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session as Transaction

from api.coaching.instruments.rows import AnswerSheetRow, InstrumentTextRow
from api.participants.rows import Side
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.answers import Answer, Answers
from coach.errors import InputFault, UnusableInputError
from coach.instruments import Instrument, answer_faults
from coach.occasions import Occasion

ANSWERS = "answers"
"""The name of the request field that contains answers."""
_ANSWERS = TypeAdapter[Mapping[str, Answer]](Answers)


class AnswerSheet(FrozenModel):
    """A person's answers on one occasion, and the instrument as the person saw it."""

    occasion: Occasion
    instrument: Instrument
    answers: Answers
    submitted_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class SheetSubject:
    """The person, the occasion and the subject of answers; see `AnswerSheetRow`."""

    cycle_id: str
    author_id: str
    coachee_id: str
    coach_id: str
    side: Side
    occasion: Occasion
    subject_id: str

    @property
    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """The SQL conditions that select the answer sheets of this subject."""
        return (
            AnswerSheetRow.author_id == self.author_id,
            AnswerSheetRow.occasion == self.occasion,
            AnswerSheetRow.subject_id == self.subject_id,
        )


def check_answers(instrument: Instrument | None, answers: Mapping[str, Answer]) -> None:
    """Reject answers that do not match an instrument, which is `None` if nothing is asked.

    Raises:
        UnusableInputError: some answers do not match; the error names their questions as
            `answers.KEY`.
    """
    faults = [
        InputFault("body", 1, f"{ANSWERS}.{key}", fact)
        for key, fact in answer_faults(instrument, answers)
    ]
    if faults:
        raise UnusableInputError(faults)


def store_text(tx: Transaction, instrument: Instrument, *, now: datetime) -> str:
    """Store an instrument with its items, unless it is stored already, and return its digest."""
    sha256 = instrument.sha256
    if tx.get(InstrumentTextRow, sha256) is None:
        tx.add(
            InstrumentTextRow(
                sha256=sha256,
                code=instrument.code,
                version=instrument.version,
                content=instrument.model_dump(mode="json"),
                stored_at=now,
            )
        )
        tx.flush()
    return sha256


def store_after_session(
    tx: Transaction,
    session: SessionRow,
    instrument: Instrument | None,
    answers: Mapping[str, Answer],
    *,
    now: datetime,
) -> None:
    """Store a coachee's answers after a session, replacing earlier answers.

    Answers to an instrument that is no longer asked are kept. If questions are asked but there are
    no answers, all earlier answers are deleted.
    """
    subject = SheetSubject(
        cycle_id=session.cycle_id,
        author_id=session.coachee_id,
        coachee_id=session.coachee_id,
        coach_id=session.coach_id,
        side=Side.COACHEE,
        occasion=Occasion.AFTER_SESSION,
        subject_id=session.id,
    )
    if instrument is None:
        return
    if answers:
        store_sheet(tx, subject, instrument, answers, now=now)
    else:
        tx.execute(delete(AnswerSheetRow).where(*subject.conditions))


def store_sheet(
    tx: Transaction,
    subject: SheetSubject,
    instrument: Instrument,
    answers: Mapping[str, Answer],
    *,
    now: datetime,
) -> None:
    """Store answers that can be corrected, replacing earlier answers to the instrument."""
    sha256 = store_text(tx, instrument, now=now)
    row = tx.scalar(
        select(AnswerSheetRow).where(*subject.conditions, AnswerSheetRow.code == instrument.code)
    )
    if row is None:
        row = AnswerSheetRow(**asdict(subject), code=instrument.code, version=0)
        tx.add(row)
    row.answers, row.text_sha256 = stored_answers(answers), sha256
    row.submitted_at = now
    row.version += 1


def stored_answers(answers: Mapping[str, Answer]) -> dict[str, Answer | list[str]]:
    """Return answers in their stored JSON form."""
    return {key: list(one) if isinstance(one, tuple) else one for key, one in answers.items()}


def sheets_where(tx: Transaction, *conditions: ColumnElement[bool]) -> Sequence[AnswerSheet]:
    """Return the sheets that match all conditions, in order of submission."""
    rows = tx.scalars(
        select(AnswerSheetRow)
        .where(*conditions)
        .order_by(AnswerSheetRow.submitted_at, AnswerSheetRow.id)
    ).all()
    texts = instruments_of_digests(tx, {row.text_sha256 for row in rows})
    return [
        AnswerSheet(
            occasion=row.occasion,
            instrument=texts[row.text_sha256],
            answers=_ANSWERS.validate_python(row.answers),
            submitted_at=row.submitted_at,
        )
        for row in rows
    ]


def after_session(tx: Transaction, session_id: str) -> tuple[AnswerSheet, ...]:
    """Return a coachee's answers after a session."""
    return tuple(
        sheets_where(
            tx,
            AnswerSheetRow.occasion == Occasion.AFTER_SESSION,
            AnswerSheetRow.subject_id == session_id,
        )
    )


def instruments_of_digests(tx: Transaction, digests: Collection[str]) -> Mapping[str, Instrument]:
    """Return the stored instruments with the given digests, keyed by digest."""
    if not digests:
        return {}
    rows = tx.scalars(select(InstrumentTextRow).where(InstrumentTextRow.sha256.in_(digests)))
    return {row.sha256: Instrument.model_validate(row.content) for row in rows}
