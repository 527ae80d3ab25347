"""Limits on emails, and functions that make their text safe to store."""

from __future__ import annotations

import unicodedata

MAX_MAIL_BYTES = 5 * 1024 * 1024
MAX_CALENDAR_BYTES = 256 * 1024
MAX_COMPONENTS = 200
MAX_BOUNDARIES = 40  # of multipart MIME parts
MAX_PARTS = 60
MAX_HEADER_CHARACTERS = 4096
MAX_HEADERS = 20  # with the same name
MAX_TEXT_CHARACTERS = 20_000  # of a text, before quotes are removed
MAX_COMMENT_CHARACTERS = 4000
MAX_LINE_CHARACTERS = 300


def stored_text(text: str, limit: int = MAX_COMMENT_CHARACTERS) -> str:
    """Return `text` without control and private-use characters, shortened to `limit` characters.

    Lone surrogates are replaced by question marks.
    """
    valid = text[: 2 * limit].replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
    readable = "".join(
        one for one in valid if one == "\n" or unicodedata.category(one) not in {"Cc", "Cs", "Co"}
    )
    return readable.strip()[:limit]


def stored_line(text: str, limit: int = MAX_LINE_CHARACTERS) -> str:
    """Return `text` as one line; see `stored_text`."""
    return " ".join(stored_text(text, 4 * limit).split())[:limit]
