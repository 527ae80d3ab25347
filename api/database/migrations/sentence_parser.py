"""Converts English sentences, which earlier versions stored, to facts.

A sentence is matched against the text that each message had in format 1. Each parameter in the text
becomes a group of a regular expression, whose pattern depends on the kind of the parameter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

import matching.facts  # noqa: F401 - defines the messages
from api.database.migrations.format_1 import TEXTS
from coach.availability import WEEKDAYS
from coach.texts.facts import FACT, LEGACY, MESSAGES, PERSON, TEXT, Fact, Kind, Message
from coach.texts.locales import ENGLISH
from matching.facts.names import ERASED

_ERASED_TEXT = "(erased)"
_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER_WORD = re.compile(rf"\b({'|'.join(_WORDS[1:])})(?= grades? |$)")
_PATTERNS: Mapping[str, str] = {
    "number": r"\d+(?:\.\d+)?",
    "weekday": "|".join(WEEKDAYS),
    "short_date": r"\d{4}-\d\d-\d\d",
}
_CODES: Mapping[str, str] = {
    "country": "[A-Z]{2}",
    "first": "[A-Z]{2}",
    "second": "[A-Z]{2}",
    "rank": r"[^\s;]+",
    "coachee_rank": r"[^\s;]+",
    "coach_rank": r"[^\s;]+",
    "level": "[ABC][12]",
    "start": r"\d\d:\d\d",
    "end": r"\d\d:\d\d",
    "zone": r"\S+",
}
"""The patterns of text parameters, keyed by parameter name."""
_SEPARATORS: Mapping[str, str] = {"joined": "; ", "listed": ", ", "all_of": " and "}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")

REASONS = ("language.", "country.", "rank.", "unit.", "refusal.", "ban.", "topics.", "preference.",
           "availability.", "schedule.")  # fmt: skip
MOVES = ("move.", "rule.objection")
CHANGES = ("change.",)
EFFECTS = ("effect.",)
PROGRESS = ("run.progress_",)
_CLAUSES: Mapping[str, tuple[str, ...]] = {
    "allowance": ("rank.",),
    "coachees": ("count.",),
    "coaches": ("count.",),
    "countries": ("country.both", "country.two"),
    "level": ("level.",),
    "reason": REASONS,
    "rule": ("rule.",),
    "sessions": ("count.",),
}
"""The prefixes of the codes that a nested fact can have, keyed by parameter name."""
_NOT_ALONE = {"rule.reasons", "change.with_effect", "country.both", "country.two"}


class SentenceParser:
    """Parses sentences in which people are named as `Name (id)` or by their ids."""

    def __init__(
        self,
        coachees: Mapping[str, str] = MappingProxyType({}),
        coaches: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Create a parser. `coachees` and `coaches` map the label `Name (id)` to the id."""
        self._ids = {"coachee": coachees, "coach": coaches}
        self._kinds: Mapping[str, Callable[[str], object]] = {
            "text": str,
            "number": lambda text: float(text) if "." in text else int(text),
            "weekday": WEEKDAYS.index,
            "short_date": date.fromisoformat,
            "language": _language_code,
        }

    def fact(self, text: str, prefixes: Iterable[str]) -> Fact:
        """Convert a sentence to a fact whose code starts with one of the prefixes.

        A sentence that matches no message is returned as a `LEGACY` fact.
        """
        if text == _ERASED_TEXT:
            return ERASED()
        return self._parse(text, tuple(prefixes)) or LEGACY(text=text)

    def clauses(self, text: str, prefixes: Iterable[str]) -> list[Fact]:
        """Convert clauses that are separated by semicolons to facts, where possible."""
        several = tuple(prefixes)
        whole = self._parse(text, several)
        if whole is not None or "; " not in text:
            return [whole or self.fact(text, several)]
        return self._split(text.split("; "), several)

    def _split(self, parts: list[str], prefixes: tuple[str, ...]) -> list[Fact]:
        """Convert the parts of a text to facts; a clause that contains `; ` spans several parts."""
        found: list[Fact] = []
        while parts:
            for size in range(len(parts), 0, -1):
                fact = self._parse("; ".join(parts[:size]), prefixes)
                if fact is not None:
                    break
            found.append(fact or LEGACY(text=parts[0]))
            parts = parts[size if fact else 1 :]
        return found

    def _parse(self, text: str, prefixes: tuple[str, ...]) -> Fact | None:
        with_digits = _with_digits(text)
        for pattern, message in _patterns(prefixes):
            if found := pattern.fullmatch(with_digits):
                try:
                    params = {
                        name: self._value(name, message.kinds[name], part)
                        for name, part in found.groupdict().items()
                    }
                    return message(**params)
                except (LookupError, ValueError):
                    continue  # the text of another message
        return None

    def _value(self, name: str, kind: Kind, text: str) -> object:
        if kind.item is not None:
            parts = text.split(_SEPARATORS[kind.name])
            return [self._value(name, kind.item, part) for part in parts]
        if kind is PERSON:
            return self._person(name, text)
        if kind is FACT:
            return self._clause(name, text)
        return self._kinds[kind.name](text)

    def _person(self, side: str, text: str) -> str:
        """Return the id of the person with the given label, or `text` itself if there is none.

        Raises:
            ValueError: the person is on the other side.
        """
        own = self._ids[side]
        others = self._ids["coach" if side == "coachee" else "coachee"]
        if text in own:
            return own[text]
        if text not in own.values() and (text in others or text in others.values()):
            raise ValueError(f"not a {side}: {text}")
        return text

    def _clause(self, name: str, text: str) -> Fact:
        fact = self._parse(text, _CLAUSES[name])
        if fact is None:
            raise ValueError(f"not a clause of this version: {text}")
        return fact


