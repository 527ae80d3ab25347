"""What is said of a session afterwards: the shared record, the note, the feedback.

Three values, because three different circles of people may read them. Whether a session took
place at all is `coach.sessions.Attendance`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from unicodedata import category

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from coach.sessions import Attendance

RATINGS = {1: "poor", 2: "weak", 3: "fair", 4: "good", 5: "very good"}
"""The five ratings, and the word a form shows beside each."""


def _check_printable(text: str) -> str:
    """Line ends as one sign, however the form sent them; other control characters are refused.

    Raises:
        ValueError: there is a control character that no keyboard writes.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(category(sign) == "Cc" and sign not in "\n\t" for sign in text):
        raise ValueError("there is an unreadable character in the text; please type it again")
    return text


def _check_single_line(text: str) -> str:
    """The text, where it is a single line of signs that can be seen.

    Raises:
        ValueError: there is a control character; line ends and tabs are such here.
    """
    if any(category(sign) == "Cc" for sign in text):
        raise ValueError(
            "there is an unreadable character or a line end in it; please leave it out"
        )
    return text


PrintableText = AfterValidator(_check_printable)
SingleLineText = AfterValidator(_check_single_line)
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), PrintableText]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000), PrintableText]
FreeText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20_000), PrintableText
]

TOOK_PLACE = frozenset({Attendance.HELD, Attendance.DELEGATE})
"""What a session has been when coach and coachee, or a delegate, met."""


class SessionReport(BaseModel):
    """Something a person has written about a session."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SharedRecord(SessionReport):
    """The record a coach writes and coach, coachee and programme manager read.

    `session_date` is the day the session was on, or was to be on.
    """

    session_date: date
    attendance: Attendance
    topic: ShortText = ""
    agreed_actions: LongText = ""
    next_step: ShortText = ""

    @model_validator(mode="after")
    def _check_topic(self) -> Self:
        if self.attendance in TOOK_PLACE and not self.topic:
            raise ValueError("a session that took place had a topic; name it in a few words")
        return self

    def is_too_early(self, today: date) -> bool:
        """Whether it tells of a day to come; only of a cancelled session can that be known."""
        return self.attendance is not Attendance.CANCELLED and self.session_date > today


class Note(SessionReport):
    """A coach's own words, for the author's eyes alone: never shown to others, never exported."""

    text: FreeText


def _reject_boolean(value: object) -> object:
    """`value`, unless it is yes or no, which would count as 1 or 0.

    Raises:
        ValueError: it is.
    """
    if isinstance(value, bool):
        raise ValueError("a rating is a number from 1 to 5")  # noqa: TRY004 - pydantic's own way
    return value


Rating = Annotated[int, Field(ge=1, le=5), BeforeValidator(_reject_boolean)]


class Feedback(SessionReport):
    """What a coachee says of a session: a `rating` from 1 (poor) to 5 (very good), and words.

    A session that did not take place has no rating.
    """

    attendance: Attendance
    rating: Rating | None = None
    text: LongText = ""

    @model_validator(mode="after")
    def _check_rating(self) -> Self:
        if self.attendance is Attendance.HELD and self.rating is None:
            raise ValueError("a session that was held needs a rating from 1 to 5")
        if self.attendance not in TOOK_PLACE and self.rating is not None:
            raise ValueError('a session that did not take place has no rating; choose "no rating"')
        return self


def is_open_for_feedback(start: datetime, recorded: Attendance | None, now: datetime) -> bool:
    """Whether there is something to give feedback on, at the aware moment `now`.

    That is from the planned `start` of a session on, or earlier, where its shared record says
    that it took place already.
    """
    return start <= now or recorded in TOOK_PLACE
