"""Moves sessions to a new time, within the rules or with the office's permission."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.service import cycle_row, policy_of
from api.invitations.announce import SessionChange, announce
from api.rescheduling import facts
from api.rescheduling.pair_calendars import pair_sessions
from api.rescheduling.proposals import labelled_problems
from api.rescheduling.rows import MAX_PROBLEMS_LENGTH, MoveExceptionRow
from api.rescheduling.slots import NewTime
from api.services import Services
from api.sessions.rows import SessionRow
from coach.errors import ConflictError
from coach.texts.facts import Displayed
from matching.rescheduling.start_problems import StartProblem


class OutsideRulesError(ConflictError):
    """A time is outside the rules (see `problems`), but may be allowed with a reason."""

    def __init__(self, problems: Sequence[Displayed]) -> None:
        super().__init__(facts.NEEDS_REASON())
        self.problems = tuple(problems)


def apply_new_time(
    tx: Transaction,
    services: Services,
    session: SessionRow,
    time: NewTime,
    *,
    release: bool,
    now: datetime,
) -> list[SessionRow]:
    """Move a session and the later sessions that have to move with it, and write the invitations.

    If `release` is true, the server sends the invitations at once. Returns the sessions that were
    moved.

    Raises:
        ConflictError: a session is cancelled or has started.
    """
    policy = policy_of(cycle_row(tx, session.cycle_id)).sessions
    starts = time.by_number(session.number)
    moved = [row for row in pair_sessions(tx, session) if row.number in starts]
    for row in moved:
        start = starts[row.number]
        change = SessionChange(
            start=start, end=start + timedelta(minutes=policy.minutes_of(row.number))
        )
        announce(tx, row, change, now=now, release_with=services if release else None)
    return moved


def require_allowed(
    tx: Transaction,
    session: SessionRow,
    start: datetime,
    problems: Sequence[StartProblem],
    reason: str,
    *,
    now: datetime,
) -> None:
    """Refuse a time with problems, unless the office may allow all of them and gives a reason.

    The reason is stored, and the audit trail records that there is one.

    Raises:
        OutsideRulesError: the time may be allowed, but `reason` is empty.
        ConflictError: one of the two people has another session, or the time is in the past.
    """
    if not problems:
        return
    shown = labelled_problems(tx, session, problems)
    for problem, words in zip(problems, shown, strict=True):
        if problem.binding:
            raise ConflictError(facts.IMPOSSIBLE(reason=words))
    if not reason.strip():
        raise OutsideRulesError(shown)
    codes = " ".join(dict.fromkeys(one.reason.code for one in problems))[:MAX_PROBLEMS_LENGTH]
    tx.add(
        MoveExceptionRow(
            session_id=session.id,
            starts_at=start,
            problems=codes,
            reason=reason.strip(),
            allowed_at=now,
        )
    )
    record_event(tx, "time outside rules allowed", "session", session.id, rules=codes)
