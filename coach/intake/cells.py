"""Parsers for individual cells. Each returns the value or raises `CellError` with all faults."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from coach.intake.fault_messages import did_you_mean, join_words, quoted
from coach.intake.reference import ReadContext
from coach.languages import CefrLevel, LanguageSkill

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

MAX_LINE_LENGTH = 200
MAX_CELL_LENGTH = 32_767  # the limit of a spreadsheet cell

_SPREADSHEET_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
)
# The rule browsers use for <input type=email> (HTML Living Standard), with a dot in the domain.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(
    rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+", re.IGNORECASE
)
_MAX_EMAIL_LENGTH = 254  # RFC 5321, section 4.5.3.1.3, without the angle brackets


class CellError(ValueError):
    """A cell is invalid; `messages` contains one message per fault."""

    def __init__(self, *messages: str) -> None:
        self.messages = messages
        super().__init__("; ".join(messages))


def clean_text(text: str) -> str:
    """Strip surrounding white space and normalise the text to NFC.

    Raises:
        CellError: the text is too long, is a spreadsheet error, or contains an invisible character.
    """
    text = text.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if len(text) > MAX_CELL_LENGTH:
        raise CellError(f"contains {len(text)} characters; at most {MAX_CELL_LENGTH} are allowed")
    if text in _SPREADSHEET_ERRORS:
        raise CellError(f"contains the spreadsheet error {text}; enter the value itself")
    if not text.isprintable():
        for character in filter(_is_unusable, text):
            raise CellError(f"contains the invisible character U+{ord(character):04X}; remove it")
    return text


def _is_unusable(character: str) -> bool:
    """Whether `character` is a control, surrogate, noncharacter or bidi formatting character."""
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
        raise CellError(f"contains {len(text)} characters; at most {MAX_LINE_LENGTH} are allowed")
    return text


def identifier(text: str, _: ReadContext | None = None) -> str:
    """Parse an id: a single line without `;`, which separates ids in lists."""
    text = line(text)
    if ";" in text:
        raise CellError(f"{quoted(text)} contains ';', which is reserved for lists; remove it")
    return text


def entries(text: str, _: ReadContext | None = None) -> tuple[str, ...]:
    """Split a list into its entries, in order, without duplicates or empty entries."""
    return tuple(dict.fromkeys(entry for part in text.split(";") if (entry := line(part))))


def parse_each(text: str, read: Callable[[str], T]) -> tuple[T, ...]:
    """Parse each entry of a list with `read`, collecting all faults.

    Raises:
        CellError: at least one entry is invalid.
    """
    values: list[T] = []
    messages: list[str] = []
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
        raise CellError(f"{quoted(text)} is not an email address; use one like ana@example.org")
    return text


def country(text: str, read_context: ReadContext) -> str:
    """Parse an ISO 3166-1 alpha-2 country code or `XK`."""
    code = text.upper()
    if code in read_context.reference.countries:
        return code
    hint = _code_hint(text, read_context.reference.countries, read_context)
    raise CellError(
        f"{quoted(text)} is not a country code; use an ISO 3166-1 alpha-2 code "
        f"such as RS, or XK{hint}"
    )


def _code_hint(text: str, names: Mapping[str, str], read_context: ReadContext) -> str:
    """Return a hint at a code with a similar spelling or English name, or an empty string."""
    codes = {name: code for code, name in names.items()} | {code: code for code in names}
    near = read_context.nearest(text, codes)
    return f"; did you mean '{codes[near]}'?" if near else ""


def language(text: str, read_context: ReadContext) -> str:
    """Parse an ISO 639 language code or `cnr`."""
    code = text.lower()
    if "," in text:
        raise CellError(f"{quoted(text)} is not a language code; separate several with ';'")
    if code in read_context.reference.languages:
        return code
    if code == "sh":  # withdrawn from ISO 639-1 because it covers several languages
        raise CellError("'sh' is no longer a language code; use bs, cnr, hr or sr")
    hint = _code_hint(text, read_context.reference.languages, read_context)
    raise CellError(
        f"{quoted(text)} is not a language code; use an ISO 639 code such as sq or en{hint}"
    )


def level(text: str, _: ReadContext | None = None) -> CefrLevel:
    """Parse a CEFR level."""
    try:
        return CefrLevel[text.upper()]
    except KeyError:
        names = [known.name for known in CefrLevel]
        raise CellError(f"{quoted(text)} is not a CEFR level; use {join_words(names)}") from None


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
        raise CellError(*(f"language '{code}' occurs twice; remove one of them" for code in twice))
    return skills


def _faults(
    read: Callable[[str, ReadContext], T], text: str, read_context: ReadContext
) -> tuple[str, ...]:
    try:
        read(text, read_context)
    except CellError as error:
        return error.messages
    return ()


def timezone(text: str, read_context: ReadContext) -> str:
    """Parse an IANA time zone name."""
    if text in read_context.reference.timezones:
        return text
    raise CellError(
        f"{quoted(text)} is not a time zone; use a name like Europe/Belgrade"
        + read_context.did_you_mean(text, read_context.reference.timezones)
    )


def choice(kind: type[E]) -> Callable[[str, ReadContext | None], E]:
    """Return a case-insensitive parser for the values of `kind`."""
    by_key: dict[str, E] = {member.value.casefold(): member for member in kind}

    def read(text: str, _: ReadContext | None = None) -> E:
        key = "_".join(re.split(r"[\s_-]+", text.casefold()))
        if key in by_key:
            return by_key[key]
        names = [member.value for member in kind]
        raise CellError(f"{quoted(text)} is not {join_words(names)}" + did_you_mean(text, names))

    return read


def yes_no(text: str, _: ReadContext | None = None) -> bool:
    """Parse `yes` or `no`, ignoring case."""
    if text.casefold() in {"yes", "no"}:
        return text.casefold() == "yes"
    raise CellError(f"{quoted(text)} is not valid; use yes or no")


def whole_number(low: int, high: int) -> Callable[[str, ReadContext | None], int]:
    """Return a parser for whole numbers from `low` to `high`."""

    def read(text: str, _: ReadContext | None = None) -> int:
        if re.fullmatch(r"[+-]?[0-9]{1,9}", text) is None:
            raise CellError(f"{quoted(text)} is not a whole number; use one from {low} to {high}")
        number = int(text)
        if not low <= number <= high:
            raise CellError(f"{number} is out of range; use a number from {low} to {high}")
        return number

    return read
