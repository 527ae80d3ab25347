"""The input of a run: its options, the lists and policy, and the digest of each part."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row, policy_of
from api.participants.service import roster_of
from api.runs import facts
from api.runs.earlier_pairs import with_earlier_pairs
from api.runs.kept_result import published_result, with_current_sessions
from api.sessions.progress import cycle_progress
from api.sessions.rows import SessionRow
from api.settings import Settings
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.errors import ConflictError
from coach.people import Roster
from matching.instance.partial_cycle import UnderWay
from matching.result import Result


class RunOptions(FrozenModel):
    """Options of a run: time limit, number of parallel workers, seed, and what to keep.

    If `keep` is true, the level `kept` counts the pairs kept from the published plan. Once a cycle
    has started, this always applies; published sessions before `not_before` are fixed, and no other
    session is placed before that day. `None` means tomorrow in the cycle's time zone.
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
    has not started. `adjustments` is how often sessions have been moved or cancelled singly.
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


def default_options(settings: Settings) -> RunOptions:
    """Return the deployment's default options for a run."""
    return RunOptions(
        time_limit_seconds=settings.run_time_limit_seconds, workers=settings.run_workers
    )


def freeze_input(tx: Transaction, cycle_id: str, options: RunOptions, *, now: datetime) -> RunInput:
    """Capture a cycle's current lists and policy, its published result, and its progress.

    The sessions of the result are those that people have in their calendars now.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: the cycle has no coachees or no coaches, or `not_before` is not allowed.
    """
    cycle = policy_of(cycle_row(tx, cycle_id))
    roster = with_earlier_pairs(tx, cycle_id, roster_of(tx, cycle_id), cycle)
    if not roster.coachees or not roster.coaches:
        raise ConflictError(facts.LISTS_MISSING())
    published = published_result(tx, cycle_id)
    where = cycle_progress(tx, cycle_id, cycle, published, options.not_before, now=now)
    keep = None
    if published is not None and (options.keep or where):
        keep = with_current_sessions(tx, cycle_id, published)
    return RunInput(
        roster=roster,
        cycle=cycle,
        keep=keep,
        under_way=where,
        adjustments=count_adjustments(tx, cycle_id),
    )


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


def count_adjustments(tx: Transaction, cycle_id: str) -> int:
    """Return how often sessions of a cycle were moved or cancelled singly."""
    total = select(func.sum(SessionRow.adjustments)).where(SessionRow.cycle_id == cycle_id)
    return tx.scalar(total) or 0


def _canonical(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
