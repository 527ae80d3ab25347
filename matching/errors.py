"""Errors that end a run without a result. Importing this module loads no solver."""

from __future__ import annotations

from dataclasses import dataclass

from coach.errors import DomainError


class CancelledError(DomainError):
    """The run was cancelled and has no result."""


class NoUsableResultError(DomainError):
    """The time limit passed before the engine found a usable result."""


@dataclass(frozen=True, slots=True)
class ImpossiblePin:
    """A pin that no plan can satisfy, with the reason as a sentence."""

    coachee: str
    coach: str
    why: str


class ImpossiblePinsError(DomainError):
    """Some pins cannot be satisfied; `pins` lists them with their reasons."""

    def __init__(self, pins: tuple[ImpossiblePin, ...]) -> None:
        self.pins = pins
        super().__init__("; ".join(f"{pin.coachee} = {pin.coach}: {pin.why}" for pin in pins))
