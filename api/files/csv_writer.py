"""Writes tables as CSV files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from api.files.csv_injection import escape_formula


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """Return a table as CSV in UTF-8, with text cells protected against formula injection."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([escape_formula(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode()
