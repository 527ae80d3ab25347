"""Counted nouns: one pair, two pairs."""

from __future__ import annotations


def pluralise(number: int, singular: str, plural: str | None = None) -> str:
    """`1 pair`, `2 pairs`, `0 pairs`; `plural` is for nouns that do not just add an s."""
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"
