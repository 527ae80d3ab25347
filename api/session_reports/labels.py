"""Form options for records and feedback, and the labels of their values."""

from __future__ import annotations

from api.calendar.facts import MODE
from api.results.printable_forms import OUTCOMES
from api.session_reports import facts
from api.web.labels import Option
from coach.sessions import (
    Absent,
    ActionOwner,
    ActionState,
    Attendance,
    OfficeRequest,
    SessionMode,
)
from coach.texts.facts import Fact

_SEPARATOR = "."  # separates the parts of a form value: `no_show.coachee`


def outcome_value(attendance: Attendance, absent: Absent | None) -> str:
    """Return the form value that represents attendance and the absent person."""
    return attendance.value if absent is None else f"{attendance.value}{_SEPARATOR}{absent.value}"


def split_outcome(value: str) -> dict[str, str]:
    """Return the record's fields that a form value represents."""
    attendance, _, absent = value.partition(_SEPARATOR)
    return {"attendance": attendance, "absent": absent}


def outcome_label(attendance: Attendance, absent: Absent | None) -> Fact:
    """Return the label for the attendance in a record or feedback."""
    return OUTCOMES[attendance, absent]


ATTENDANCES = tuple(
    Option(outcome_value(*outcome), words)
    for outcome, words in OUTCOMES.items()
    if outcome != (Attendance.NO_SHOW, None)
)
MODES = tuple(Option(mode.value, MODE[mode]) for mode in SessionMode)
OWNERS = {
    ActionOwner.COACHEE: facts.OWNER_COACHEE(),
    ActionOwner.COACH: facts.OWNER_COACH(),
    ActionOwner.OFFICE: facts.OWNER_OFFICE(),
}
STATES = {
    ActionState.OPEN: facts.STATE_OPEN(),
    ActionState.DONE: facts.STATE_DONE(),
    ActionState.DROPPED: facts.STATE_DROPPED(),
}
REQUESTS = {
    OfficeRequest.NONE: facts.REQUEST_NONE(),
    OfficeRequest.RESCHEDULE: facts.REQUEST_RESCHEDULE(),
    OfficeRequest.MATERIAL: facts.REQUEST_MATERIAL(),
    OfficeRequest.SUPPORT: facts.REQUEST_SUPPORT(),
    OfficeRequest.TALK: facts.REQUEST_TALK(),
}
OWNER_OPTIONS = tuple(Option(owner.value, words) for owner, words in OWNERS.items())
STATE_OPTIONS = tuple(Option(state.value, words) for state, words in STATES.items())
REQUEST_OPTIONS = tuple(Option(request.value, words) for request, words in REQUESTS.items())
