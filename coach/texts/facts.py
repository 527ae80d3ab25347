"""Facts: statements represented by a code with typed parameters instead of a sentence.

Messages are defined with `message` and `plural_message`, in one module for each subject. Calling a
message with its parameters returns a `Fact`, which can be stored, compared and sent, and which
`coach.texts.renderer` turns into a sentence in a reader's language. In facts, people are named by
their ids, which `with_labels` replaces before display.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, ClassVar, NoReturn

from pydantic import ConfigDict, JsonValue, TypeAdapter


@dataclass(frozen=True, slots=True)
class Fact:
    """A message's code with the values of its parameters, as JSON."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    code: str
    params: Mapping[str, JsonValue] = field(default_factory=dict)

    @staticmethod
    def from_json(value: JsonValue) -> Fact:
        """Return the fact for `value`, the JSON that `to_json` returned.

        Raises:
            ValidationError: `value` is not the JSON of a fact.
        """
        return _fact_adapter().validate_python(value)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the fact as JSON."""
        return {"code": self.code, "params": dict(self.params)}

    def __hash__(self) -> int:
        return hash((self.code, repr(sorted(self.params.items()))))

    def __str__(self) -> NoReturn:
        raise TypeError(f"a fact is not text: render {self!r} in the reader's language")


@cache
def _fact_adapter() -> TypeAdapter[Fact]:
    return TypeAdapter(Fact)


Displayed = str | Fact
"""Content to display: a fact, or text entered by a person, which is displayed unchanged."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a parameter, which determines its JSON encoding and, by name, its rendering.

    Attributes:
        name: the renderer's key.
        encode: returns the JSON value; raises `TypeError` for a value of another type.
        item: for lists, the kind of the items.
    """

    name: str
    encode: Callable[[Any], JsonValue]
    item: Kind | None = None


def _text(value: object) -> str:
    if isinstance(value, Enum):
        value = value.value
    if not isinstance(value, str):
        raise TypeError(f"not text: {value!r}")
    return value


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"not a number: {value!r}")
    return value


def _date(value: object) -> str:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise TypeError(f"not a date: {value!r}")
    return value.isoformat()


def _local_time(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"not a local time: {value!r}")
    return value.isoformat(timespec="minutes")


def _displayed(value: object) -> JsonValue:
    if isinstance(value, Fact):
        return value.to_json()
    return _text(value)


def _localised(value: object) -> JsonValue:
    if not isinstance(value, Mapping) or not value:
        raise TypeError(f"not a text by language: {value!r}")
    return {_text(language): _text(text) for language, text in value.items()}


TEXT = Kind("text", _text)
"""Text that is displayed unchanged: user input, a file name, a code or an identifier."""
NUMBER = Kind("number", _number)
"""A number, formatted for the reader's locale."""
PLAIN_NUMBER = Kind("plain_number", _number)
"""A number without a thousands separator, as in files: 2027, 32767."""
ONE_DECIMAL = Kind("one_decimal", _number)
"""A number with exactly one decimal place: 20.0."""
DATE = Kind("date", _date)
"""A date with its weekday: Wednesday 20 January 2027."""
SHORT_DATE = Kind("short_date", _date)
"""A date with its weekday, abbreviated: Wed 20 Jan 2027."""
MONTH = Kind("month", _date)
"""A month, from any date in it, abbreviated: Jan 2027."""
TIME = Kind("time", _local_time)
"""The hour and minute of a local time: 09:00."""
WEEKDAY = Kind("weekday", _number)
"""A weekday, abbreviated: 0 is Monday."""
LANGUAGE = Kind("language", _text)
"""The name of a language, from its code."""
TERRITORY = Kind("territory", _text)
"""The name of a country or territory, from its code."""
PERSON = Kind("person", _text)
"""A person's id, to be replaced by `with_labels` before display."""
LOCALISED = Kind("localised", _localised)
"""Texts keyed by language: `{"en": "Leadership"}`; shown in the reader's language, else English."""
FACT = Kind("fact", _displayed)
"""Another fact, or text that is displayed unchanged."""


def _list_of(kind: Kind, style: str) -> Kind:
    def encode(values: Iterable[object]) -> JsonValue:
        return [kind.encode(value) for value in values]

    return Kind(style, encode, kind)


