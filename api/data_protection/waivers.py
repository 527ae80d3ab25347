"""Redacts waivers, whose reasons are written by the programme manager and may name anybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from coach.waivers import Waiver
from matching.result import Verdict

_ERASED = "(erased)"


class Pseudonyms(Protocol):
    """Maps the codes of erased people to new codes, and finds mentions of these people in texts."""

    def new_coachee_code(self, code: str) -> str:
        """Return the new code of a coachee, or `code` if they are not erased."""

    def new_coach_code(self, code: str) -> str:
        """Return the new code of a coach, or `code` if they are not erased."""

    def mentions(self, text: str) -> bool:
        """Return whether a text mentions an erased person."""


def redact_waiver(redactor: Pseudonyms, waiver: Waiver) -> Waiver:
    """Return a waiver with erased people's codes replaced, and its reason removed if about them."""
    coachee = redactor.new_coachee_code(waiver.coachee)
    coach = redactor.new_coach_code(waiver.coach)
    known = (coachee, coach) == (waiver.coachee, waiver.coach)
    reason = waiver.reason if known and not redactor.mentions(waiver.reason) else _ERASED
    return waiver.model_copy(update={"coachee": coachee, "coach": coach, "reason": reason})


def waivers_of_others(redactor: Pseudonyms, waivers: Iterable[Waiver]) -> tuple[Waiver, ...]:
    """Return the waivers for pairs without erased people, omitting reasons that mention them."""
    redacted = ((waiver, redact_waiver(redactor, waiver)) for waiver in waivers)
    return tuple(
        new for old, new in redacted if (old.coachee, old.coach) == (new.coachee, new.coach)
    )


def mentioned_in_waiver(redactor: Pseudonyms, verdict: Verdict) -> bool:
    """Return whether the reason for a waived verdict mentions an erased person."""
    return redactor.mentions(str(verdict.reason.params.get("waiver", "")))
