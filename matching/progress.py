"""Progress reports of a run."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from coach.cycle import ObjectiveLevel


class Phase(StrEnum):
    """The phases of a run, in their order."""

    JUDGING = "judging"
    MATCHING = "matching"
    TIMETABLING = "timetabling"
    EXPLAINING = "explaining"
    AUDITING = "auditing"
    DONE = "done"


class Progress(BaseModel):
    """The state of a run at one time, with the best value and bound of the current level."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phase: Phase
    level: ObjectiveLevel | None = None
    value: int | None = None
    bound: int | None = None
    elapsed_seconds: float
    message: str


ReportProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]


class ProgressReporter:
    """Reports the progress of one run, with the time it has taken so far."""

    def __init__(self, elapsed: Callable[[], float], report: ReportProgress) -> None:
        """`elapsed` gives the seconds since the start of the run."""
        self._elapsed = elapsed
        self._report = report

    def phase(self, phase: Phase, message: str) -> None:
        """Report that a phase begins."""
        self._report(Progress(phase=phase, elapsed_seconds=self._elapsed(), message=message))

    def level(self, level: ObjectiveLevel, value: int | None, bound: int | None) -> None:
        """Report value and bound of the current level."""
        timetabling = level is ObjectiveLevel.SCHEDULE
        self._report(
            Progress(
                phase=Phase.TIMETABLING if timetabling else Phase.MATCHING,
                level=level,
                value=value,
                bound=bound,
                elapsed_seconds=self._elapsed(),
                message=f"{level}: {value} of at most {bound}",
            )
        )
