"""What a run tells while it works."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from coach.cycle import ObjectiveLevel


class Phase(StrEnum):
    """The stations of a run, in their order."""

    JUDGING = "judging"
    MATCHING = "matching"
    TIMETABLING = "timetabling"
    EXPLAINING = "explaining"
    AUDITING = "auditing"
    DONE = "done"


class Progress(BaseModel):
    """One moment of a run: where it is, and the best value and bound of the level in work."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phase: Phase
    level: ObjectiveLevel | None = None
    value: int | None = None
    bound: int | None = None
    elapsed_seconds: float
    message: str


ReportProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]
