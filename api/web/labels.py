"""Badges and form options; the subjects define them beside their enums."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Badge:
    """A short label in a coloured frame; `tone` is a CSS class of the stylesheet, or empty."""

    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a form field."""

    value: str
    words: str
