"""Cycles: beginning one, changing its policy, and seeing where it stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.background.rows import TaskState
from api.cycles.rows import CycleRow
from api.participants.rows import PersonRow, Side
from api.runs.rows import PlanRow, PlanState, RunRow
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.errors import NotFoundError


class CycleHeader(FrozenModel):
    """The name and dates of a cycle; `timezone` is an IANA name."""

    id: str
    name: str
    start: date
    end: date
    timezone: str


class CycleSummary(CycleHeader):
    """A cycle with the number of its people and its published plan."""

    coachees: int
    coaches: int
    published_plan_id: str | None
    created_at: datetime


class CycleOverview(FrozenModel):
    """Where a cycle stands. `open_run_id` is a run still queued or running."""

    summary: CycleSummary
    policy: Cycle
    open_run_id: str | None
    latest_run_id: str | None
    draft_plan_ids: tuple[str, ...]


def create_cycle(tx: Transaction, cycle: Cycle, source: str, *, now: datetime) -> CycleSummary:
    """Begin a cycle with the policy of a cycle file, whose text `source` is kept beside it."""
    row = CycleRow(
        name=cycle.cycle.name,
        policy=as_json(cycle),
        source=source,
        created_at=now,
        changed_at=now,
    )
    tx.add(row)
    tx.flush()
    record_event(tx, "cycle begun", "cycle", row.id)
    return cycle_summary(tx, row.id)


def cycle_header(tx: Transaction, cycle_id: str) -> CycleHeader:
    """The name and dates of a cycle.

    Raises:
        NotFoundError: there is no such cycle.
    """
    return header_of(cycle_row(tx, cycle_id))


def header_of(row: CycleRow) -> CycleHeader:
    """The name and dates in the row of a cycle; its policy is not validated."""
    dates = row.policy["cycle"]
    return CycleHeader(
        id=row.id,
        name=row.name,
        start=dates["start"],
        end=dates["end"],
        timezone=dates["timezone"],
    )


def list_cycles(tx: Transaction) -> tuple[CycleSummary, ...]:
    """Every cycle, the youngest first."""
    return _summaries(tx, select(CycleRow).order_by(CycleRow.created_at.desc(), CycleRow.id))


def cycle_summary(tx: Transaction, cycle_id: str) -> CycleSummary:
    """One cycle in one line.

    Raises:
        NotFoundError: there is no such cycle.
    """
    found = _summaries(tx, select(CycleRow).where(CycleRow.id == cycle_id))
    if not found:
        raise NotFoundError(f"there is no cycle {cycle_id}")
    return found[0]


def cycle_overview(tx: Transaction, cycle_id: str) -> CycleOverview:
    """Where a cycle stands: its policy, whether a run is open, and which drafts wait.

    Raises:
        NotFoundError: there is no such cycle.
    """
    summary = cycle_summary(tx, cycle_id)
    runs = tx.execute(
        select(RunRow.id, RunRow.state)
        .where(RunRow.cycle_id == cycle_id)
        .order_by(RunRow.requested_at.desc(), RunRow.id)
    ).all()
    drafts = tx.scalars(
        select(PlanRow.id)
        .where(PlanRow.cycle_id == cycle_id, PlanRow.state == PlanState.DRAFT)
        .order_by(PlanRow.created_at.desc(), PlanRow.id)
    )
    return CycleOverview(
        summary=summary,
        policy=policy_of(cycle_row(tx, cycle_id)),
        open_run_id=next((run.id for run in runs if not TaskState(run.state).is_final), None),
        latest_run_id=runs[0].id if runs else None,
        draft_plan_ids=tuple(drafts),
    )


def replace_policy(
    tx: Transaction, cycle_id: str, cycle: Cycle, source: str, *, now: datetime
) -> CycleSummary:
    """Put another policy in place; plans made before keep the one they were made with.

    Raises:
        NotFoundError: there is no such cycle.
    """
    row = cycle_row(tx, cycle_id)
    row.name, row.policy, row.source, row.changed_at = (
        cycle.cycle.name,
        as_json(cycle),
        source,
        now,
    )
    record_event(tx, "policy replaced", "cycle", cycle_id)
    return cycle_summary(tx, cycle_id)


def cycle_row(tx: Transaction, cycle_id: str) -> CycleRow:
    """The row of a cycle.

    Raises:
        NotFoundError: there is no such cycle.
    """
    row = tx.get(CycleRow, cycle_id)
    if row is None:
        raise NotFoundError(f"there is no cycle {cycle_id}")
    return row


def policy_of(row: CycleRow) -> Cycle:
    """The policy in a row, as the validated value it went in as."""
    return Cycle.model_validate(row.policy, strict=False)


def as_json(cycle: Cycle) -> dict[str, Any]:
    """A policy as plain JSON, for a row."""
    return cycle.model_dump(mode="json")


def _summaries(tx: Transaction, cycles: Select[CycleRow]) -> tuple[CycleSummary, ...]:
    """Summaries of the cycles a statement selects, in three queries however many they are."""
    rows = tx.scalars(cycles).all()
    ids = [row.id for row in rows]
    counts = {
        (cycle_id, side): number
        for cycle_id, side, number in tx.execute(
            select(PersonRow.cycle_id, PersonRow.side, func.count())
            .where(
                PersonRow.cycle_id.in_(ids),
                or_(  # whom only erasing took out still counts
                    PersonRow.left_at.is_(None), PersonRow.left_at == PersonRow.erased_at
                ),
            )
            .group_by(PersonRow.cycle_id, PersonRow.side)
        )
    }
    published = {
        plan.cycle_id: plan.id
        for plan in tx.execute(
            select(PlanRow.cycle_id, PlanRow.id).where(
                PlanRow.cycle_id.in_(ids), PlanRow.state == PlanState.PUBLISHED
            )
        )
    }
    return tuple(
        CycleSummary(
            **header_of(row).model_dump(),
            coachees=counts.get((row.id, Side.COACHEE), 0),
            coaches=counts.get((row.id, Side.COACH), 0),
            published_plan_id=published.get(row.id),
            created_at=row.created_at,
        )
        for row in rows
    )
