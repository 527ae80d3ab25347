"""Text for cells that a spreadsheet opens: never taken for a formula."""

from __future__ import annotations

_FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


def escape_formula(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would take it for a formula.

    Spreadsheets show such a cell as the text that follows the apostrophe (OWASP, CSV injection).

    >>> safe_cell("=1+1"), safe_cell("Ana"), safe_cell("")
    ("'=1+1", 'Ana', '')
    """
    return f"'{text}" if text.startswith(_FORMULA_PREFIXES) else text
