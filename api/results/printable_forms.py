"""The folder `forms/`: forms to print and fill in by hand if there is no server."""

from __future__ import annotations

from api.results import facts
from api.web.templating import render
from coach.feedback import RATINGS
from coach.sessions import Attendance
from coach.texts.renderer import Renderer

ATTENDANCE_LABELS = {
    Attendance.HELD: facts.ATTENDANCE_HELD(),
    Attendance.DELEGATE: facts.ATTENDANCE_DELEGATE(),
    Attendance.NO_SHOW: facts.ATTENDANCE_NO_SHOW(),
    Attendance.CANCELLED: facts.ATTENDANCE_CANCELLED(),
}
"""The label of each attendance on a form."""


def session_note_form(texts: Renderer) -> bytes:
    """Return the form on which the coach fills in the shared record of a session."""
    return render(
        texts, "results/printable_session_note.html", attendances=tuple(ATTENDANCE_LABELS.values())
    ).encode()


def feedback_form(texts: Renderer) -> bytes:
    """Return the form on which the coachee gives feedback on a session."""
    return render(
        texts,
        "results/printable_feedback.html",
        attendances=tuple(ATTENDANCE_LABELS.values()),
        ratings=tuple(RATINGS.items()),
    ).encode()
