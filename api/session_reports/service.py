"""What is said of a session: the coach's shared record and note, the coachee's feedback.

Three circles of readers: coach, coachee and manager read the record; coachee and manager read
the feedback; a note is shown to its author alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.envelope_encryption import decrypt, encrypt, new_data_key, wrapping_key
from api.crypto.key_ring import Keyring
from api.database.types import new_id
from api.http.principal import AccessRole, Principal
from api.participants.service import person_row
from api.session_reports.note_access import NotesClosedError
from api.session_reports.note_rows import NoteKeyRow, NoteRow
from api.session_reports.report_views import FeedbackView, NoteView, RecordView
from api.sessions.rows import FeedbackRow, RecordRow, SessionRow
from api.sessions.schedule import own_session
from api.values import FrozenModel
from api.web.date_formats import format_datetime
from coach.errors import (
    ConflictError,
    InputFault,
    NotAllowedError,
    NotFoundError,
    UnusableInputError,
)
from coach.feedback import Feedback, Note, SharedRecord, is_open_for_feedback

_Text = TypeVar("_Text")
_Statement = TypeVar("_Statement", RecordRow, FeedbackRow)
_IN_OTHER_NOTEBOOK = (
    "your note on this session is in another of your notebooks, which is closed on this device"
)
_TOO_EARLY = (
    "write the date on which you met; a session still to come cannot be recorded as held, "
    "only as cancelled"
)


# Built once: to build a statement costs more than to run it.
_REPORT_QUERY: Mapping[type[Any], Select[Any]] = {
    kind: select(kind).where(kind.session_id == bindparam("session_id"))
    for kind in (RecordRow, FeedbackRow)
}


class SessionReports(FrozenModel):
    """All that was said of a session, as far as one reader may see it.

    `note_closed`: there is a note, and it does not open on the device that asks.
    """

    record: RecordView | None
    note: NoteView | None
    note_closed: bool
    feedback: FeedbackView | None


def read_reports(
    tx: Transaction, keyring: Keyring, principal: Principal, session_id: str
) -> SessionReports:
    """What `principal` may read of a session: `None` stands for what is not there or not theirs.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
    """
    own_session(tx, principal, session_id)

    def or_none(read: Callable[[], _Text]) -> _Text | None:
        try:
            return read()
        except NotFoundError:
            return None

    note, closed = None, False
    try:
        note = or_none(lambda: note_of(tx, keyring, principal, session_id))
    except NotesClosedError:
        closed = True
    return SessionReports(
        record=or_none(lambda: record_of(tx, principal, session_id)),
        note=note,
        note_closed=closed,
        feedback=or_none(lambda: feedback_of(tx, principal, session_id)),
    )


def submit_record(
    tx: Transaction, principal: Principal, session_id: str, record: SharedRecord, *, now: datetime
) -> RecordView:
    """Keep a coach's shared record of a session; a later one replaces it.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
        NotAllowedError: `principal` is not the session's coach.
        UnusableInputError: it tells of a meeting on a day to come, as the coach's zone has it.
    """
    session = _require_role(
        AccessRole.COACH, tx, principal, session_id, "the coach writes the shared record"
    )
    zone = ZoneInfo(person_row(tx, session.coach_id).timezone)
    if record.is_too_early(now.astimezone(zone).date()):
        raise UnusableInputError([InputFault("body", 1, "session_date", _TOO_EARLY)])
    row = _get_or_create_row(tx, RecordRow, session_id, session.coach_id)
    _apply_submission(row, record, now)
    record_event(tx, "record submitted", "session", session_id, version=row.version)
    return record_view(row)


def record_of(tx: Transaction, principal: Principal, session_id: str) -> RecordView:
    """The shared record of a session, to its two people and to managers.

    Raises:
        NotFoundError: there is none, or the session is somebody else's.
    """
    own_session(tx, principal, session_id)
    row = tx.scalar(_REPORT_QUERY[RecordRow], {"session_id": session_id})
    if row is None:
        raise NotFoundError("no shared record of this session has been submitted yet")
    return record_view(row)


def write_note(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    session_id: str,
    note: Note,
    *,
    now: datetime,
) -> NoteView:
    """Seal a coach's note on a session; a later one replaces it.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
        NotAllowedError: `principal` is not the session's coach, or their notes are closed here.
    """
    session = _require_role(
        AccessRole.COACH, tx, principal, session_id, "notes are for coaches alone"
    )
    if not principal.notes_open:
        raise NotesClosedError
    key_row, key = _data_key(tx, keyring, session, now)
    row = tx.scalar(select(NoteRow).where(NoteRow.session_id == session_id))
    if row is None:
        row = NoteRow(id=new_id(), session_id=session_id, author_id=session.coach_id, version=0)
        row.notebook = principal.notebook
        tx.add(row)
    elif row.notebook != principal.notebook:
        raise NotesClosedError(_IN_OTHER_NOTEBOOK)
    row.version, row.written_at, row.key_id = row.version + 1, now, key_row.id
    row.sealed = encrypt(key, note.text.encode(), *_associated_data(row))
    record_event(tx, "note written", "session", session_id, version=row.version)
    return NoteView(
        session_id=session_id, text=note.text, version=row.version, written_at=row.written_at
    )


def note_of(tx: Transaction, keyring: Keyring, principal: Principal, session_id: str) -> NoteView:
    """An author's own note on a session.

    Raises:
        NotFoundError: there is none, or it is somebody else's; which of the two is not told.
        NotesClosedError: it does not open on the device that asks.
    """
    row = tx.scalar(
        select(NoteRow).where(
            NoteRow.session_id == session_id,
            NoteRow.author_id == principal.person_id,
        )
    )
    if row is None or principal.role is not AccessRole.COACH:
        raise NotFoundError("you have written no note on this session")
    if not principal.notes_open:
        raise NotesClosedError
    if row.notebook != principal.notebook:
        raise NotesClosedError(_IN_OTHER_NOTEBOOK)
    key_row = tx.get_one(NoteKeyRow, row.key_id)
    text = decrypt(unwrap(keyring, key_row), row.sealed, *_associated_data(row)).decode()
    return NoteView(
        session_id=session_id, text=text, version=row.version, written_at=row.written_at
    )


def give_feedback(
    tx: Transaction, principal: Principal, session_id: str, feedback: Feedback, *, now: datetime
) -> FeedbackView:
    """Keep a coachee's feedback on a session; a later one replaces it.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
        NotAllowedError: `principal` is not the session's coachee.
        ConflictError: it is still to come, and its record does not say that it was held earlier.
    """
    session = _require_role(
        AccessRole.COACHEE, tx, principal, session_id, "the coachee gives feedback"
    )
    _refuse_too_early(tx, session, now)
    row = _get_or_create_row(tx, FeedbackRow, session_id, session.coachee_id)
    _apply_submission(row, feedback, now)
    record_event(tx, "feedback given", "session", session_id, version=row.version)
    return feedback_view(row)


def feedback_of(tx: Transaction, principal: Principal, session_id: str) -> FeedbackView:
    """The feedback on a session, to the coachee who gave it and to managers; never to the coach.

    Raises:
        NotFoundError: there is none, or it is not for `principal`; which of the two is not told.
    """
    own_session(tx, principal, session_id)
    row = tx.scalar(_REPORT_QUERY[FeedbackRow], {"session_id": session_id})
    if row is None or principal.role is AccessRole.COACH:
        raise NotFoundError("there is no feedback on this session for you to read")
    return feedback_view(row)


def _refuse_too_early(tx: Transaction, session: SessionRow, now: datetime) -> None:
    record = tx.scalar(_REPORT_QUERY[RecordRow], {"session_id": session.id})
    recorded = None if record is None else record.attendance
    if is_open_for_feedback(session.starts_at, recorded, now):
        return
    zone = ZoneInfo(person_row(tx, session.coachee_id).timezone)
    raise ConflictError(
        f"feedback can be sent from {format_datetime(session.starts_at, zone)} on, or as soon as "
        "the coach has recorded that the session was held earlier"
    )


def _require_role(
    role: AccessRole, tx: Transaction, principal: Principal, session_id: str, refusal: str
) -> SessionRow:
    session = own_session(tx, principal, session_id)
    if principal.role is not role:
        raise NotAllowedError(refusal)
    return session


def _data_key(
    tx: Transaction, keyring: Keyring, session: SessionRow, now: datetime
) -> tuple[NoteKeyRow, bytes]:
    """The key for what this session's coach writes about its coachee, made where there is none."""
    row = tx.scalar(
        select(NoteKeyRow).where(
            NoteKeyRow.author_id == session.coach_id, NoteKeyRow.subject_id == session.coachee_id
        )
    )
    if row is not None:
        return row, unwrap(keyring, row)
    key = new_data_key()
    row = NoteKeyRow(
        id=new_id(),
        author_id=session.coach_id,
        subject_id=session.coachee_id,
        master_version=keyring.master_version,
        created_at=now,
    )
    row.wrapped = wrap(keyring, row, key)
    tx.add(row)
    tx.flush()
    return row, key


