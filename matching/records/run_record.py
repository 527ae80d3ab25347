"""A run as it is recorded: what it was given, by which programme, and how it went, level by level.

What equal runs have in common stands apart from what the clock said, so that the records of equal
runs are equal but for their `clock`.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

from coach.cycle import ObjectiveLevel
from coach.sessions import IsoDateTime
from matching.progress import Phase, Progress, ReportProgress
from matching.result import LevelOutcome, Result, ResultValue


class RunParameters(ResultValue):
    """How the engine was asked to work: `time_limit_seconds` is `None` for until it is proven."""

    seed: int
    workers: int
    time_limit_seconds: float | None


class TraceStep(ResultValue):
    """One improvement: the level in work, its best value so far and the bound so far."""

    phase: Phase
    level: ObjectiveLevel | None
    value: int | None
    bound: int | None


class RunEnvironment(ResultValue):
    """By what a run was done: versions by package, and the kind of machine."""

    versions: dict[str, str]
    platform: str


class ReproducibleRecord(ResultValue):
    """What is equal for equal runs.

    `inputs` are SHA-256 digests by the name of each input, `kept_sha256` that of the earlier
    result that was to be kept, `result_sha256` that of the result (`result_digest`).
    """

    parameters: RunParameters
    input_sha256: str
    inputs: dict[str, str]
    kept_sha256: str | None
    surroundings: RunEnvironment
    trace: tuple[TraceStep, ...]
    status: Literal["optimal", "feasible"]
    levels: tuple[LevelOutcome, ...]
    result_sha256: str


class RunTiming(ResultValue):
    """When a run began and how long it took; `seconds` of each step of the trace."""

    began: IsoDateTime
    wall_seconds: float
    seconds: tuple[float, ...]


class RunRecord(ResultValue):
    """A whole record, as `run.json` holds it."""

    format: Literal[1] = 1
    run: ReproducibleRecord
    clock: RunTiming


class TraceRecorder:
    """Keeps what a run tells while it works, and passes it on."""

    def __init__(self, forward_to: ReportProgress = lambda _progress: None) -> None:
        self._forward_to = forward_to
        self._steps: list[TraceStep] = []
        self._seconds: list[float] = []

    def __call__(self, progress: Progress) -> None:
        """Take one moment in; one that brings nothing new is passed on only."""
        step = TraceStep(
            phase=progress.phase, level=progress.level, value=progress.value, bound=progress.bound
        )
        if not self._steps or step != self._steps[-1]:
            self._steps.append(step)
            self._seconds.append(round(progress.elapsed_seconds, 3))
        self._forward_to(progress)

    @property
    def steps(self) -> tuple[TraceStep, ...]:
        """Every step so far."""
        return tuple(self._steps)

    def record(
        self,
        result: Result,
        *,
        parameters: RunParameters,
        inputs: dict[str, str],
        kept_sha256: str | None,
        surroundings: RunEnvironment,
        began: IsoDateTime,
    ) -> RunRecord:
        """The record of the run that told this and returned `result`; `began` is aware."""
        return RunRecord(
            run=ReproducibleRecord(
                parameters=parameters,
                input_sha256=result.input_sha256,
                inputs=inputs,
                kept_sha256=kept_sha256,
                surroundings=surroundings,
                trace=self.steps,
                status=result.status,
                levels=result.levels,
                result_sha256=result_digest(result),
            ),
            clock=RunTiming(
                began=began, wall_seconds=result.wall_seconds, seconds=tuple(self._seconds)
            ),
        )


def result_digest(result: Result) -> str:
    """SHA-256 of `result.json` as it would be written with 0.0 for `wall_seconds`."""
    timeless = result.model_copy(update={"wall_seconds": 0.0})
    return sha256(timeless.model_dump_json(indent=2).encode() + b"\n").hexdigest()
