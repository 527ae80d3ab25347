"""Why the engine gives no result. Apart from the engine, so that naming one loads no solver."""

from __future__ import annotations

from dataclasses import dataclass

from coach.errors import DomainError


class CancelledError(DomainError):
    """The run was stopped on request; nothing of it is kept."""


class NoUsableResultError(DomainError):
    """The time limit came before any usable result."""


@dataclass(frozen=True, slots=True)
class ImpossiblePin:
    """A pin no plan can honour, and why, in a sentence."""

    coachee: str
    coach: str
    why: str


class ImpossiblePinsError(DomainError):
    """Some pins cannot be honoured; `pins` says which and why."""

    def __init__(self, pins: tuple[ImpossiblePin, ...]) -> None:
        self.pins = pins
        super().__init__("; ".join(f"{pin.coachee} = {pin.coach}: {pin.why}" for pin in pins))