def wrap(keyring: Keyring, row: NoteKeyRow, key: bytes) -> bytes:
    """`key` sealed under the master key of the row's version, for this row."""
    master = wrapping_key(keyring.master, row.master_version)
    return encrypt(master, key, *_key_associated_data(row))


def unwrap(keyring: Keyring, row: NoteKeyRow) -> bytes:
    """The key that is wrapped in the row.

    Raises:
        KeyringError: its master key is missing from the key file.
        SealBrokenError: it was altered or moved.
    """
    master = wrapping_key(keyring.master, row.master_version)
    return decrypt(master, row.wrapped, *_key_associated_data(row))


def _key_associated_data(row: NoteKeyRow) -> tuple[str | int, ...]:
    return ("note_keys", row.id, row.author_id, row.subject_id, row.master_version)


def _associated_data(row: NoteRow) -> tuple[str | int, ...]:
    return ("notes", row.id, row.session_id, row.author_id, row.key_id, row.version)


def record_view(row: RecordRow) -> RecordView:
    """A shared record as it is shown."""
    return RecordView(
        session_id=row.session_id,
        session_date=row.session_date,
        attendance=row.attendance,
        topic=row.topic,
        agreed_actions=row.agreed_actions,
        next_step=row.next_step,
        version=row.version,
        submitted_at=row.submitted_at,
    )


def feedback_view(row: FeedbackRow) -> FeedbackView:
    """Feedback as it is shown."""
    return FeedbackView(
        session_id=row.session_id,
        attendance=row.attendance,
        rating=row.rating,
        text=row.text,
        version=row.version,
        submitted_at=row.submitted_at,
    )


def _get_or_create_row(
    tx: Transaction, kind: type[_Statement], session_id: str, author_id: str
) -> _Statement:
    """The author's row about a session: as it stands, or a new one of version 0."""
    row: _Statement | None = tx.scalar(_REPORT_QUERY[kind], {"session_id": session_id})
    if row is None:
        row = kind(session_id=session_id, author_id=author_id, version=0)
        tx.add(row)
    return row


def _apply_submission(
    row: RecordRow | FeedbackRow, content: SharedRecord | Feedback, now: datetime
) -> None:
    """Put the submitted `content` into its row, as the next version."""
    for field, value in content:
        setattr(row, field, value)
    row.version, row.submitted_at = row.version + 1, now
