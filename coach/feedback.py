"""What is recorded after a session: the shared record, the note and the feedback.

Three values, because three different groups of people may read them. Whether a session took place
is `coach.sessions.Attendance`.
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
"""The five ratings, with the word that forms show for each."""


def _check_printable(text: str) -> str:
    r"""Normalise line ends to `\n`; reject other control characters.

    Raises:
        ValueError: the text has a control character that no keyboard types.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(category(sign) == "Cc" and sign not in "\n\t" for sign in text):
        raise ValueError("there is an unreadable character in the text; please type it again")
    return text


def _check_single_line(text: str) -> str:
    """Return the text if it is a single line of printable characters.

    Raises:
        ValueError: the text has a control character; line ends and tabs count.
    """
    if any(category(sign) == "Cc" for sign in text):
        raise ValueError("there is an unreadable character or a line break in it; please remove it")
    return text


PrintableText = AfterValidator(_check_printable)
SingleLineText = AfterValidator(_check_single_line)
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), PrintableText]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000), PrintableText]
FreeText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20_000), PrintableText
]

TOOK_PLACE = frozenset({Attendance.HELD, Attendance.DELEGATE})
"""Attendances of a session at which the coach met the coachee or a delegate."""


class SessionReport(BaseModel):
    """Something a person has written about a session."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SharedRecord(SessionReport):
    """The record written by the coach and read by coach, coachee and programme manager.

    `session_date` is the day the session took place, or was planned for.
    """

    session_date: date
    attendance: Attendance
    topic: ShortText = ""
    agreed_actions: LongText = ""
    next_step: ShortText = ""

    @model_validator(mode="after")
    def _check_topic(self) -> Self:
        if self.attendance in TOOK_PLACE and not self.topic:
            raise ValueError("a session that took place needs a topic; describe it in a few words")
        return self

    def is_too_early(self, today: date) -> bool:
        """Whether its session lies in the future; only a cancellation is known beforehand."""
        return self.attendance is not Attendance.CANCELLED and self.session_date > today


class Note(SessionReport):
    """A coach's own note of a session; the server shows it to its author only."""

    text: FreeText


def _reject_boolean(value: object) -> object:
    """Return `value` unless it is a boolean, which would count as 1 or 0.

    Raises:
        ValueError: it is a boolean.
    """
    if isinstance(value, bool):
        raise ValueError("a rating is a number from 1 to 5")  # noqa: TRY004 - pydantic's own way
    return value


Rating = Annotated[int, Field(ge=1, le=5), BeforeValidator(_reject_boolean)]


class Feedback(SessionReport):
    """A coachee's view of a session: a `rating` from 1 (poor) to 5 (very good), and text.

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
    """Whether feedback can be given at `now` (aware).

    That is from the planned `start` of a session on, or earlier where its shared record says that
    it has taken place.
    """
    return start <= now or recorded in TOOK_PLACE
