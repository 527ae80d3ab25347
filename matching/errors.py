"""Errors that end a run without a result. Importing this module loads no solver."""

from __future__ import annotations

from dataclasses import dataclass

from coach.errors import DomainError
from coach.texts.facts import Fact
from matching.facts import runs as facts
from matching.facts.rules import ALL_REASONS


class CancelledError(DomainError):
    """The run was cancelled and has no result."""


class NoUsableResultError(DomainError):
    """The time limit passed before the engine found a usable result."""


@dataclass(frozen=True, slots=True)
class ImpossiblePin:
    """A pin that no plan can satisfy, with the reason."""

    coachee: str
    coach: str
    why: Fact


class ImpossiblePinsError(DomainError):
    """Some pins cannot be satisfied; `pins` lists them with their reasons."""

    def __init__(self, pins: tuple[ImpossiblePin, ...]) -> None:
        self.pins = pins
        lines = [facts.PIN(coachee=pin.coachee, coach=pin.coach, reason=pin.why) for pin in pins]
        super().__init__(ALL_REASONS(reasons=lines))
