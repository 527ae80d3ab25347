"""Badges and form options. Each package defines the labels for its enums."""

from __future__ import annotations

from dataclasses import dataclass

from coach.texts.facts import Displayed


@dataclass(frozen=True, slots=True)
class Badge:
    """A short label in a coloured frame; `tone` is a CSS class of the stylesheet, or empty."""

    words: Displayed
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a form field."""

    value: str
    words: Displayed
