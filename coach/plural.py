"""Formats a number with a noun in the singular or plural: 1 pair, 2 pairs."""

from __future__ import annotations


def pluralise(number: int, singular: str, plural: str | None = None) -> str:
    """Return `1 pair`, `2 pairs` or `0 pairs`; pass `plural` for irregular nouns."""
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"