def all_of(kind: Kind) -> Kind:
    """Return the kind for lists that are displayed as `a, b and c`."""
    return _list_of(kind, "all_of")


def one_of(kind: Kind) -> Kind:
    """Return the kind for lists that are displayed as `a, b or c`."""
    return _list_of(kind, "one_of")


def listed(kind: Kind) -> Kind:
    """Return the kind for lists that are displayed as `a, b, c`."""
    return _list_of(kind, "listed")


def joined(kind: Kind) -> Kind:
    """Return the kind for lists of clauses that are displayed as `a; b; c`."""
    return _list_of(kind, "joined")


@dataclass(frozen=True, slots=True)
class Message:
    """A kind of statement: its code, its English text, and its parameters.

    Attributes:
        code: identifies the message in stored facts and in the catalogues; never changed or reused.
        text: the English text, with parameters as `{name}`; the singular if there is a plural.
        plural: the English plural, used unless the parameter `count` is one; `None` if there is
            none.
        kinds: the kinds of the parameters, keyed by name.
    """

    code: str
    text: str
    plural: str | None
    kinds: Mapping[str, Kind]

    def __call__(self, **params: object) -> Fact:
        """Return a fact with the given parameters.

        Raises:
            TypeError: a parameter is missing, unknown, or of another type.
        """
        if params.keys() != self.kinds.keys():
            raise TypeError(f"{self.code} takes {sorted(self.kinds)}, not {sorted(params)}")
        encoded = {name: kind.encode(params[name]) for name, kind in self.kinds.items()}
        return Fact(self.code, encoded)


MESSAGES: dict[str, Message] = {}
"""All messages from the modules loaded so far, keyed by code."""


def message(code: str, text: str, /, **kinds: Kind) -> Message:
    """Define a message.

    Raises:
        ValueError: the code is already defined.
    """
    return _define(Message(code, text, None, kinds))


def plural_message(code: str, text: str, plural: str, /, **kinds: Kind) -> Message:
    """Define a message with singular and plural forms; its parameter `count` selects the form.

    Raises:
        ValueError: the code is already defined, or there is no parameter `count`.
    """
    if "count" not in kinds:
        raise ValueError(f"{code} needs a parameter `count`")
    return _define(Message(code, text, plural, kinds))


def _define(one: Message) -> Message:
    if MESSAGES.setdefault(one.code, one) is not one:
        raise ValueError(f"two messages have the code {one.code}")
    return one


def with_labels(shown: Displayed, labels: Mapping[str, str]) -> Displayed:
    """Return a fact with people's ids, at any depth, replaced by their labels.

    An id without a label is kept. Text, and a fact with an unknown message, are returned unchanged.
    """
    if isinstance(shown, str) or shown.code not in MESSAGES:
        return shown
    kinds = MESSAGES[shown.code].kinds
    params = {
        name: _relabel(kinds[name], value, labels) if name in kinds else value
        for name, value in shown.params.items()
    }
    return replace(shown, params=params)


def person_ids(shown: Displayed) -> Iterator[str]:
    """Yield people's ids in a fact, at any depth.

    If the fact's message is unknown, all texts among its parameters are yielded, because any of
    them may be an id.
    """
    if isinstance(shown, str):
        return
    kinds = MESSAGES[shown.code].kinds if shown.code in MESSAGES else {}
    for name, value in shown.params.items():
        yield from _ids_in(kinds.get(name, PERSON), value)


def _ids_in(kind: Kind, value: JsonValue) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _ids_in(kind.item or kind, one)
    elif isinstance(value, dict) and (kind is FACT or value.keys() >= {"code", "params"}):
        yield from person_ids(Fact.from_json(value))
    elif kind is PERSON and isinstance(value, str):
        yield value


def _relabel(kind: Kind, value: JsonValue, labels: Mapping[str, str]) -> JsonValue:
    if kind.item is not None and isinstance(value, list):
        return [_relabel(kind.item, one, labels) for one in value]
    if kind is PERSON and isinstance(value, str):
        return labels.get(value, value)
    if kind is FACT and isinstance(value, dict):
        nested = with_labels(Fact.from_json(value), labels)
        return nested if isinstance(nested, str) else nested.to_json()
    return value


LEGACY = message("legacy", "{text}", text=TEXT)
"""A sentence stored by a version that did not store facts."""
