"""The engine's front door: one call from people and policy to a proven, explained result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coach.cycle import Cycle
from coach.errors import ProgrammeError
from coach.people import Roster
from matching.progress import IsCancelled, ReportProgress
from matching.result import Result


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """How to solve: a limit in seconds (`None`: until proven), parallel workers, and the seed."""

    time_limit_seconds: float | None = None
    workers: int = 1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ImpossiblePin:
    """A pin no plan can honour, and why, in a sentence."""

    coachee: str
    coach: str
    why: str


class ImpossiblePinsError(ProgrammeError):
    """Some pins cannot be honoured; `pins` says which and why."""

    def __init__(self, pins: tuple[ImpossiblePin, ...]) -> None:
        self.pins = pins
        super().__init__("; ".join(f"{pin.coachee} = {pin.coach}: {pin.why}" for pin in pins))


class NoUsableResultError(ProgrammeError):
    """The time limit came before any usable result."""


class CancelledError(ProgrammeError):
    """The run was stopped on request; nothing of it is kept."""


def solve(
    roster: Roster,
    cycle: Cycle,
    *,
    options: SolveOptions,
    input_sha256: str,
    clock: Callable[[], float],
    keep: Result | None = None,
    report: ReportProgress = lambda _progress: None,
    cancelled: IsCancelled = lambda: False,
) -> Result:
    """Match and timetable `roster` under the policy of `cycle`, level by level, and explain it.

    `clock` is a monotonic clock in seconds. `keep` is an earlier result whose pairs level `kept`
    counts and whose session uids stay with pairs that stay.

    Raises:
        ImpossiblePinsError: a pin breaks a hard rule, a capacity, or cannot be timetabled.
        NoUsableResultError: the limit came first.
        CancelledError: `cancelled` answered true.
    """
    raise NotImplementedError
