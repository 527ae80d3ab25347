"""The record of a run: its inputs, versions, parameters and progress.

Times are separate from the reproducible part, so the records of identical runs differ only in
`clock`.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field

from coach.objective import ObjectiveLevel
from coach.sessions import IsoDateTime
from matching.progress import Phase, Progress, ReportProgress
from matching.result import LevelOutcome, Result, ResultValue


def _is_unset(value: object) -> bool:
    return not value


class RunParameters(ResultValue):
    """The parameters of a run, including how its lists are read.

    `time_limit_seconds` is `None` for a run without a limit. `strict` and `encoding` determine how
    the lists in the input files are read; each is omitted unless it was chosen.
    """

    seed: int
    workers: int
    time_limit_seconds: float | None
    strict: Annotated[bool, Field(exclude_if=_is_unset)] = False
    encoding: Annotated[str | None, Field(exclude_if=_is_unset)] = None


class TraceStep(ResultValue):
    """A step of a run: its phase, and the value and bound of the current level, if any."""

    phase: Phase
    level: ObjectiveLevel | None
    value: int | None
    bound: int | None


class RunEnvironment(ResultValue):
    """The environment of a run: package versions and platform."""

    versions: dict[str, str]
    platform: str


class ReproducibleRecord(ResultValue):
    """The reproducible part of a record, which is the same for identical runs.

    `inputs` maps the name of each input to its SHA-256 digest. `kept_sha256` is the digest of the
    earlier result to be kept, if any. `result_sha256` is the digest of the run's result, as
    returned by `result_digest`; it does not depend on the language of the run.
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
    """The start and the duration of a run, and the elapsed `seconds` at each step of the trace."""

    began: IsoDateTime
    wall_seconds: float
    seconds: tuple[float, ...]


class RunRecord(ResultValue):
    """A complete record, with the structure of `run.json`."""

    format: Literal[1] = 1
    run: ReproducibleRecord
    clock: RunTiming


class TraceRecorder:
    """Records the progress reports of a run and forwards them."""

    def __init__(self, forward_to: ReportProgress = lambda _progress: None) -> None:
        self._forward_to = forward_to
        self._steps: list[TraceStep] = []
        self._seconds: list[float] = []

    def __call__(self, progress: Progress) -> None:
        """Record a progress report and forward it.

        A report with the same phase, level, value and bound as the previous one is only forwarded.
        """
        step = TraceStep(
            phase=progress.phase, level=progress.level, value=progress.value, bound=progress.bound
        )
        if not self._steps or step != self._steps[-1]:
            self._steps.append(step)
            self._seconds.append(round(progress.elapsed_seconds, 3))
        self._forward_to(progress)

    @property
    def steps(self) -> tuple[TraceStep, ...]:
        """The steps recorded so far."""
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
        """Return the record of the run whose steps were recorded and whose result is `result`.

        `began` is an aware datetime.
        """
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
    """Return the SHA-256 digest, in hex, of a result as JSON, with `wall_seconds` set to 0."""
    without_duration = result.model_copy(update={"wall_seconds": 0.0})
    return sha256(without_duration.model_dump_json(indent=2).encode() + b"\n").hexdigest()
