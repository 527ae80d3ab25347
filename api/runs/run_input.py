"""Captures the input of a run from the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row, policy_of
from api.participants.rosters import roster_of
from api.runs import facts
from api.runs.earlier_pairs import with_earlier_pairs
from api.runs.frozen_input import RunInput, RunOptions
from api.runs.kept_result import published_result, with_current_sessions
from api.sessions.progress import cycle_progress
from api.sessions.rows import SessionRow
from api.settings import Settings
from coach.errors import ConflictError


def default_options(settings: Settings) -> RunOptions:
    """Return the deployment's default options for a run."""
    return RunOptions(
        time_limit_seconds=settings.run_time_limit_seconds, workers=settings.run_workers
    )


def freeze_input(tx: Transaction, cycle_id: str, options: RunOptions, *, now: datetime) -> RunInput:
    """Capture a cycle's current lists and policy, its published result, and its progress.

    The sessions of the result have the times that people have in their calendars now.

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


def count_adjustments(tx: Transaction, cycle_id: str) -> int:
    """Return how often individual sessions in a cycle have been moved or cancelled."""
    total = select(func.sum(SessionRow.adjustments)).where(SessionRow.cycle_id == cycle_id)
    return tx.scalar(total) or 0