@cache
def _patterns(prefixes: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], Message], ...]:
    """Return the patterns of the messages with these prefixes, longest text first."""
    chosen = [
        message
        for code, message in MESSAGES.items()
        if code.startswith(prefixes) and (code in prefixes or code not in _NOT_ALONE)
    ]
    texts = [(text, message) for message in chosen for text in _recognisable_texts(message)]
    texts.sort(key=lambda one: -len(_PLACEHOLDER.sub("", one[0])))
    return tuple((re.compile(_pattern(text, message)), message) for text, message in texts)


def _recognisable_texts(message: Message) -> Iterable[str]:
    """Yield the texts of a message in format 1, except a singular that does not state the count."""
    current = (message.text,) if message.plural is None else (message.text, message.plural)
    *singular, last = TEXTS.get(message.code, current)
    yield from (text for text in singular if "{count}" in text)
    yield last


def _pattern(text: str, message: Message) -> str:
    parts = _PLACEHOLDER.split(text)
    return "".join(
        f"(?P<{part}>{_pattern_of(part, message.kinds[part])})" if odd else re.escape(part)
        for odd, part in ((number % 2, part) for number, part in enumerate(parts))
    )


def _pattern_of(name: str, kind: Kind) -> str:
    return _CODES.get(name, ".+?") if kind is TEXT else _PATTERNS.get(kind.name, ".+?")


def _with_digits(text: str) -> str:
    """Replace number words with digits; earlier versions wrote them in sentences about grades."""
    if " grade" not in text or " with coach " not in text:
        return text
    return _NUMBER_WORD.sub(lambda found: str(_WORDS.index(found[1])), text)


@cache
def _codes_by_name() -> dict[str, str]:
    names = {name: code for code, name in ENGLISH.cldr.languages.items()}
    return names | {name: code for code, name in ENGLISH.language_names.items()}


def _language_code(name: str) -> str:
    """Return the code of a language, given its English name, or its code if it has no name."""
    code = _codes_by_name().get(name)
    if code is None and not re.fullmatch(r"[a-z]{2,3}", name):
        raise ValueError(f"not a language: {name}")
    return code or name
