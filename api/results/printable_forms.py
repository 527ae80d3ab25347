"""The folder `forms/`: forms to print and fill in by hand if there is no server."""

from __future__ import annotations

from collections.abc import Mapping

from api.input_files.instruments import shipped_instruments
from api.results import facts
from api.web.templating import render
from coach.curriculum_facts import LOCAL_TEXT
from coach.instruments import Moment
from coach.sessions import Absent, Attendance
from coach.texts.facts import Fact
from coach.texts.renderer import Renderer

OUTCOMES: Mapping[tuple[Attendance, Absent | None], Fact] = {
    (Attendance.HELD, None): facts.ATTENDANCE_HELD(),
    (Attendance.DELEGATE, None): facts.ATTENDANCE_DELEGATE(),
    (Attendance.NO_SHOW, Absent.COACHEE): facts.COACHEE_ABSENT(),
    (Attendance.NO_SHOW, Absent.COACH): facts.COACH_ABSENT(),
    (Attendance.NO_SHOW, Absent.BOTH): facts.BOTH_ABSENT(),
    (Attendance.NO_SHOW, None): facts.ATTENDANCE_NO_SHOW(),
    (Attendance.CANCELLED, None): facts.ATTENDANCE_CANCELLED(),
}
"""The label of each outcome of a session: the attendance, and who did not come, if known."""
_CHOICES = tuple(
    words for outcome, words in OUTCOMES.items() if outcome != (Attendance.NO_SHOW, None)
)


def session_note_form(texts: Renderer) -> bytes:
    """Return the form on which the coach fills in the shared record of a session."""
    return render(texts, "results/printable_session_note.html", attendances=_CHOICES).encode()


def feedback_form(texts: Renderer) -> bytes:
    """Return the form on which the coachee gives feedback on a session, with built-in items."""
    instrument = shipped_instruments()[Moment.AFTER_SESSION]
    scale = instrument.scale
    points = () if scale is None else zip(scale.points, scale.labels, strict=True)
    return render(
        texts,
        "results/printable_feedback.html",
        attendances=_CHOICES,
        items=[LOCAL_TEXT(text=one.text) for one in instrument.items],
        points=[
            facts.POINT(number=number, label=LOCAL_TEXT(text=label)) for number, label in points
        ],
    ).encode()
