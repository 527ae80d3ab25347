"""The options and the input of a run, without the code that reads the input from the database.

The child processes of runs and plan queries import this module. The fewer modules they import, the
sooner a run starts.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from api.values import FrozenModel
from coach.cycle import Cycle
from coach.people import Roster
from matching.instance.partial_cycle import UnderWay
from matching.result import Result


class RunOptions(FrozenModel):
    """Options of a run: time limit, number of parallel workers, seed, and whether to keep pairs.

    If `keep` is true, the level `kept` counts the pairs kept from the published plan. Once a cycle
    has started, this always applies; published sessions before `not_before` are fixed, and no other
    session is placed before that day. If `not_before` is `None`, it is tomorrow in the cycle's time
    zone.
    """

    time_limit_seconds: Annotated[float, Field(gt=0, le=86_400)] = 300.0
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    keep: bool = True
    not_before: date | None = None


def _is_none(value: object) -> bool:
    return value is None


def _is_zero(value: int) -> bool:
    return value == 0


class RunInput(FrozenModel):
    """The complete input of a run, captured when the run is requested.

    `cycle` is the policy that the run uses. `own_policy` is the cycle's own policy if the run uses
    a different one, and `None` otherwise. `under_way` is the progress of the cycle, or `None` if it
    has not started. `adjustments` is the number of times that individual sessions have been moved
    or cancelled.
    """

    roster: Roster
    cycle: Cycle
    keep: Result | None
    own_policy: Annotated[Cycle | None, Field(exclude_if=_is_none)] = None
    under_way: Annotated[UnderWay | None, Field(exclude_if=_is_none)] = None
    adjustments: Annotated[int, Field(exclude_if=_is_zero)] = 0

    @property
    def policy(self) -> Cycle:
        """The cycle's own policy when the run was requested."""
        return self.own_policy or self.cycle


def input_sha256(run_input: RunInput) -> str:
    """Return the SHA-256 digest, in hex, of a run's input as canonical JSON."""
    return _digest(run_input)


def input_digests(run_input: RunInput) -> dict[str, str]:
    """Return the SHA-256 digest, in hex, of each part that a run uses, as canonical JSON."""
    parts = {
        "roster": run_input.roster,
        "cycle": run_input.cycle,
        "keep": run_input.keep,
        "under_way": run_input.under_way,
    }
    return {name: _digest(part) for name, part in parts.items() if part is not None}


def _digest(value: BaseModel) -> str:
    canonical = json.dumps(
        value.model_dump(mode="python"), default=_canonical, sort_keys=True, ensure_ascii=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _canonical(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
