"""Reads uploaded lists leniently, and collects the questions about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row
from api.files.facts import ENCODING_OFFER
from api.input_files.people_file import people_sheet
from api.input_files.people_lists import PeopleLists, input_warnings, understood_values
from api.input_files.reference_data import reference
from api.participants.policy import current_sheet
from api.participants.preview.outcome import (
    KINDS,
    Encoding,
    EncodingQuestion,
    HeaderQuestion,
    ListAnswers,
    Located,
    Outcome,
    UploadedFiles,
)
from api.participants.rows import HeaderMappingRow, Side
from api.participants.upload import list_faults
from coach.intake.id_lists import split_id_lists
from coach.intake.people_sheet import PeopleSheet
from coach.intake.reference import ReadContext
from coach.texts.facts import Fact

Answers = Mapping[Side, ListAnswers]
"""The answers to the questions about each list."""


def read_lists(tx: Transaction, cycle_id: str) -> Callable[[UploadedFiles, Answers], Outcome]:
    """Return a function that reads uploaded lists; a list not uploaded is taken from the cycle.

    The function needs no transaction, because reading a workbook is slow.

    Raises:
        NotFoundError: there is no such cycle.
    """
    row, mapping = cycle_row(tx, cycle_id), remembered_mapping(tx)
    current = {side: current_sheet(tx, cycle_id, side, kind) for side, kind in KINDS.items()}
    tx.expunge(row)

    def read(files: UploadedFiles, answers: Answers) -> Outcome:
        sheets = {
            side: _read(side, files, answers, mapping) if side in files else current[side]
            for side in Side
        }
        questions = _questions(sheets, files)
        if questions.asks:
            return questions
        coachees, coaches = sheets[Side.COACHEE], sheets[Side.COACH]
        lists = PeopleLists(split_id_lists(coachees, coaches), split_id_lists(coaches, coachees))
        context = ReadContext(reference())
        faults = tuple(dict.fromkeys(list_faults(row, lists, context)))
        read_completely = not faults
        return Outcome(
            coachees=lists.coachees.coachees()
            if read_completely and Side.COACHEE in files
            else None,
            coaches=lists.coaches.coaches() if read_completely and Side.COACH in files else None,
            rows={side: sheets[side].ids for side in files},
            understood=Located.of(understood_values(lists)),
            warnings=Located.of(input_warnings(lists, context)),
            faults=Located.of(faults),
        )

    return read


def remembered_mapping(tx: Transaction) -> dict[tuple[str, str], str]:
    """Return the remembered meanings of headers, in the form of `ReadContext.mapping`."""
    return {(row.kind, row.header): row.column for row in tx.scalars(select(HeaderMappingRow))}


def _read(
    side: Side,
    files: UploadedFiles,
    answers: Answers,
    mapping: Mapping[tuple[str, str], str],
) -> PeopleSheet:
    answered, kind = answers.get(side, ListAnswers()), KINDS[side]
    own = {(kind.value, key): column for key, column in answered.headers.items()}
    context = ReadContext(reference(), encoding=answered.encoding, mapping={**mapping, **own})
    return people_sheet(files[side].name, files[side].content, kind, context)


def _questions(sheets: Mapping[Side, PeopleSheet], files: UploadedFiles) -> Outcome:
    encodings = [one for side in files for one in _encoding_question(side, sheets[side])]
    if encodings:  # the headers may not be readable
        return Outcome(encodings=tuple(encodings))
    return Outcome(
        headers=tuple(
            HeaderQuestion(
                side=side,
                file=sheets[side].file,
                header=one.header,
                key=one.key,
                suggestion=one.suggestion,
                samples=one.samples,
            )
            for side in files
            for one in sheets[side].unknown_headers
        )
    )


def _encoding_question(side: Side, sheet: PeopleSheet) -> Iterator[EncodingQuestion]:
    for fault in sheet.faults:
        if isinstance(fault.message, Fact) and fault.message.code == ENCODING_OFFER.code:
            likely, word = (str(fault.message.params[name]) for name in ("encoding", "word"))
            written = word.encode(likely)
            words = {one: _decoded(written, one) for one in (Encoding(likely), *Encoding)}
            first = {text: one for one, text in reversed(words.items()) if text}
            possible = {one: text for one, text in words.items() if first.get(text) is one}
            yield EncodingQuestion(side=side, file=sheet.file, words=possible)


def _decoded(word: bytes, encoding: Encoding) -> str:
    """Decode a word; return an empty text if the result is not a word."""
    text = word.decode(encoding, errors="ignore")
    return text if text.isalpha() and len(text) == len(word) else ""
