"""Renders facts as sentences in a language."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from gettext import NullTranslations
from string import Formatter
from typing import Any, Literal, NamedTuple, cast

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from pydantic import JsonValue

from coach.texts.facts import MESSAGES, Displayed, Kind
from coach.texts.locales import ENGLISH, TextLocale
from coach.texts.pseudo import PseudoTranslations, accented, pseudo_translation

_CACHED_SENTENCES = 4096
_CACHED_VALUES = 1024  # of each kind; CLDR's formats are slow
_FIRST_GROUPED = 1000  # the first number with a separator
_CLOCK = slice(11, 16)  # hour and minute of a time in ISO 8601
_SENTENCE_ENDS = (".", "!", "?", "]")  # pseudo-translations end with the bracket
_MISFITS = (KeyError, TypeError, ValueError, ArithmeticError)
_LIST_STYLES: Mapping[str, Literal["standard", "or"]] = {"all_of": "standard", "one_of": "or"}

Format = Callable[[Any], str]
"""Formats the stored value of a parameter as text."""


class Sentence(NamedTuple):
    """A message in a particular language, prepared for rendering.

    Attributes:
        template: the text, with a `%s` for each of `values`; without values, the finished text.
        values: the names of the parameters in the text, in order, and their formats.
    """

    template: str
    values: tuple[tuple[str, Format], ...]


class TerritoryText(NamedTuple):
    """A deployment's name for a country or territory, and the footnote required with it, if any."""

    name: str
    footnote: str = ""


