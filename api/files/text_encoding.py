"""Decodes text files in UTF-8, UTF-16, or an encoding specified by the user."""

from __future__ import annotations

import codecs
import re

from api.files import facts
from api.files.upload_limits import UnreadableError

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PUNCTUATION = "\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u2026\u00a0\u00ab\u00bb\u00b0"
_LATIN = frozenset("čćžšđČĆŽŠĐëËçÇöÖüÜäÄßáéíóúÁÉÍÓÚőűŐŰ" + _PUNCTUATION)
_CYRILLIC = frozenset(map(chr, range(0x400, 0x460))) | frozenset(_PUNCTUATION)
_CANDIDATES = (("windows-1250", _LATIN), ("windows-1251", _CYRILLIC), ("iso8859-2", _LATIN))
"""Regional encodings, and the non-ASCII characters that usually occur in them."""
_WORD = re.compile(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]*")
_ZEROS_OF_UTF16 = 15  # in the first 20 characters


def decode_text(content: bytes, encoding: str | None = None, *, strict: bool = False) -> str:
    """Decode a text file as UTF-8 or UTF-16, or in `encoding` if the file is neither.

    Invalid bytes are decoded to lone surrogates (PEP 383). With `strict`, UTF-16 is not accepted.

    Raises:
        UnreadableError: the file is not text.
    """
    utf16 = _utf16(content)
    if utf16 is not None:
        if strict:
            raise UnreadableError(facts.UTF16())
        try:
            return content.decode(utf16).removeprefix("\ufeff")
        except UnicodeDecodeError:
            raise UnreadableError(facts.UTF16()) from None
    if b"\x00" in content:
        raise UnreadableError(facts.NOT_TEXT())
    if encoding is not None and not _is_utf8(content):
        return content.decode(encoding, errors="surrogateescape")
    return content.decode("utf-8-sig", errors="surrogateescape")


def likely_encoding(text: str) -> tuple[str, str] | None:
    """Return the probable encoding and a sample word, or `None` if no encoding is plausible.

    `text` was decoded as UTF-8, with lone surrogates for invalid bytes.
    """
    content = text.encode("utf-8", errors="surrogateescape")
    for encoding, usual in _CANDIDATES:
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        foreign = {character for character in decoded if not character.isascii()}
        word = max(_WORD.findall(decoded), key=len, default="")
        if word and foreign <= usual:
            return encoding, word
    return None


def _utf16(content: bytes) -> str | None:
    if content.startswith(_UTF16_MARKS):
        return "utf-16"
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if content[start:40:2].count(0) > _ZEROS_OF_UTF16 and 0 not in content[1 - start : 40 : 2]:
            return name
    return None


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
