"""Errors that end a run without a result. Importing this module loads no solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coach.errors import DomainError
from coach.texts.facts import Fact
from matching.facts import runs as facts
from matching.facts.rules import ALL_REASONS

if TYPE_CHECKING:
    from matching.auditor.finding import Finding
    from matching.result import Result


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


class UnsoundResultError(DomainError):
    """The result failed its audit, which is always a fault of the engine.

    Attributes:
        result: the rejected result, which must not be used as a plan.
        findings: the findings of the audit, at least one.
        sound: the part of the result that passes the audit, or `None` if there is none.
    """

    def __init__(self, result: Result, findings: Sequence[Finding], sound: Result | None) -> None:
        self.result = result
        self.findings = tuple(findings)
        self.sound = sound
        first = self.findings[0].shown
        super().__init__(facts.UNSOUND(count=len(self.findings), first=first))
