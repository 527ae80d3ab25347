"""The office's view of answers: how many forms were due and submitted, and figures.

This view does not reveal any individual's answers; see `coach.answer_figures`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.rows import FollowUpRow
from api.coaching.instruments.respondents import respondent_pairs
from api.coaching.instruments.rows import AnswerSheetRow
from api.coaching.instruments.sheets import instruments_of_digests
from api.cycles.service import CycleHeader, cycle_header
from api.input_files.instruments import Instruments, instruments_of
from api.participants.rows import Side
from api.services import Services
from api.sessions.rows import FeedbackRow, RecordRow, SessionRow, SessionState
from api.values import FrozenModel
from coach.answer_figures import Figure, Given, count, figure
from coach.instruments import Instrument, Item, ItemKind, Moment, Question, questions
from coach.occasions import Occasion
from coach.sessions import Attendance

_MISSING_AFTER = timedelta(days=7)
_MANY = 3
"""The office is alerted only if at least this many answers are missing."""
_MANY_OF = 4
"""The office is alerted only if at least one in this many answers is missing."""
_PAST = timedelta(days=90)
"""How long after a pair's last session its missing answers are still counted."""


class OccasionCount(FrozenModel):
    """The number of forms due on an occasion so far, and the number of submitted forms."""

    occasion: Occasion
    asked: int
    answered: int


class ItemFigure(FrozenModel):
    """The figures for one question; figures that would reveal too much are `None`.

    Attributes:
        people: for a scale, the number of people whose answers count.
        mean: for a scale, the mean.
        chosen: for choices, how many people chose each, keyed by the choice's code; for a yes-or-no
            question, how many answered yes, with the key `yes`.
    """

    key: str
    item: Item
    people: int | None = None
    mean: float | None = None
    chosen: Mapping[str, int | None] | None = None


class InstrumentFigures(FrozenModel):
    """The figures for one version of an instrument, one occasion and one side."""

    occasion: Occasion
    side: Side
    instrument: Instrument
    figures: tuple[ItemFigure, ...]


class CycleAnswers(FrozenModel):
    """The numbers of forms due and submitted in a cycle, and the figures the office may see."""

    counts: tuple[OccasionCount, ...]
    figures: tuple[InstrumentFigures, ...]


@dataclass(frozen=True, slots=True)
class AnswersPage:
    """The cycle, and the figures about its answers that the office may see."""

    cycle: CycleHeader
    answers: CycleAnswers


def read_answers(services: Services, cycle_id: str) -> CycleAnswers:
    """Return the numbers of forms in a cycle, and the figures that the office may see.

    Raises:
        NotFoundError: there is no such cycle.
    """
    return read_answers_page(services, cycle_id).answers


def read_answers_page(services: Services, cycle_id: str) -> AnswersPage:
    """Return the contents of the office's page; see `read_answers`."""
    asked = instruments_of(services.settings)
    with services.database.reading() as tx:
        cycle = cycle_header(tx, cycle_id)
        answers = CycleAnswers(
            counts=tuple(_counts(tx, cycle_id, asked, services.now())),
            figures=tuple(_figures(tx, cycle_id)),
        )
    return AnswersPage(cycle, answers)


def many_missing(tx: Transaction, asked: Instruments, *, now: datetime) -> Mapping[str, int]:
    """Return the number of missing answers for each cycle with many missing, keyed by cycle id.

    Answers after a session are not counted here; the office is alerted separately to missing
    feedback.
    """
    recent = select(SessionRow.coachee_id).where(
        SessionRow.state == SessionState.CONFIRMED, SessionRow.ends_at > now - _PAST
    )
    due: Counter[str] = Counter()
    forms: set[tuple[str, str, Occasion]] = set()
    for pair in respondent_pairs(tx, SessionRow.coachee_id.in_(recent)):
        for asking in pair.askings(asked):
            if asking.opens is None or asking.opens > now - _MISSING_AFTER:
                continue
            authors = [(pair.coachee_id, pair.coach_id)]
            if asking.asks_both:
                authors.append((pair.coach_id, pair.coachee_id))
            due[pair.cycle_id] += len(authors)
            forms |= {(author, other, asking.occasion) for author, other in authors}
    given = Counter(
        row.cycle_id
        for row in tx.execute(
            select(
                AnswerSheetRow.cycle_id,
                AnswerSheetRow.author_id,
                AnswerSheetRow.subject_id,
                AnswerSheetRow.occasion,
            ).where(AnswerSheetRow.cycle_id.in_(due))
        )
        if (row.author_id, row.subject_id, row.occasion) in forms
    )
    missing = {cycle_id: number - given[cycle_id] for cycle_id, number in due.items()}
    return {
        cycle_id: number
        for cycle_id, number in missing.items()
        if number >= _MANY and number * _MANY_OF >= due[cycle_id]
    }


