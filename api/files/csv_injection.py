"""Protects exported spreadsheet cells against formula injection, and reads such cells."""

from __future__ import annotations

_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


def escape_formula(text: str) -> str:
    """Prefix `text` with an apostrophe if a spreadsheet would evaluate it as a formula.

    Spreadsheet programs do not display the apostrophe (see OWASP, CSV injection).

    >>> escape_formula("=1+1"), escape_formula("Ana"), escape_formula("")
    ("'=1+1", 'Ana', '')
    """
    return f"'{text}" if text.startswith(_FORMULA_PREFIXES) else text


def unescape_formula(text: str) -> str:
    """Remove the apostrophe that `escape_formula` has added.

    >>> unescape_formula("'=1+1"), unescape_formula("'Ana'")
    ('=1+1', "'Ana'")
    """
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA_PREFIXES) else text
