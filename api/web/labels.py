"""Badges and form options. Each package defines the labels for its enums."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Badge:
    """A short label in a coloured frame; `tone` is a CSS class of the stylesheet, or empty."""

    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a form field."""

    value: str
    words: str
