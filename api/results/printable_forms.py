"""`forms/`: forms to print and fill in by hand when there is no server."""

from __future__ import annotations

from api.web.templating import render
from coach.feedback import RATINGS
from coach.sessions import Attendance

ATTENDANCE_LABELS = {
    Attendance.HELD: "Held",
    Attendance.DELEGATE: "A delegate attended in the coachee's place",
    Attendance.NO_SHOW: "No-show: somebody did not attend",
    Attendance.CANCELLED: "Cancelled beforehand",
}
"""The text for each attendance on a form."""


def session_note_form() -> bytes:
    """Return the form for the shared record of a session, for the coach."""
    return render(
        "results/printable_session_note.html", attendances=tuple(ATTENDANCE_LABELS.values())
    ).encode()


def feedback_form() -> bytes:
    """Return the feedback form for a session, for the coachee."""
    return render(
        "results/printable_feedback.html",
        attendances=tuple(ATTENDANCE_LABELS.values()),
        ratings=tuple(RATINGS.items()),
    ).encode()
