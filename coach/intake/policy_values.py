"""Parsers for individual values in cycle files, such as levels, date ranges, sets and ids.

Each parser returns the value and its faults. The path of a fault is relative to the key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from coach.availability import WEEKDAYS, DateRange, WeeklyWindow
from coach.cycle import CountryRelation
from coach.holidays import observance_categories
from coach.intake import cells, cycle_file_facts, facts, time_cells
from coach.intake.cells import CellError
from coach.intake.fault_messages import excerpt, nearest, with_suggestion
from coach.intake.reference import ReadContext
from coach.intake.toml_positions import KeyPath
from coach.intake.validation_messages import describe_type
from coach.objective import LISTED_LEVELS
from coach.repeat import EarlierPairs
from coach.waivers import WaivableRule, Waiver

T = TypeVar("T")
Faults = list[tuple[KeyPath, CellError]]
Reader = Callable[[Any, ReadContext], tuple[Any, Faults]]
ScalarReader = Callable[[Any, ReadContext], T]

_PAIR_SIZE = 2


def _text_reader(read: Callable[[str, ReadContext], T], example: str) -> ScalarReader[T]:
    """Return a reader that requires text and parses it with `read`."""

    def checked(value: Any, read_context: ReadContext) -> T:  # noqa: ANN401 - any TOML value
        if not isinstance(value, str):
            found = describe_type(value)
            raise CellError(cycle_file_facts.WRITE_QUOTED_TEXT(found=found, example=example))
        text = cells.clean_text(value)
        if not text:
            raise CellError(cycle_file_facts.EMPTY_TEXT(example=example))
        return read(text, read_context)

    return checked


def _scalar_reader(read: ScalarReader[T]) -> Reader:
    def reader(value: Any, read_context: ReadContext) -> tuple[T | None, Faults]:  # noqa: ANN401 - as above
        try:
            return read(value, read_context), []
        except CellError as error:
            return None, [((), error)]

    return reader


def _array_reader(read: Reader, build: Callable[[list[Any]], Any], example: str) -> Reader:
    """Return a reader that parses the elements of an array with `read` and combines them."""

    def reader(value: Any, read_context: ReadContext) -> tuple[Any, Faults]:  # noqa: ANN401 - as above
        if not isinstance(value, list):
            found = describe_type(value)
            message = cycle_file_facts.WRITE_LIST_LIKE(found=found, example=example)
            return None, [((), CellError(message))]
        values: list[Any] = []
        faults: Faults = []
        for place, element in enumerate(value):
            parsed, errors = read(element, read_context)
            values.append(parsed)
            faults.extend(((place, *inside), error) for inside, error in errors)
        if faults:
            return None, faults
        try:
            return build(values), []
        except CellError as error:
            return None, [((), error)]

    return reader


def _id_table_reader(read: Reader, example: str) -> Reader:
    """Return a reader for tables keyed by id or country, whose values are parsed with `read`."""

    def reader(value: Any, read_context: ReadContext) -> tuple[Any, Faults]:  # noqa: ANN401 - as above
        if not isinstance(value, dict):
            found = describe_type(value)
            message = cycle_file_facts.WRITE_TABLE_LIKE(found=found, example=example)
            return None, [((), CellError(message))]
        parsed: dict[str, Any] = {}
        faults: Faults = []
        for ident, element in value.items():
            parsed[ident.strip()], errors = read(element, read_context)
            faults.extend(((ident, *inside), error) for inside, error in errors)
        return parsed, faults

    return reader


def _day(value: Any, _: ReadContext) -> date:  # noqa: ANN401 - as above
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        raise CellError(cycle_file_facts.WRITE_DATE_WITHOUT_QUOTES())
    raise CellError(cycle_file_facts.WRITE_DATE(found=describe_type(value)))


def _dates(value: Any, read_context: ReadContext) -> DateRange:  # noqa: ANN401 - as above
    if isinstance(value, date) and not isinstance(value, datetime):
        return DateRange(value, value)
    read = _text_reader(lambda text, _: time_cells.date_range(text), "2027-04-30..2027-05-03")
    return read(value, read_context)


def _preferred(text: str, _: ReadContext) -> tuple[WeeklyWindow, ...]:
    """Parse `Tue 09:00-12:00`, or `09:00-12:00` for every day of the week."""
    if not text[0].isdigit():
        return time_cells.windows(text)
    try:
        return tuple(window for day in WEEKDAYS for window in time_cells.windows(f"{day} {text}"))
    except CellError as error:
        raise CellError(facts.NOT_A_PREFERRED_TIME(value=excerpt(text))) from error


def _flatten(windows: list[tuple[WeeklyWindow, ...]]) -> tuple[WeeklyWindow, ...]:
    return tuple(sorted({window for some in windows for window in some}))


def _pair(countries: list[str]) -> frozenset[str]:
    if len(countries) != _PAIR_SIZE:
        raise CellError(cycle_file_facts.NOT_A_PAIR(count=len(countries)))
    return frozenset(countries)


def _gap(value: Any, _: ReadContext) -> tuple[tuple[int, int] | None, Faults]:  # noqa: ANN401 - as above
    """Read an array that contains the minimum and maximum number of days."""
    if isinstance(value, list) and len(value) == _PAIR_SIZE and {*map(type, value)} == {int}:
        return (value[0], value[1]), []
    message = cycle_file_facts.WRITE_TWO_NUMBERS(example="[7, 21]")
    return None, [((), CellError(message))]


def _month(value: Any, _: ReadContext) -> int:  # noqa: ANN401 - as above
    if isinstance(value, bool) or not isinstance(value, int):
        raise CellError(cycle_file_facts.WRITE_MONTH(found=describe_type(value)))
    return value


def _choice_reader(choices: Iterable[StrEnum]) -> Reader:
    members = tuple(choices)
    return _scalar_reader(_text_reader(cells.choice(members), members[0].value))


_LANGUAGE = _scalar_reader(_text_reader(cells.language, "bs"))
_COUNTRY = _scalar_reader(_text_reader(cells.country, "RS"))
_ID = _scalar_reader(_text_reader(cells.identifier, "K-04"))

_TIMES = _array_reader(
    _scalar_reader(_text_reader(_preferred, "09:00-12:00")), _flatten, '["09:00-12:00"]'
)


def _observances(value: Any, read_context: ReadContext) -> tuple[Any, Faults]:  # noqa: ANN401 - as above
    """Read holiday categories keyed by country, and check that each country has them."""
    read = _id_table_reader(
        _array_reader(_scalar_reader(_text_reader(cells.line, "orthodox")), tuple, _OBSERVANCES),
        f"{{ ME = {_OBSERVANCES} }}",
    )
    parsed, faults = read(value, read_context)
    found: dict[str, tuple[str, ...]] = {}
    for written, categories in (parsed or {}).items():
        try:
            country = cells.country(written, read_context)
        except CellError as error:
            faults.append(((written,), error))
            continue
        known = observance_categories(country)
        for place, category in enumerate(categories or ()):
            if category not in known:
                faults.append(((written, place), _not_observed(country, category, known)))
        found[country] = tuple(sorted(set(categories or ())))
    return found, faults


def _not_observed(country: str, category: str, known: tuple[str, ...]) -> CellError:
    if not known:
        return CellError(cycle_file_facts.NO_HOLIDAYS(country=country))
    message = cycle_file_facts.NOT_OBSERVED(
        category=excerpt(category), country=country, categories=known
    )
    return CellError(with_suggestion(message, nearest(category, known)))


def _waivers(value: Any, read_context: ReadContext) -> tuple[Any, Faults]:  # noqa: ANN401 - as above
    """Read the valid entries of `[[waivers]]`, each with its index."""
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        found = describe_type(value)
        return None, [((), CellError(cycle_file_facts.WRITE_WAIVERS(found=found)))]
    waivers: list[tuple[int, Waiver]] = []
    faults: Faults = []
    for place, entry in enumerate(value):
        fields: dict[str, Any] = {}
        errors: Faults = []
        for key in dict.fromkeys((*_WAIVER_FIELDS, *entry)):
            read = _WAIVER_FIELDS.get(key)
            if read is None:
                message = cycle_file_facts.NOT_A_KEY_OF_TABLE(table="waivers")
                near = read_context.nearest(key, tuple(_WAIVER_FIELDS))
                errors.append(((place, key), CellError(with_suggestion(message, near))))
            elif key not in entry:
                missing = cycle_file_facts.MISSING_IN_WAIVER()
                errors.append(((place, key), CellError(missing)))
            else:
                fields[key], wrong = read(entry[key], read_context)
                errors.extend(((place, key, *inside), error) for inside, error in wrong)
        if not errors:
            waivers.append((place, Waiver(**fields)))
        faults += errors
    return tuple(waivers), faults


_OBSERVANCES = '["orthodox"]'
_WAIVER_FIELDS: dict[str, Reader] = {
    "coachee": _ID,
    "coach": _ID,
    "rule": _choice_reader(WaivableRule),
    "reason": _scalar_reader(_text_reader(cells.line, "agreed with the chief of staff")),
}
READERS: dict[str, Reader] = {
    "cycle.name": _scalar_reader(_text_reader(cells.line, "Regional cycle 2027/1")),
    "cycle.start": _scalar_reader(_day),
    "cycle.end": _scalar_reader(_day),
    "cycle.timezone": _scalar_reader(_text_reader(cells.timezone, "Europe/Belgrade")),
    "sessions.contracting_gap_days": _gap,
    "cycle.follow_up_months": _array_reader(_scalar_reader(_month), tuple, "[3, 6]"),
    "calendar.blackout": _array_reader(_scalar_reader(_dates), tuple, '["2027-04-30..2027-05-03"]'),
    "calendar.observances": _observances,
    "rules.language.minimum_level": _scalar_reader(_text_reader(cells.level, "B2")),
    "rules.language.groups": _array_reader(
        _array_reader(_LANGUAGE, frozenset, '["bs", "cnr", "hr", "sr"]'),
        tuple,
        '[["bs", "cnr", "hr", "sr"]]',
    ),
    "rules.country.relation": _choice_reader(CountryRelation),
    "rules.country.excluded": _array_reader(
        _array_reader(_COUNTRY, _pair, '["RS", "XK"]'), tuple, '[["RS", "XK"]]'
    ),
    "rules.repeat.earlier": _choice_reader(EarlierPairs),
    "pins": _id_table_reader(_ID, 'C-017 = "K-04"'),
    "bans": _id_table_reader(_array_reader(_ID, frozenset, '["K-04"]'), 'C-017 = ["K-04"]'),
    "waivers": _waivers,
    "timetable.preferred": _TIMES,
    "timetable.preferred_by": _id_table_reader(_TIMES, 'C-017 = ["Tue 09:00-12:00"]'),
    "objective.levels": _array_reader(
        _choice_reader(LISTED_LEVELS), tuple, '["placed", "worst", "total"]'
    ),
}
