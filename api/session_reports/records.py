"""Coaches' shared records of sessions, visible to the coach, the coachee and managers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.curriculum.covered import covered_in, store_covered
from api.http.principal import AccessRole, Principal
from api.participants.service import person_row
from api.session_reports import facts
from api.session_reports.submissions import find_submission, store_submission
from api.sessions.rows import RecordRow, SessionActionRow, SessionRow
from api.values import FrozenModel
from coach.errors import InputFault, NotAllowedError, UnusableInputError
from coach.feedback import MAX_ACTION, Action, SharedRecord
from coach.sessions import Absent, Attendance, OfficeRequest, SessionMode

_ELSEWHERE = {"actions", "modules_covered"}  # fields with their own tables


class RecordView(FrozenModel):
    """The latest version of a session's shared record.

    `answered` is true if the office has dealt with the coach's request.
    """

    session_id: str
    session_date: date
    attendance: Attendance
    absent: Absent | None
    minutes: int | None
    mode: SessionMode | None
    modules_covered: tuple[str, ...]
    topic: str
    actions: tuple[Action, ...]
    next_focus: str
    ask_office: OfficeRequest
    answered: bool
    version: int
    submitted_at: datetime


def store_record(
    tx: Transaction,
    principal: Principal,
    session: SessionRow,
    record: SharedRecord,
    *,
    now: datetime,
) -> RecordView:
    """Store the shared record of one of the principal's sessions, replacing any earlier record.

    Raises:
        NotAllowedError: `principal` is not the coach.
        UnusableInputError: the session is recorded as held on a future date in the coach's time
            zone, a new action is too long, or a module does not exist.
    """
    if principal.role is not AccessRole.COACH:
        raise NotAllowedError(facts.NOT_THE_COACH())
    zone = ZoneInfo(person_row(tx, session.coach_id).timezone)
    if record.is_too_early(now.astimezone(zone).date()):
        raise UnusableInputError(
            [InputFault("body", 1, "session_date", facts.HELD_IN_THE_FUTURE())]
        )
    stored_actions = _actions_of(tx, [session.id]).get(session.id, [])
    _check_lengths(stored_actions, record.actions)
    earlier = find_submission(tx, RecordRow, session.id)
    before = None if earlier is None else (earlier.attendance, earlier.absent, earlier.ask_office)
    row = store_submission(
        tx,
        RecordRow,
        earlier,
        record,
        session_id=session.id,
        author_id=session.coach_id,
        now=now,
        without=_ELSEWHERE,
    )
    if before is None or before[:2] != (row.attendance, row.absent):
        row.settled_at = None
    if before is None or before[2] is not row.ask_office:
        row.answered_at = None
    covered = store_covered(tx, session.id, record.modules_covered)
    if stored_actions != list(record.actions):
        _store_actions(tx, session.id, record.actions)
    record_event(tx, "record submitted", "session", session.id, version=row.version)
    return _view(row, covered, record.actions)


def find_record(tx: Transaction, session_id: str) -> RecordView | None:
    """Return the shared record of a session, or `None` if none has been submitted."""
    row = find_submission(tx, RecordRow, session_id)
    return None if row is None else _views(tx, [row])[0]


def records_of(tx: Transaction, session_ids: Collection[str]) -> tuple[RecordView, ...]:
    """Return the shared records of sessions. The number of queries is constant."""
    rows = tx.scalars(select(RecordRow).where(RecordRow.session_id.in_(session_ids))).all()
    return _views(tx, rows)


def _views(tx: Transaction, rows: Iterable[RecordRow]) -> tuple[RecordView, ...]:
    rows = list(rows)
    session_ids = [row.session_id for row in rows]
    covered, actions = covered_in(tx, session_ids), _actions_of(tx, session_ids)
    return tuple(
        _view(row, covered.get(row.session_id, ()), actions.get(row.session_id, ())) for row in rows
    )


def _view(row: RecordRow, covered: Iterable[str], actions: Iterable[Action]) -> RecordView:
    return RecordView(
        session_id=row.session_id,
        session_date=row.session_date,
        attendance=row.attendance,
        absent=row.absent,
        minutes=row.minutes,
        mode=row.mode,
        modules_covered=tuple(covered),
        topic=row.topic,
        actions=tuple(actions),
        next_focus=row.next_focus,
        ask_office=row.ask_office,
        answered=row.answered_at is not None,
        version=row.version,
        submitted_at=row.submitted_at,
    )


def _actions_of(tx: Transaction, session_ids: Collection[str]) -> dict[str, list[Action]]:
    found: dict[str, list[Action]] = defaultdict(list)
    query = select(SessionActionRow).where(SessionActionRow.session_id.in_(session_ids))
    for row in tx.scalars(query.order_by(SessionActionRow.position)):
        found[row.session_id].append(
            Action(text=row.text, owner=row.owner, due=row.due, state=row.state)
        )
    return found


def _check_lengths(stored: Iterable[Action], actions: Iterable[Action]) -> None:
    """Refuse new texts longer than `MAX_ACTION` characters; texts already stored are accepted."""
    kept = {action.text for action in stored}
    faults = [
        InputFault("body", 1, f"actions.{place}.text", facts.ACTION_TOO_LONG(count=MAX_ACTION))
        for place, action in enumerate(actions)
        if len(action.text) > MAX_ACTION and action.text not in kept
    ]
    if faults:
        raise UnusableInputError(faults)


def _store_actions(tx: Transaction, session_id: str, actions: Iterable[Action]) -> None:
    tx.execute(delete(SessionActionRow).where(SessionActionRow.session_id == session_id))
    tx.add_all(
        SessionActionRow(
            session_id=session_id,
            position=position,
            text=action.text,
            owner=action.owner,
            due=action.due,
            state=action.state,
        )
        for position, action in enumerate(actions)
    )
