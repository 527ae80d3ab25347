"""Values of the cycle file that TOML has no type for: levels, ranges of dates, sets, ids.

Each reader returns the value and the faults inside it, each with its place below the key.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from coach.availability import WEEKDAYS, DateRange, WeeklyWindow
from coach.cycle import CountryRelation, ObjectiveLevel
from coach.intake import cells
from coach.intake.cells import CellError
from coach.intake.reference import Reading
from coach.intake.toml_positions import KeyPath
from coach.intake.validation_messages import kind_of_value

T = TypeVar("T")
Faults = list[tuple[KeyPath, CellError]]
Reader = Callable[[Any, Reading], tuple[Any, Faults]]
ReadOne = Callable[[Any, Reading], T]

_A_PAIR = 2


def _text(read: Callable[[str, Reading], T], example: str) -> ReadOne[T]:
    """`read` for values that have to be text."""

    def checked(value: Any, reading: Reading) -> T:  # noqa: ANN401 - whatever TOML holds
        if not isinstance(value, str):
            raise CellError(f'is {kind_of_value(value)}; write text in quotes such as "{example}"')
        text = cells.cleaned(value)
        if not text:
            raise CellError(f'is empty; write text such as "{example}"')
        return read(text, reading)

    return checked


def _one(read: ReadOne[T]) -> Reader:
    def reader(value: Any, reading: Reading) -> tuple[T | None, Faults]:  # noqa: ANN401 - as above
        try:
            return read(value, reading), []
        except CellError as error:
            return None, [((), error)]

    return reader


def _many(read: Reader, build: Callable[[list[Any]], Any], example: str) -> Reader:
    """A reader of arrays whose elements `read` reads."""

    def reader(value: Any, reading: Reading) -> tuple[Any, Faults]:  # noqa: ANN401 - as above
        if not isinstance(value, list):
            return None, [((), CellError(f"is {kind_of_value(value)}; write a list: {example}"))]
        values: list[Any] = []
        faults: Faults = []
        for place, element in enumerate(value):
            found, errors = read(element, reading)
            values.append(found)
            faults.extend(((place, *inside), error) for inside, error in errors)
        if faults:
            return None, faults
        try:
            return build(values), []
        except CellError as error:
            return None, [((), error)]

    return reader


def _by_id(read: Reader, example: str) -> Reader:
    """A reader of tables from coachee ids to what `read` reads."""

    def reader(value: Any, reading: Reading) -> tuple[Any, Faults]:  # noqa: ANN401 - as above
        if not isinstance(value, dict):
            return None, [((), CellError(f"is {kind_of_value(value)}; write a table: {example}"))]
        found: dict[str, Any] = {}
        faults: Faults = []
        for ident, element in value.items():
            found[ident.strip()], errors = read(element, reading)
            faults.extend(((ident, *inside), error) for inside, error in errors)
        return found, faults

    return reader


def _day(value: Any, _: Reading) -> date:  # noqa: ANN401 - as above
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        raise CellError("is text; write the date without quotes, like 2027-01-18")
    raise CellError(f"is {kind_of_value(value)}; write a date like 2027-01-18")


def _dates(value: Any, reading: Reading) -> DateRange:  # noqa: ANN401 - as above
    if isinstance(value, date) and not isinstance(value, datetime):
        return DateRange(value, value)
    read = _text(lambda text, _: cells.date_range(text), "2027-04-30..2027-05-03")
    return read(value, reading)


def _preferred(text: str, _: Reading) -> tuple[WeeklyWindow, ...]:
    """`Tue 09:00-12:00`, or `09:00-12:00` for every day of the week."""
    if not text[0].isdigit():
        return cells.windows(text)
    try:
        return tuple(window for day in WEEKDAYS for window in cells.windows(f"{day} {text}"))
    except CellError as error:
        raise CellError(
            f"{text!r} is no time of the day or the week; "
            "write one like 09:00-12:00 or Tue 09:00-12:00"
        ) from error


def _flat(windows: list[tuple[WeeklyWindow, ...]]) -> tuple[WeeklyWindow, ...]:
    return tuple(sorted({window for some in windows for window in some}))


def _pair(countries: list[str]) -> frozenset[str]:
    if len(countries) != _A_PAIR:
        raise CellError(f'holds {len(countries)} countries; a pair is two: ["RS", "XK"]')
    return frozenset(countries)


def _choice(kind: type[StrEnum]) -> Reader:
    def read(text: str, reading: Reading) -> StrEnum:
        try:
            return kind(text)
        except ValueError:
            return cells.choice(kind)(text, reading)

    return _one(_text(read, next(iter(kind)).value))


_LANGUAGE = _one(_text(cells.language, "bs"))
_COUNTRY = _one(_text(cells.country, "RS"))
_ID = _one(_text(cells.identifier, "K-04"))

_TIMES = _many(_one(_text(_preferred, "09:00-12:00")), _flat, '["09:00-12:00"]')

READERS: dict[str, Reader] = {
    "cycle.name": _one(_text(cells.line, "Regional cycle 2027/1")),
    "cycle.start": _one(_day),
    "cycle.end": _one(_day),
    "cycle.timezone": _one(_text(cells.timezone, "Europe/Belgrade")),
    "calendar.blackout": _many(_one(_dates), tuple, '["2027-04-30..2027-05-03"]'),
    "rules.language.minimum_level": _one(_text(cells.level, "B2")),
    "rules.language.groups": _many(
        _many(_LANGUAGE, frozenset, '["bs", "cnr", "hr", "sr"]'),
        tuple,
        '[["bs", "cnr", "hr", "sr"]]',
    ),
    "rules.country.relation": _choice(CountryRelation),
    "rules.country.excluded": _many(
        _many(_COUNTRY, _pair, '["RS", "XK"]'), tuple, '[["RS", "XK"]]'
    ),
    "pins": _by_id(_ID, 'C-017 = "K-04"'),
    "bans": _by_id(_many(_ID, frozenset, '["K-04"]'), 'C-017 = ["K-04"]'),
    "timetable.preferred": _TIMES,
    "timetable.preferred_by": _by_id(_TIMES, 'C-017 = ["Tue 09:00-12:00"]'),
    "objective.levels": _many(_choice(ObjectiveLevel), tuple, '["placed", "worst", "total"]'),
}
