"""Reports on a session: the coach's shared record and private note, and the coachee's feedback.

The models are separate because each may be read by different people. All except the note record the
session's outcome as `coach.sessions.Attendance`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from unicodedata import category

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from coach import facts
from coach.answers import Answers
from coach.errors import InvalidValueError
from coach.module_codes import ModuleCode
from coach.sessions import (
    Absent,
    ActionOwner,
    ActionState,
    Attendance,
    OfficeRequest,
    SessionMode,
)


def _check_printable(text: str) -> str:
    r"""Return the text with all line endings replaced by `\n`.

    Raises:
        InvalidValueError: the text contains a control character other than a line ending or tab.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(category(sign) == "Cc" and sign not in "\n\t" for sign in text):
        raise InvalidValueError(facts.CONTROL_CHARACTER())
    return text


def _check_single_line(text: str) -> str:
    """Return the text if it is a single line of printable characters.

    Raises:
        InvalidValueError: the text contains a control character, line break or tab.
    """
    if any(category(sign) == "Cc" for sign in text):
        raise InvalidValueError(facts.CONTROL_CHARACTER_OR_BREAK())
    return text


PrintableText = AfterValidator(_check_printable)
SingleLineText = AfterValidator(_check_single_line)
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), PrintableText]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000), PrintableText]
FreeText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20_000), PrintableText
]

MAX_ACTION = 160
MAX_ACTIONS = 10
TOOK_PLACE = frozenset({Attendance.HELD, Attendance.DELEGATE})
"""The outcomes for which a session took place, with the coachee or with a delegate."""


class SessionReport(BaseModel):
    """Base class for reports on a session."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _check_absent(attendance: Attendance, absent: Absent | None) -> None:
    if absent is not None and attendance is not Attendance.NO_SHOW:
        raise InvalidValueError(facts.NOBODY_ABSENT())


class Action(SessionReport):
    """An action agreed in a session.

    `owner` is `None` if the text names the responsible person, as in records written by earlier
    versions of the application. Texts in those records can be longer than `MAX_ACTION`, which
    limits only new texts.
    """

    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000), PrintableText
    ]
    owner: ActionOwner | None = None
    due: date | None = None
    state: ActionState = ActionState.OPEN


class SharedRecord(SessionReport):
    """A coach's record of a session, visible to the coach, the coachee and the programme manager.

    Attributes:
        session_date: the date on which the session took place or was planned.
        absent: the people who did not come, if the session did not take place for that reason.
        minutes: the length of the session.
        modules_covered: the codes of modules of the curriculum.
        topic: the topics of the session other than modules.
        next_focus: the topic of the next session.
        ask_office: the coach's request to the programme office.
    """

    session_date: date
    attendance: Attendance
    absent: Absent | None = None
    minutes: Annotated[int, Field(ge=1, le=600)] | None = None
    mode: SessionMode | None = None
    modules_covered: Annotated[tuple[ModuleCode, ...], Field(max_length=20)] = ()
    topic: ShortText = ""
    actions: Annotated[tuple[Action, ...], Field(max_length=MAX_ACTIONS)] = ()
    next_focus: ShortText = ""
    ask_office: OfficeRequest = OfficeRequest.NONE

    @model_validator(mode="after")
    def _check_content(self) -> Self:
        _check_absent(self.attendance, self.absent)
        if self.attendance in TOOK_PLACE and not (self.topic or self.modules_covered):
            raise InvalidValueError(facts.TOPIC_MISSING())
        if self.attendance not in TOOK_PLACE and self.modules_covered:
            raise InvalidValueError(facts.MODULES_WITHOUT_SESSION())
        return self

    def is_too_early(self, today: date) -> bool:
        """Return whether the session is in the future and the record does not cancel it."""
        return self.attendance is not Attendance.CANCELLED and self.session_date > today


class Note(SessionReport):
    """A coach's private note on a session, shown only to its author."""

    text: FreeText


class Feedback(SessionReport):
    """A coachee's feedback on a session: answers and a text.

    The answers refer to the items of the session instrument, and are rejected if the session did
    not take place. `absent` has the same meaning as in `SharedRecord`.
    """

    attendance: Attendance
    absent: Absent | None = None
    answers: Answers = {}
    text: LongText = ""

    @model_validator(mode="after")
    def _check_answers(self) -> Self:
        _check_absent(self.attendance, self.absent)
        if self.attendance not in TOOK_PLACE and self.answers:
            raise InvalidValueError(facts.ANSWERS_WITHOUT_SESSION())
        return self


def is_open_for_feedback(start: datetime, recorded: Attendance | None, now: datetime) -> bool:
    """Return whether feedback can be submitted at `now`, an aware datetime.

    Feedback opens at the planned `start` of the session, or as soon as its shared record reports
    that it took place.
    """
    return start <= now or recorded in TOOK_PLACE