class Renderer:
    """Renders facts in one language, using the deployment's names for territories.

    Attributes:
        locale: the language.
        translations: the message catalogue of the language.
    """

    def __init__(
        self,
        locale: TextLocale,
        translations: NullTranslations,
        territories: Mapping[str, TerritoryText] | None = None,
    ) -> None:
        """Create a renderer; `territories` maps codes to names that replace CLDR's names."""
        self.locale = locale
        self.translations = PseudoTranslations() if locale.pseudo else translations
        self._territories = territories or {}
        self._sentence = lru_cache(_CACHED_SENTENCES, typed=True)(self._compile)
        self._by_kind: dict[str, Format] = {
            "text": str,
            "person": str,
            "number": self.number,
            "plain_number": str,
            "one_decimal": lambda value: _number(value, "0.0", self.locale),
            "date": lambda value: _iso_date(value, self.locale.date_pattern, self.locale),
            "short_date": lambda value: _iso_date(
                value, self.locale.short_date_pattern, self.locale
            ),
            "month": lambda value: _iso_date(value, self.locale.month_pattern, self.locale),
            "time": lambda value: value[_CLOCK],
            "weekday": self.weekday,
            "language": self.language,
            "territory": self.territory,
            "localised": self.localised,
            "fact": self._nested,
        }

    def text(self, shown: Displayed) -> str:
        """Return the text of a fact; a string is returned unchanged.

        A fact that was altered or stored by another version may not fit its message. In that case,
        its code and parameters are returned.
        """
        return shown if isinstance(shown, str) else self._render(shown.code, shown.params)

    def _render(self, code: str, params: Mapping[str, JsonValue]) -> str:
        try:
            template, values = self._sentence(code, cast(Hashable, params.get("count")))
            if not values:
                return template
            return template % tuple([show(params[name]) for name, show in values])
        except _MISFITS:  # altered, or stored by another version
            return f"{code} {dict(params)}"

    def _compile(self, code: str, count: object) -> Sentence:
        """Prepare a message for rendering with the given value of its parameter `count`, if any.

        Raises:
            KeyError: there is no such message, or its text has a parameter that it does not define.
            TypeError: the message has a plural, and `count` is not a whole number.
        """
        known = MESSAGES[code]
        if known.plural is None:
            text = self.translations.pgettext(code, known.text)
        elif isinstance(count, int):
            text = self.translations.npgettext(code, known.text, known.plural, count)
        else:
            raise TypeError(f"the count of {code} must be an integer, not {count!r}")
        parts = [(literal, name) for literal, name, *_ in Formatter().parse(text)]
        values = tuple((name, self._format(known.kinds[name])) for _, name in parts if name)
        if not values:
            return Sentence("".join(literal for literal, _ in parts), ())
        pieces = (literal.replace("%", "%%") + "%s" * bool(name) for literal, name in parts)
        return Sentence("".join(pieces), values)

    def _format(self, kind: Kind) -> Format:
        return self._by_kind[kind.name] if kind.item is None else self._list(kind.name, kind.item)

    def _list(self, style: str, kind: Kind) -> Format:
        show = self._format(kind)

        def show_list(values: list[JsonValue]) -> str:
            if not isinstance(values, list):
                raise TypeError(f"not a list: {values!r}")
            items = [show(one) for one in values]
            if style in _LIST_STYLES:
                return _list_pattern(style, len(items), self.locale).format(*items)
            return ("; " if style == "joined" else ", ").join(items)

        return show_list

    def _nested(self, value: JsonValue) -> str:
        if not isinstance(value, dict):
            return str(value)
        code, params = value["code"], value["params"]
        if not isinstance(code, str) or not isinstance(params, dict):
            raise TypeError(f"not a fact: {value!r}")
        return self._render(code, params)

    def sentence(self, shown: Displayed) -> str:
        """Return the text of a fact as a sentence, with a capital letter and final punctuation."""
        text = self.text(shown).strip()
        return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(_SENTENCE_ENDS) else '.'}"

    def number(self, value: float) -> str:
        """Format a number: `1,200`."""
        if isinstance(value, int) and 0 <= value < _FIRST_GROUPED:
            return str(value)  # as Babel formats it, but faster
        return _number(value, None, self.locale)

    def short_date(self, day: date) -> str:
        """Format a date, abbreviated: `Wed 20 Jan 2027`."""
        return _date(day, self.locale.short_date_pattern, self.locale)

    def month(self, day: date) -> str:
        """Format a month, abbreviated: `Jan 2027`."""
        return _date(day, self.locale.month_pattern, self.locale)

    def weekday(self, number: int) -> str:
        """Return an abbreviated weekday; 0 is Monday."""
        return _weekday(number, self.locale)

    def language(self, code: str) -> str:
        """Return the name of a language, or its code if it has none."""
        return _language(code, self.locale)

    def territory(self, code: str) -> str:
        """Return the name of a country or territory, or its code if it has none."""
        if code in self._territories:
            return self._territories[code].name
        return _territory(code, self.locale)

    def localised(self, texts: Mapping[str, str]) -> str:
        """Return the text in this language, else in its base language, in English, or in any other.

        The pseudo-locale shows the accented English text.

        Raises:
            TypeError: `texts` is not a mapping.
        """
        if not isinstance(texts, Mapping):
            raise TypeError(f"not a text by language: {texts!r}")
        key = self.locale.key
        own = texts.get(key) or texts.get(key.partition("-")[0]) or texts.get(ENGLISH.key)
        text = own or next(iter(texts.values()))
        return pseudo_translation(text) if self.locale.pseudo else text

    def footnotes(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Return the footnotes that the given territories' names require, without duplicates."""
        known = self._territories
        notes = (known[code].footnote for code in sorted(set(codes)) if code in known)
        return tuple(dict.fromkeys(note for note in notes if note))


@lru_cache(_CACHED_VALUES)
def _date(day: date, pattern: str, locale: TextLocale) -> str:
    return _from_cldr(format_date(day, pattern, locale=locale.cldr), locale)


@lru_cache(_CACHED_VALUES)
def _iso_date(day: str, pattern: str, locale: TextLocale) -> str:
    return _date(date.fromisoformat(day), pattern, locale)


@lru_cache(_CACHED_VALUES)
def _number(value: float, pattern: str | None, locale: TextLocale) -> str:
    return format_decimal(value, pattern, locale=locale.cldr)


@lru_cache(_CACHED_VALUES)
def _weekday(number: int, locale: TextLocale) -> str:
    return _from_cldr(locale.cldr.days["format"]["abbreviated"][number], locale)


@lru_cache(_CACHED_VALUES)
def _language(code: str, locale: TextLocale) -> str:
    known = locale.language_names.get(code) or locale.cldr.languages.get(code)
    return _from_cldr(known, locale) if known else code


@lru_cache(_CACHED_VALUES)
def _territory(code: str, locale: TextLocale) -> str:
    known = locale.cldr.territories.get(code)
    return _from_cldr(known, locale) if known else code


@lru_cache(_CACHED_VALUES)
def _list_pattern(style: str, length: int, locale: TextLocale) -> str:
    places = [f"{{{place}}}" for place in range(length)]
    pattern = format_list(places, style=_LIST_STYLES[style], locale=locale.cldr)
    return _from_cldr(pattern, locale)


def _from_cldr(text: str, locale: TextLocale) -> str:
    """Return text from CLDR, with accents if the locale is the pseudo-locale."""
    return accented(text) if locale.pseudo else text


@cache
def _english() -> Renderer:
    return Renderer(ENGLISH, NullTranslations())


def english(shown: Displayed) -> str:
    """Return the English text of a fact, for logs and tests, or if the language is unknown."""
    return _english().text(shown)
