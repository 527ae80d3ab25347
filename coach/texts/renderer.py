"""Renders facts as sentences in a language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from gettext import NullTranslations
from typing import Any, Literal, NamedTuple

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from pydantic import JsonValue

from coach.texts.facts import MESSAGES, Displayed, Fact, Kind, Message
from coach.texts.locales import ENGLISH, TextLocale
from coach.texts.pseudo import PseudoTranslations, accented

_CACHED_DATES = 4096
_FIRST_GROUPED = 1000  # the first number with a separator
_CLOCK = slice(11, 16)  # hour and minute of a time in ISO 8601
_SENTENCE_ENDS = (".", "!", "?", "]")  # the bracket: of the pseudo-locale
_LIST_STYLES: Mapping[str, Literal["standard", "or"]] = {"all_of": "standard", "one_of": "or"}


class TerritoryText(NamedTuple):
    """A deployment's name for a country or territory, and the footnote required with it, if any."""

    name: str
    footnote: str = ""


class Renderer:
    """Renders facts in one language, with a deployment's names of territories.

    Attributes:
        locale: the language.
        translations: its catalogue.
    """

    def __init__(
        self,
        locale: TextLocale,
        translations: NullTranslations,
        territories: Mapping[str, TerritoryText] | None = None,
    ) -> None:
        """Create a renderer; `territories` maps codes to names that replace those of CLDR."""
        self.locale = locale
        self.translations = PseudoTranslations() if locale.pseudo else translations
        self._territories = territories or {}
        self._by_kind: dict[str, Callable[[Any], str]] = {
            "text": str,
            "person": str,
            "number": self.number,
            "plain_number": str,
            "one_decimal": lambda value: format_decimal(value, "0.0", locale=self.locale.cldr),
            "date": lambda value: self.long_date(date.fromisoformat(value)),
            "short_date": lambda value: self.short_date(date.fromisoformat(value)),
            "month": lambda value: self.month(date.fromisoformat(value)),
            "time": lambda value: value[_CLOCK],
            "weekday": self.weekday,
            "language": self.language,
            "territory": self.territory,
        }

    def text(self, shown: Displayed) -> str:
        """Return the text of a fact; a string is returned unchanged."""
        if isinstance(shown, str):
            return shown
        known = MESSAGES.get(shown.code)
        if known is None:  # stored by a newer version
            return _raw(shown)
        kinds, params = known.kinds, shown.params
        try:
            values = {name: self._value(kind, params[name]) for name, kind in kinds.items()}
            pattern = self._pattern(known, shown)
        except (KeyError, TypeError, ValueError, ArithmeticError):  # altered, or of another version
            return _raw(shown)
        return pattern.format_map(values)

    def _pattern(self, known: Message, shown: Fact) -> str:
        if known.plural is None:
            return self.translations.pgettext(known.code, known.text)
        count = shown.params["count"]
        if not isinstance(count, int):
            raise TypeError(f"the count of {known.code} must be an integer, not {count!r}")
        return self.translations.npgettext(known.code, known.text, known.plural, count)

    def _value(self, kind: Kind, value: JsonValue) -> str:
        if kind.item is not None and isinstance(value, list):
            return self._list(kind.name, [self._value(kind.item, one) for one in value])
        if kind.name == "fact":
            return self.text(Fact.model_validate(value) if isinstance(value, dict) else str(value))
        return self._by_kind[kind.name](value)

    def _list(self, style: str, items: list[str]) -> str:
        if style in _LIST_STYLES:
            places = [f"{{{place}}}" for place in range(len(items))]
            pattern = format_list(places, style=_LIST_STYLES[style], locale=self.locale.cldr)
            return self._cldr(pattern).format(*items)
        return ("; " if style == "joined" else ", ").join(items)

    def sentence(self, shown: Displayed) -> str:
        """Return the text of a fact as a sentence, with a capital letter and a full stop."""
        text = self.text(shown).strip()
        return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(_SENTENCE_ENDS) else '.'}"

    def number(self, value: float) -> str:
        """Format a number: `1,200`."""
        if isinstance(value, int) and 0 <= value < _FIRST_GROUPED:
            return str(value)  # as Babel formats it, but faster
        return format_decimal(value, locale=self.locale.cldr)

    def long_date(self, day: date) -> str:
        """Format a date with its weekday: `Wednesday 20 January 2027`."""
        return self._date(day, self.locale.date_pattern)

    def short_date(self, day: date) -> str:
        """Format a date, abbreviated: `Wed 20 Jan 2027`."""
        return self._date(day, self.locale.short_date_pattern)

    def month(self, day: date) -> str:
        """Format a month, abbreviated: `Jan 2027`."""
        return self._date(day, self.locale.month_pattern)

    def weekday(self, number: int) -> str:
        """Return an abbreviated weekday; 0 is Monday."""
        return self._cldr(self.locale.cldr.days["format"]["abbreviated"][number])

    def language(self, code: str) -> str:
        """Return the name of a language, or its code if it has none."""
        known = self.locale.language_names.get(code) or self.locale.cldr.languages.get(code)
        return self._cldr(known) if known else code

    def territory(self, code: str) -> str:
        """Return the name of a country or territory, or its code if it has none."""
        if code in self._territories:
            return self._territories[code].name
        known = self.locale.cldr.territories.get(code)
        return self._cldr(known) if known else code

    def footnotes(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Return the footnotes that the given territories' names require, without duplicates."""
        known = self._territories
        notes = (known[code].footnote for code in sorted(set(codes)) if code in known)
        return tuple(dict.fromkeys(note for note in notes if note))

    def _date(self, day: date, pattern: str) -> str:
        return self._cldr(_formatted_date(day, pattern, self.locale.cldr))

    def _cldr(self, text: str) -> str:
        """Return text from CLDR, accented in the pseudo-locale."""
        return accented(text) if self.locale.pseudo else text


def _raw(shown: Fact) -> str:
    """Return the code and the parameters of a fact that cannot be rendered."""
    return f"{shown.code} {dict(shown.params)}"


@lru_cache(maxsize=_CACHED_DATES)
def _formatted_date(day: date, pattern: str, cldr: Locale) -> str:
    return format_date(day, pattern, locale=cldr)


@cache
def _english() -> Renderer:
    return Renderer(ENGLISH, NullTranslations())


def english(shown: Displayed) -> str:
    """Return the English text of a fact, for logs, tests, and when the language is unknown."""
    return _english().text(shown)
