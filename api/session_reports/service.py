"""What is said of a session: the coach's shared record and note, the coachee's feedback.

Three circles of readers: coach, coachee and manager read the record; coachee and manager read
the feedback; a note is shown to its author alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session as Transaction

from api.crypto.key_ring import Keyring
from api.http.principal import Principal
from api.session_reports.feedback import FeedbackView, feedback_of
from api.session_reports.note_access import NotesClosedError
from api.session_reports.notes import NoteView, note_of
from api.session_reports.records import RecordView, record_of
from api.sessions.schedule import own_session
from api.values import FrozenModel
from coach.errors import (
    NotFoundError,
)

_Text = TypeVar("_Text")


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
