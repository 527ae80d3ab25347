"""Use cases for a person: listing the open questions, reading them, and answering them once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AwareDatetime, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.instruments import facts
from api.coaching.instruments.respondents import RespondentPair, instrument_for, pairs_of
from api.coaching.instruments.rows import SHA256_LENGTH, AnswerSheetRow
from api.coaching.instruments.sheets import (
    AnswerSheet,
    check_answers,
    sheets_where,
    store_text,
    stored_answers,
)
from api.http.principal import AccessRole, Principal
from api.input_files.instruments import instruments_of
from api.participants.rows import Side
from api.services import Services
from api.values import FrozenModel
from coach.answers import Answers
from coach.errors import ConflictError, NotFoundError
from coach.instruments import Instrument, Moment
from coach.occasions import Asking, Occasion

_SIDES = {AccessRole.COACHEE: Side.COACHEE, AccessRole.COACH: Side.COACH}
_Sheets = Mapping[tuple[Occasion, str], AnswerSheetRow]


class AnswersInput(FrozenModel):
    """A person's answers. `seen` is the `sha256` of the questions that the person was shown."""

    seen: Annotated[str, StringConstraints(max_length=SHA256_LENGTH)]
    answers: Answers


class OpenQuestions(FrozenModel):
    """Questions that a person can answer now about their work with `other`."""

    other_id: str
    other: str
    occasion: Occasion
    instrument: Instrument
    sha256: str
    closes_at: AwareDatetime


class QuestionsView(FrozenModel):
    """A person's questions, whether they can still be answered, and any answers."""

    other_id: str
    other: str
    occasion: Occasion
    instrument: Instrument
    sha256: str
    is_open: bool
    answered: AnswerSheet | None


class OwnQuestions(FrozenModel):
    """A person's open questions, and the questions asked of coachees after each session."""

    open: tuple[OpenQuestions, ...]
    after_session: Instrument | None


@dataclass(frozen=True, slots=True)
class _OwnOccasion:
    """An occasion on which the principal is asked, the pair, and the principal's answers."""

    pair: RespondentPair
    side: Side
    asking: Asking
    instrument: Instrument
    sheet: AnswerSheetRow | None

    @property
    def other(self) -> tuple[str, str]:
        """The id and the name of the other person."""
        if self.side is Side.COACHEE:
            return self.pair.coach_id, self.pair.coach
        return self.pair.coachee_id, self.pair.coachee


def open_questions(
    tx: Transaction, services: Services, principal: Principal
) -> tuple[OpenQuestions, ...]:
    """Return the questions that the principal can answer now and has not answered yet."""
    now = services.now()
    return tuple(
        OpenQuestions(
            other_id=one.other[0],
            other=one.other[1],
            occasion=one.asking.occasion,
            instrument=one.instrument,
            sha256=one.instrument.sha256,
            closes_at=one.asking.closes,
        )
        for one in _own_occasions(tx, services, principal, lambda asking: asking.is_open(now))
        if one.sheet is None
    )


def own_questions(services: Services, principal: Principal) -> OwnQuestions:
    """Return the principal's open questions, and the questions asked after each session."""
    with services.database.reading() as tx:
        return OwnQuestions(
            open=open_questions(tx, services, principal),
            after_session=instruments_of(services.settings).get(Moment.AFTER_SESSION),
        )


def read_questions(
    services: Services, principal: Principal, other_id: str, occasion: Occasion
) -> QuestionsView:
    """Return the questions that the principal is asked on an occasion.

    Raises:
        NotFoundError: the principal is not asked, or the two are not a pair. The message does not
            reveal which is the case.
    """
    with services.database.reading() as tx:
        return _view(tx, services, _find(tx, services, principal, other_id, occasion))


def answer_questions(
    services: Services,
    principal: Principal,
    other_id: str,
    occasion: Occasion,
    given: AnswersInput,
) -> QuestionsView:
    """Store the principal's answers. Sending the same answers again has no effect.

    Raises:
        NotFoundError: as for `read_questions`.
        ConflictError: the principal has already given other answers, or the questions are not open
            or have changed since they were shown.
        UnusableInputError: the answers do not match the questions.
    """
    with services.database.writing() as tx:
        found = _find(tx, services, principal, other_id, occasion)
        answers, now = stored_answers(given.answers), services.now()
        if found.sheet is not None:
            if found.sheet.answers == answers:
                return _view(tx, services, found)
            raise ConflictError(facts.ANSWERED())
        if not found.asking.is_open(now):
            raise ConflictError(facts.NOT_OPEN())
        if given.seen != found.instrument.sha256:
            raise ConflictError(facts.QUESTIONS_CHANGED())
        check_answers(found.instrument, given.answers)
        sha256 = store_text(tx, found.instrument, now=now)
        tx.add(
            AnswerSheetRow(
                cycle_id=found.pair.cycle_id,
                author_id=principal.person_id,
                coachee_id=found.pair.coachee_id,
                coach_id=found.pair.coach_id,
                side=found.side,
                occasion=occasion,
                subject_id=other_id,
                code=found.instrument.code,
                text_sha256=sha256,
                answers=answers,
                submitted_at=now,
            )
        )
        record_event(tx, "questions answered", "person", principal.person_id or "")
        tx.flush()
        return _view(tx, services, _find(tx, services, principal, other_id, occasion))


def _find(
    tx: Transaction, services: Services, principal: Principal, other_id: str, occasion: Occasion
) -> _OwnOccasion:
    for found in _own_occasions(tx, services, principal, lambda one: one.occasion is occasion):
        if found.other[0] == other_id:
            return found
    raise NotFoundError(facts.NOT_ASKED())


def _own_occasions(
    tx: Transaction,
    services: Services,
    principal: Principal,
    is_wanted: Callable[[Asking], bool],
) -> Iterator[_OwnOccasion]:
    """Yield the occasions that satisfy `is_wanted` and on which the principal is asked."""
    side, person_id = _SIDES.get(principal.role), principal.person_id
    if side is None or person_id is None:
        return
    asked, sheets = instruments_of(services.settings), _own_sheets(tx, person_id)
    for pair in pairs_of(tx, person_id):
        other_id = pair.coach_id if side is Side.COACHEE else pair.coachee_id
        for asking in pair.askings(asked):
            if not is_wanted(asking) or (side is Side.COACH and not asking.asks_both):
                continue
            instrument = instrument_for(tx, asked, pair.coachee_id, asking.occasion)
            if instrument is not None:
                sheet = sheets.get((asking.occasion, other_id))
                yield _OwnOccasion(pair, side, asking, instrument, sheet)


def _own_sheets(tx: Transaction, person_id: str) -> _Sheets:
    """Return a person's answers, keyed by occasion and subject, excluding those after sessions."""
    rows = tx.scalars(
        select(AnswerSheetRow).where(
            AnswerSheetRow.author_id == person_id,
            AnswerSheetRow.occasion != Occasion.AFTER_SESSION,
        )
    )
    return {(row.occasion, row.subject_id): row for row in rows}


def _view(tx: Transaction, services: Services, found: _OwnOccasion) -> QuestionsView:
    other_id, other = found.other
    return QuestionsView(
        other_id=other_id,
        other=other,
        occasion=found.asking.occasion,
        instrument=found.instrument,
        sha256=found.instrument.sha256,
        is_open=found.sheet is None and found.asking.is_open(services.now()),
        answered=None
        if found.sheet is None
        else next(iter(sheets_where(tx, AnswerSheetRow.id == found.sheet.id))),
    )
