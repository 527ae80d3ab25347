"""Progress reports of a run."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from coach.objective import ObjectiveLevel
from coach.texts.facts import Displayed, Fact
from matching.facts import runs as facts
from matching.facts.names import level_name_with_unit


class Phase(StrEnum):
    """A phase of a run. The phases are listed in the order in which they run."""

    JUDGING = "judging"
    MATCHING = "matching"
    TIMETABLING = "timetabling"
    EXPLAINING = "explaining"
    AUDITING = "auditing"
    DONE = "done"


class Progress(BaseModel):
    """A progress report of a run, including the value and bound of the current level."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phase: Phase
    level: ObjectiveLevel | None = None
    value: int | None = None
    bound: int | None = None
    elapsed_seconds: float
    message: Displayed


ReportProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]


class ProgressReporter:
    """Reports a run's progress together with the elapsed time."""

    def __init__(self, elapsed: Callable[[], float], report: ReportProgress) -> None:
        """Create a reporter; `elapsed` returns the seconds since the start of the run."""
        self._elapsed = elapsed
        self._report = report

    def phase(self, phase: Phase, message: Displayed) -> None:
        """Report the start of a phase."""
        self._report(Progress(phase=phase, elapsed_seconds=self._elapsed(), message=message))

    def level(self, level: ObjectiveLevel, value: int | None, bound: int | None) -> None:
        """Report the value and bound of the current level."""
        timetabling = level is ObjectiveLevel.SCHEDULE
        self._report(
            Progress(
                phase=Phase.TIMETABLING if timetabling else Phase.MATCHING,
                level=level,
                value=value,
                bound=bound,
                elapsed_seconds=self._elapsed(),
                message=_level_message(level, value, bound),
            )
        )


def _level_message(level: ObjectiveLevel, value: int | None, bound: int | None) -> Fact:
    name = level_name_with_unit(level.value)
    minimised = level is ObjectiveLevel.REPEAT
    if value is None:
        started = facts.LEVEL_STARTED(level=name)
        bounded = facts.MINIMISED_WITHOUT_VALUE if minimised else facts.LEVEL_WITHOUT_VALUE
        return started if bound is None else bounded(level=name, bound=bound)
    if bound is None:
        return facts.LEVEL_WITHOUT_BOUND(level=name, value=value)
    valued = facts.MINIMISED_LEVEL if minimised else facts.LEVEL
    return valued(level=name, value=value, bound=bound)
