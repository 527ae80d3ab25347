"""The explained survivors, read from the table in README.md, which has one row for each."""

from __future__ import annotations

from pathlib import Path

_README = Path(__file__).with_name("README.md")


def explained_survivors() -> frozenset[tuple[str, ...]]:
    """Return the keys of the mutants in the table: path, function, text before, text after."""
    rows = [line for line in _README.read_text("utf-8").splitlines() if line.startswith("| `")]
    return frozenset(tuple(_cells(row)[:4]) for row in rows)


def _cells(row: str) -> list[str]:
    placeholder = "\0"
    cells = row.replace("\\|", placeholder).strip().strip("|").split("|")
    return [cell.strip().strip("`").replace(placeholder, "\\|") for cell in cells]