def _counts(
    tx: Transaction, cycle_id: str, asked: Instruments, now: datetime
) -> Iterator[OccasionCount]:
    """Yield the counts of the occasions on which somebody was asked or has answered."""
    held, feedback = _sessions(tx, cycle_id, now)
    due: Counter[Occasion] = Counter({Occasion.AFTER_SESSION: held})
    for pair in respondent_pairs(tx, SessionRow.cycle_id == cycle_id):
        for asking in pair.askings(asked):
            if asking.opens is None or asking.opens <= now:
                due[asking.occasion] += 2 if asking.asks_both else 1
    if Moment.FOLLOW_UP in asked:
        due[Occasion.FOLLOW_UP] = tx.scalar(_follow_ups(cycle_id)) or 0
    sheets = select(AnswerSheetRow.occasion, func.count()).where(
        AnswerSheetRow.cycle_id == cycle_id,
        AnswerSheetRow.occasion != Occasion.AFTER_SESSION,
    )
    given = Counter(dict(tx.execute(sheets.group_by(AnswerSheetRow.occasion)).all()))
    given[Occasion.AFTER_SESSION] = feedback
    for occasion in Occasion:
        number = max(due[occasion], given[occasion])  # ended pairs may have answered too
        if number:
            yield OccasionCount(occasion=occasion, asked=number, answered=given[occasion])


def _follow_ups(cycle_id: str) -> Select[int]:
    """Select the number of follow-ups in which coachees were asked."""
    return select(func.count(FollowUpRow.id)).where(
        FollowUpRow.cycle_id == cycle_id,
        FollowUpRow.side == Side.COACHEE,
        FollowUpRow.asked_at.is_not(None),
    )


def _sessions(tx: Transaction, cycle_id: str, now: datetime) -> tuple[int, int]:
    """Return how many sessions were held, and how many of them have feedback."""
    row = tx.execute(
        select(func.count(SessionRow.id), func.count(FeedbackRow.id))
        .join(RecordRow, RecordRow.session_id == SessionRow.id)
        .outerjoin(FeedbackRow, FeedbackRow.session_id == SessionRow.id)
        .where(
            SessionRow.cycle_id == cycle_id,
            SessionRow.state == SessionState.CONFIRMED,
            SessionRow.starts_at <= now,
            RecordRow.attendance == Attendance.HELD,
        )
    ).one()
    return row[0], row[1]


def _figures(tx: Transaction, cycle_id: str) -> Iterator[InstrumentFigures]:
    """Yield a cycle's figures for each instrument, version, occasion and side.

    Answers to the same text count together, even if people were asked different sets of items.
    """
    rows = tx.scalars(
        select(AnswerSheetRow)
        .where(AnswerSheetRow.cycle_id == cycle_id)
        .order_by(AnswerSheetRow.submitted_at, AnswerSheetRow.id)
    ).all()
    texts = instruments_of_digests(tx, {row.text_sha256 for row in rows})
    groups: dict[tuple[str, str, Occasion, Side], list[AnswerSheetRow]] = defaultdict(list)
    for row in rows:
        version = texts[row.text_sha256].version
        groups[row.code, version, row.occasion, row.side].append(row)
    places = list(Occasion)
    for key in sorted(groups, key=lambda one: (places.index(one[2]), one[0], one[1], one[3])):
        sheets = groups[key]
        yield InstrumentFigures(
            occasion=key[2],
            side=key[3],
            instrument=texts[sheets[-1].text_sha256],
            figures=tuple(_item_figures(sheets, texts)),
        )


def _item_figures(
    sheets: Iterable[AnswerSheetRow], texts: Mapping[str, Instrument]
) -> Iterator[ItemFigure]:
    asked: dict[tuple[str, str], Question] = {}
    given: dict[tuple[str, str], list[tuple[str, object]]] = defaultdict(list)
    for sheet in sheets:
        for one in questions(texts[sheet.text_sha256]):
            words = one.key, one.item.model_dump_json()
            asked.setdefault(words, one)
            if one.key in sheet.answers:
                given[words].append((sheet.author_id, sheet.answers[one.key]))
    for words, question in asked.items():
        yield _item_figure(question, given[words])


def _item_figure(question: Question, given: Iterable[tuple[str, object]]) -> ItemFigure:
    item, answers = question.item, list(given)
    if item.kind is ItemKind.SCALE:
        found: Figure | None = figure(
            Given(person, value) for person, value in answers if isinstance(value, int)
        )
        if found is None:
            return ItemFigure(key=question.key, item=item)
        return ItemFigure(key=question.key, item=item, people=found.people, mean=found.mean)
    codes = ["yes"] if item.kind is ItemKind.YES_NO else [one.code for one in item.choices]
    chosen: dict[str, int | None] = {}
    for code in codes:
        numbers = count(
            Given(person, int(code in value if isinstance(value, list) else value is True))
            for person, value in answers
        )
        chosen[code] = None if numbers is None else numbers[0]
    return ItemFigure(key=question.key, item=item, chosen=chosen)
