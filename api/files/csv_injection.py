"""Protects exported spreadsheet cells against formula injection, and reads such cells."""

from __future__ import annotations

_FULLWIDTH = ("\uff1d", "\uff0b", "\uff0d", "\uff20")  # treated like = + - @ in East Asian locales
_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", *_FULLWIDTH)
_APOSTROPHE = "'"


def escape_formula(text: str) -> str:
    """Prefix `text` with an apostrophe if a spreadsheet would evaluate it as a formula.

    Spreadsheet programs do not display the apostrophe (see OWASP, CSV injection). Text that already
    has apostrophes before a formula gets another one, so that `unescape_formula` restores it.

    >>> escape_formula("=1+1"), escape_formula("Ana"), escape_formula("")
    ("'=1+1", 'Ana', '')
    """
    is_formula = text.lstrip(_APOSTROPHE).startswith(_FORMULA_PREFIXES)
    return f"{_APOSTROPHE}{text}" if is_formula else text


def unescape_formula(text: str) -> str:
    """Remove the apostrophe added by `escape_formula`.

    >>> unescape_formula("'=1+1"), unescape_formula("'Ana'")
    ('=1+1', "'Ana'")
    """
    if not text.startswith(_APOSTROPHE):
        return text
    is_formula = text.lstrip(_APOSTROPHE).startswith(_FORMULA_PREFIXES)
    return text[1:] if is_formula else text
