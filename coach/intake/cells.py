"""Parsers for individual cells. Each returns the value or raises `CellError` with all faults."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TypeVar

from coach.facts import NOT_A_TIME_ZONE
from coach.folding import folded
from coach.intake import facts
from coach.intake.fault_messages import excerpt, nearest, with_suggestion
from coach.intake.reference import ReadContext
from coach.languages import CefrLevel, LanguageSkill
from coach.texts.facts import Fact
from coach.texts.renderer import english

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

MAX_LINE_LENGTH = 200
MAX_CELL_LENGTH = 32_767  # the limit of a spreadsheet cell

_SPREADSHEET_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
)
# The rule that browsers use for <input type=email> (HTML Living Standard), with a dot in the
# domain.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# Decoded from a `mailto:` link, these would break the address into several lines.
_QUOTED_CONTROL = r".*%(?:[01][0-9a-f]|7f)"
_EMAIL = re.compile(
    rf"(?!{_QUOTED_CONTROL})[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+",
    re.IGNORECASE,
)
_SEVERAL_LANGUAGES = frozenset(
    folded(name)
    for name in ("sh", "hbs", "BHS", "BCS", "BCMS", "srpskohrvatski", "hrvatskosrpski",
                 "Serbo-Croatian", "serbo-kroatisht", "naški")
)  # fmt: skip
_CODES_OF_SEVERAL_LANGUAGES = ("bs", "cnr", "hr", "sr")
_MIN_NAME_LENGTH = 5
_MIN_SIMILARITY = 0.75
_MAX_EMAIL_LENGTH = 254  # RFC 5321, section 4.5.3.1.3, without the angle brackets


class CellError(ValueError):
    """A cell is invalid; `messages` contains one message per fault."""

    def __init__(self, *messages: Fact) -> None:
        self.messages = messages
        super().__init__(*messages)

    def __str__(self) -> str:
        return "; ".join(map(english, self.messages))


def clean_text(text: str) -> str:
    """Strip surrounding white space and normalise the text to NFC.

    Raises:
        CellError: the text is too long, is a spreadsheet error, or contains an unusable character.
    """
    text = text.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if len(text) > MAX_CELL_LENGTH:
        raise CellError(facts.TEXT_TOO_LONG(count=len(text), limit=MAX_CELL_LENGTH))
    if text in _SPREADSHEET_ERRORS:
        raise CellError(facts.SPREADSHEET_ERROR(error=text))
    if not text.isprintable():
        for character in filter(_is_unusable, text):
            code_point = f"U+{ord(character):04X}"
            raise CellError(facts.INVISIBLE_CHARACTER(code_point=code_point))
    return text


def _is_unusable(character: str) -> bool:
    """Return whether `character` is a control, surrogate, noncharacter or bidi character.

    Tabs and line breaks are usable.
    """
    if character in "\t\r\n\u0085\u2028\u2029":
        return False
    category = unicodedata.category(character)
    if category in {"Cc", "Cs"}:
        return True
    bidi = "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
    return bidi or ord(character) & 0xFFFE == 0xFFFE  # noqa: PLR2004 - U+xFFFE and U+xFFFF


def line(text: str, _: ReadContext | None = None) -> str:
    """Parse a single line of text, collapsing each run of white space into one space."""
    text = " ".join(text.split())
    if len(text) > MAX_LINE_LENGTH:
        raise CellError(facts.TEXT_TOO_LONG(count=len(text), limit=MAX_LINE_LENGTH))
    return text


def identifier(text: str, _: ReadContext | None = None) -> str:
    """Parse an id: a single line without `;`, which separates ids in lists."""
    text = line(text)
    if ";" in text:
        raise CellError(facts.RESERVED_SEMICOLON(value=excerpt(text)))
    return text


def entries(text: str, _: ReadContext | None = None) -> tuple[str, ...]:
    """Split text at semicolons into its entries, without duplicates or empty entries."""
    return tuple(dict.fromkeys(entry for part in text.split(";") if (entry := line(part))))


def parse_each(text: str, read: Callable[[str], T]) -> tuple[T, ...]:
    """Parse each entry of a list with `read`, collecting all faults.

    Raises:
        CellError: at least one entry is invalid.
    """
    values: list[T] = []
    messages: list[Fact] = []
    for entry in filter(None, (" ".join(part.split()) for part in text.split(";"))):
        try:
            values.append(read(entry))
        except CellError as error:
            messages.extend(error.messages)
    if messages:
        raise CellError(*messages)
    return tuple(values)


def email(text: str, _: ReadContext | None = None) -> str:
    """Parse an email address that mail and calendar programs accept."""
    if len(text) > _MAX_EMAIL_LENGTH or _EMAIL.fullmatch(text) is None:
        raise CellError(facts.NOT_AN_EMAIL(value=excerpt(text)))
    return text


def country(text: str, read_context: ReadContext) -> str:
    """Parse an ISO 3166-1 alpha-2 country code or `XK`."""
    code = text.upper()
    if code in read_context.reference.countries:
        return code
    near = read_context.reference.aliases().country(text)
    near = near or _nearest_code(text, read_context.reference.countries, read_context)
    raise CellError(with_suggestion(facts.NOT_A_COUNTRY(value=excerpt(text)), near))


def _nearest_code(text: str, names: Mapping[str, str], read_context: ReadContext) -> str | None:
    """Return the code whose English name is most similar to the text, or `None` if none is close.

    Similar codes are not suggested, because codes are too short: `eng` resembles `ng`, another
    language. Since a wrong suggestion might be accepted, names have to be more similar than
    elsewhere.
    """
    codes = {name: code for code, name in names.items()}
    near = read_context.nearest(text, codes) if len(text) >= _MIN_NAME_LENGTH else None
    if near and SequenceMatcher(None, folded(text), folded(near)).ratio() >= _MIN_SIMILARITY:
        return codes[near]
    return None


def language(text: str, read_context: ReadContext) -> str:
    """Parse an ISO 639 language code or `cnr`."""
    code = text.lower()
    if "," in text:
        raise CellError(facts.SEVERAL_LANGUAGES(value=excerpt(text)))
    if code in read_context.reference.languages:
        return code
    if folded(text) in _SEVERAL_LANGUAGES:
        codes = _CODES_OF_SEVERAL_LANGUAGES
        raise CellError(facts.NAME_OF_SEVERAL_LANGUAGES(value=excerpt(text), codes=codes))
    near = read_context.reference.aliases().language(text)
    near = near or _nearest_code(text, read_context.reference.languages, read_context)
    raise CellError(with_suggestion(facts.NOT_A_LANGUAGE(value=excerpt(text)), near))


def level(text: str, _: ReadContext | None = None) -> CefrLevel:
    """Parse a CEFR level."""
    try:
        return CefrLevel[text.upper()]
    except KeyError:
        names = [known.name for known in CefrLevel]
        raise CellError(facts.NOT_A_LEVEL(value=excerpt(text), levels=names)) from None


def languages(text: str, read_context: ReadContext) -> tuple[LanguageSkill, ...]:
    """Parse `sq; en:B2`: languages in order of preference, each with a level (default C1)."""

    def skill(entry: str) -> LanguageSkill:
        code, colon, grade = (part.strip() for part in entry.partition(":"))
        messages = (
            *_faults(language, code, read_context),
            *(_faults(level, grade, read_context) if colon else ()),
        )
        if messages:
            raise CellError(*messages)
        return LanguageSkill(language(code, read_context), level(grade) if colon else CefrLevel.C1)

    skills = parse_each(text, skill)
    codes = [known.code for known in skills]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise CellError(*(facts.LANGUAGE_TWICE(code=code) for code in twice))
    return skills


def _faults(
    read: Callable[[str, ReadContext], T], text: str, read_context: ReadContext
) -> tuple[Fact, ...]:
    try:
        read(text, read_context)
    except CellError as error:
        return error.messages
    return ()


def timezone(text: str, read_context: ReadContext) -> str:
    """Parse an IANA time zone name."""
    if text in read_context.reference.timezones:
        return text
    near = read_context.nearest(text, read_context.reference.timezones)
    raise CellError(with_suggestion(NOT_A_TIME_ZONE(value=excerpt(text)), near))


def choice(kind: Iterable[E]) -> Callable[[str, ReadContext | None], E]:
    """Return a parser for the members of an enumeration, ignoring case and separators."""
    members = tuple(kind)
    by_key = {_choice_key(member.value): member for member in members}

    def read(text: str, _: ReadContext | None = None) -> E:
        found = by_key.get(_choice_key(text))
        if found is not None:
            return found
        names = [member.value for member in members]
        message = facts.NOT_A_CHOICE(value=excerpt(text), choices=names)
        raise CellError(with_suggestion(message, nearest(text, names)))

    return read


def _choice_key(text: str) -> str:
    return "_".join(re.split(r"[\s_-]+", text.casefold()))


def yes_no(text: str, _: ReadContext | None = None) -> bool:
    """Parse `yes` or `no`, ignoring case."""
    if text.casefold() in {"yes", "no"}:
        return text.casefold() == "yes"
    raise CellError(facts.NOT_YES_OR_NO(value=excerpt(text)))


def whole_number(low: int, high: int) -> Callable[[str, ReadContext | None], int]:
    """Return a parser for whole numbers from `low` to `high`."""

    def read(text: str, _: ReadContext | None = None) -> int:
        if re.fullmatch(r"[+-]?[0-9]{1,9}", text) is None:
            raise CellError(facts.NOT_A_WHOLE_NUMBER(value=excerpt(text), low=low, high=high))
        number = int(text)
        if not low <= number <= high:
            raise CellError(facts.NUMBER_OUT_OF_RANGE(number=str(number), low=low, high=high))
        return number

    return read
