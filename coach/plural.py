"""Numbers of things in words: one pair, two pairs."""

from __future__ import annotations


def counted(number: int, thing: str, things: str | None = None) -> str:
    """`1 pair`, `2 pairs`, `0 pairs`; `things` is the plural where it is not `thing` with an s."""
    return f"{number} {thing if number == 1 else things or f'{thing}s'}"
