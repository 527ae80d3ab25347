"""The questions that the deployment's instrument adds to follow-ups, and the coachees' answers.

Like answers to other instruments, the answers are stored with the items to which they belong, once
for each follow-up. The answers can be corrected as long as the follow-up is open.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from api.coaching.follow_up.own import FollowUpWork
from api.coaching.instruments import facts
from api.coaching.instruments.rows import AnswerSheetRow
from api.coaching.instruments.sheets import SheetSubject, check_answers, store_sheet
from api.input_files.instruments import instruments_of
from api.participants.rows import Side
from api.services import Services
from coach.answers import Answer
from coach.errors import ConflictError
from coach.instruments import Instrument, Item, ItemKind, Moment
from coach.occasions import Occasion

ASK_AGAIN = "ask_again"
"""The code of the item that asks whether the person may be asked again, if there is one."""


def follow_up_instrument(services: Services, side: Side) -> Instrument | None:
    """Return the follow-up instrument for people on `side`, or `None` if there is none."""
    asked = instruments_of(services.settings).get(Moment.FOLLOW_UP)
    return asked if side is Side.COACHEE else None


def without_ask_again(instrument: Instrument) -> Instrument:
    """Return an instrument without the item `ASK_AGAIN`, which the form itself always includes."""
    return instrument.with_items(one for one in instrument.items if not _is_ask_again(one))


def ask_again_item(instrument: Instrument | None) -> Item | None:
    """Return the item that asks whether the person may be asked again, if there is one."""
    items = () if instrument is None else instrument.items
    return next((one for one in items if _is_ask_again(one)), None)


def answers_so_far(found: FollowUpWork, instrument: Instrument | None) -> Mapping[str, Answer]:
    """Return the person's answers to this version of the instrument in a follow-up."""
    row = None if instrument is None else _sheet(found, instrument)
    if row is None or instrument is None or row.text_sha256 != instrument.sha256:
        return {}
    return {key: tuple(one) if isinstance(one, list) else one for key, one in row.answers.items()}


def store_questions(
    found: FollowUpWork,
    instrument: Instrument | None,
    answers: Mapping[str, Answer],
    sha256: str,
    *,
    again: bool,
) -> None:
    """Store answers, replacing earlier answers; `sha256` identifies the displayed questions.

    Raises:
        ConflictError: the questions have changed since they were displayed.
        UnusableInputError: the answers do not match the questions.
    """
    if answers and (instrument is None or instrument.sha256 != sha256):
        raise ConflictError(facts.QUESTIONS_CHANGED())
    if instrument is None:
        return
    given = dict(answers)
    if ask_again_item(instrument) is not None:
        given[ASK_AGAIN] = again
    if given:
        check_answers(instrument, given)
    elif _sheet(found, instrument) is None:
        return
    store_sheet(found.work.tx, _subject(found), instrument, given, now=found.work.now)


def _is_ask_again(item: Item) -> bool:
    return item.code == ASK_AGAIN and item.kind is ItemKind.YES_NO


def _sheet(found: FollowUpWork, instrument: Instrument) -> AnswerSheetRow | None:
    return found.work.tx.scalar(
        select(AnswerSheetRow).where(
            *_subject(found).conditions, AnswerSheetRow.code == instrument.code
        )
    )


def _subject(found: FollowUpWork) -> SheetSubject:
    work = found.work
    return SheetSubject(
        cycle_id=work.pair.cycle_id,
        author_id=work.person_id,
        coachee_id=work.pair.coachee.id,
        coach_id=work.pair.coach.id,
        side=work.side,
        occasion=Occasion.FOLLOW_UP,
        subject_id=found.row.id,
    )
