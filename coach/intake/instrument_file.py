"""Reads instrument files in TOML, and reports every fault with its line and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError

from coach import instrument_facts as facts
from coach.errors import InputFault, UnusableInputError
from coach.instruments import (
    MAX_ITEMS_AFTER_SESSION,
    Instrument,
    ItemKind,
    Moment,
)
from coach.intake.toml_positions import KeyPath, dotted_key, line_of
from coach.intake.toml_text import parse_toml
from coach.texts.facts import Displayed
from coach.texts.locales import ENGLISH
from coach.validation_errors import validation_fact
from coach.validation_facts import REQUIRED

_Fault = tuple[KeyPath, Displayed]
_AT_START_AND_END = {Moment.START, Moment.END}


def read_instrument(file: str, text: str) -> Instrument:
    """Parse the text of an instrument file.

    Raises:
        UnusableInputError: the file has faults, which the error lists.
    """
    parsed = parse_toml(file, text)
    if parsed.tables is None or parsed.faults:
        raise UnusableInputError(parsed.faults)
    instrument, found = None, list[_Fault]()
    try:
        instrument = Instrument.model_validate(parsed.tables)
        found = [*_faults(instrument), *_untranslated(instrument)]
    except ValidationError as error:
        found = [
            (_path(detail["loc"]), validation_fact(detail))
            for detail in error.errors(include_url=False)
        ]
    if instrument is None or found:
        raise UnusableInputError(
            sorted(
                (
                    InputFault(file, line_of(parsed.lines, path), dotted_key(path), message)
                    for path, message in found
                ),
                key=lambda fault: fault.row,
            )
        )
    return instrument


def shared_moments(files: Sequence[tuple[str, Instrument]]) -> Iterator[InputFault]:
    """Yield a fault for each code or moment that an earlier file already uses."""
    by_moment: dict[Moment, str] = {}
    by_code: dict[str, str] = {}
    for file, instrument in files:
        if instrument.code in by_code:
            other = facts.CODE_TWICE(file=by_code[instrument.code], code=instrument.code)
            yield InputFault(file, 1, "code", other)
        by_code.setdefault(instrument.code, file)
        for moment in instrument.moments:
            if moment in by_moment:
                other = facts.MOMENT_TWICE(file=by_moment[moment], moment=moment)
                yield InputFault(file, 1, "moments", other)
            by_moment.setdefault(moment, file)


def _path(location: tuple[str | int, ...]) -> KeyPath:
    """Return a key's path without the `[key]` that pydantic appends to the keys of a table."""
    return tuple(part for part in location if part != "[key]")


def _faults(instrument: Instrument) -> Iterator[_Fault]:
    if not instrument.moments:
        yield ("moments",), REQUIRED()
    yield from _faults_of_source(instrument)
    yield from _faults_of_scale(instrument)
    yield from _faults_of_items(instrument)
    moments = set(instrument.moments)
    if instrument.twice is not None and (Moment.END not in moments or moments - _AT_START_AND_END):
        yield ("twice",), facts.TWICE_TOO_EARLY()
    if Moment.AFTER_SESSION in moments and len(instrument.items) > MAX_ITEMS_AFTER_SESSION:
        most = facts.TOO_MANY_AFTER_SESSION(count=MAX_ITEMS_AFTER_SESSION)
        yield ("items", MAX_ITEMS_AFTER_SESSION), most


def _faults_of_source(instrument: Instrument) -> Iterator[_Fault]:
    if instrument.items_from is None:
        if not instrument.items:
            yield ("items",), facts.NO_ITEMS()
        return
    if instrument.items:
        yield ("items",), facts.ITEMS_AND_SOURCE()
    if set(instrument.moments) - _AT_START_AND_END:
        yield ("items_from",), facts.OBJECTIVES_ELSEWHERE()


def _faults_of_scale(instrument: Instrument) -> Iterator[_Fault]:
    rated = instrument.items_from is not None or any(
        one.kind is ItemKind.SCALE for one in instrument.items
    )
    if rated and instrument.scale is None:
        yield ("scale",), facts.NO_SCALE()
    if not rated and instrument.scale is not None:
        yield ("scale",), facts.SCALE_WITHOUT_ITEMS()


def _faults_of_items(instrument: Instrument) -> Iterator[_Fault]:
    seen: set[str] = set()
    for index, item in enumerate(instrument.items):
        if item.code in seen:
            yield ("items", index, "code"), facts.ITEM_TWICE(code=item.code)
        seen.add(item.code)
        if instrument.twice is not None and item.kind is not ItemKind.SCALE:
            yield ("items", index, "kind"), facts.ONLY_SCALE_TWICE()
        if item.kind is not ItemKind.CHOICES:
            if item.choices:
                yield ("items", index, "choices"), facts.NEEDS_NO_CHOICES()
            continue
        if len(item.choices) < 2:  # noqa: PLR2004 - fewer leave nothing to choose
            yield ("items", index, "choices"), facts.TOO_FEW_CHOICES()
        codes: set[str] = set()
        for number, choice in enumerate(item.choices):
            if choice.code in codes:
                yield ("items", index, "choices", number), facts.CHOICE_TWICE(code=choice.code)
            codes.add(choice.code)


def _untranslated(instrument: Instrument) -> Iterator[_Fault]:
    for path, texts in _texts(instrument):
        if texts is not None and ENGLISH.key not in texts:
            yield path, facts.NO_ENGLISH()


def _texts(instrument: Instrument) -> Iterator[tuple[KeyPath, Mapping[str, str] | None]]:
    yield ("title",), instrument.title
    yield ("intro",), instrument.intro
    yield ("licence",), instrument.licence
    yield ("source",), instrument.source
    for number, label in enumerate(instrument.scale.labels if instrument.scale else ()):
        yield ("scale", "labels", number), label
    if instrument.twice is not None:
        yield ("twice", "before"), instrument.twice.before
        yield ("twice", "now"), instrument.twice.now
    for index, item in enumerate(instrument.items):
        yield ("items", index, "text"), item.text
        yield ("items", index, "group"), item.group
        for number, choice in enumerate(item.choices):
            yield ("items", index, "choices", number, "text"), choice.text
