"""Reads the type and content of an incoming email into a single value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from api.replies.reading.answer_words import WrittenAnswer
from api.replies.reading.authentication_results import has_authenticated_sender
from api.replies.reading.automatic_mail import (
    failed_addresses,
    is_automatic,
    is_report,
    returned_ids,
)
from api.replies.reading.calendar_answer import (
    CALENDAR_TYPES,
    CalendarAnswer,
    UnreadableCalendarError,
    calendar_answer,
)
from api.replies.reading.limits import MAX_LINE_CHARACTERS, stored_line
from api.replies.reading.mail_structure import (
    MailStructure,
    TooLargeError,
    TooNestedError,
    UnreadableError,
)
from api.replies.reading.written_answer import subject_answer, written_text, written_words


class MailType(StrEnum):
    """The type of an incoming email."""

    CALENDAR = "calendar"  # an answer of a calendar
    WRITTEN = "written"  # by a person
    AUTOMATIC = "automatic"  # a vacation reply, a receipt, or a report of a delay
    BOUNCE = "bounce"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too large"
    TOO_NESTED = "too nested"
    ODD_FILE = "odd file"  # in the drop folder: not a regular file


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """The type and the content of an email that was read.

    Attributes:
        recipients: the values of the headers that name the recipients.
        sender: the address in From, in lower case; empty if there is not exactly one.
        is_authenticated: whether the receiving server has authenticated the sender's domain.
        references: the ids of the messages to which the email replies.
        answer: the answer from a calendar.
        prepared: the answer that a button in an invitation put into the subject.
        words: the text, if it is short enough to be an answer; otherwise empty.
        text: the text that the sender wrote, without quotes; for calendars, the comment.
        failed: for bounces, the addresses that cannot be reached.
        returned: for bounces, the left parts of the Message-IDs of the emails that came back.
    """

    type: MailType
    recipients: tuple[str, ...] = ()
    sender: str = ""
    is_authenticated: bool = False
    subject: str = ""
    references: tuple[str, ...] = ()
    answer: CalendarAnswer | None = None
    prepared: WrittenAnswer = WrittenAnswer.OTHER
    words: str = ""
    text: str = ""
    failed: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()


def read_mail(raw: bytes, authentication_server: str = "") -> IncomingMail:
    """Read an email of any type; the result states the type.

    `authentication_server` is the authserv-id of the receiving mail server, whose statement about
    the sender is trusted.
    """
    try:
        mail = MailStructure(raw)
    except TooLargeError:
        return IncomingMail(MailType.TOO_LARGE)
    except TooNestedError:
        return IncomingMail(MailType.TOO_NESTED)
    except UnreadableError:
        return IncomingMail(MailType.UNREADABLE)
    return _read(mail, authentication_server)


def _read(mail: MailStructure, server: str) -> IncomingMail:
    answer, is_readable = None, True
    failed: tuple[str, ...] = ()
    try:
        answer = _only_answer(mail)
    except UnreadableCalendarError:
        is_readable = False
    if answer is not None:
        type_ = MailType.CALENDAR
    elif is_report(mail):
        failed = failed_addresses(mail)
        type_ = MailType.BOUNCE if failed else MailType.AUTOMATIC
    elif not is_readable:
        type_ = MailType.UNREADABLE
    else:
        type_ = MailType.AUTOMATIC if is_automatic(mail) else MailType.WRITTEN
    text, is_written = _comment(mail, answer), type_ is MailType.WRITTEN
    return IncomingMail(
        type=type_,
        recipients=mail.recipients,
        sender=mail.senders[0] if len(mail.senders) == 1 else "",
        is_authenticated=has_authenticated_sender(mail, server),
        subject=stored_line(mail.header("Subject"), MAX_LINE_CHARACTERS),
        references=mail.references,
        answer=answer,
        prepared=subject_answer(mail, text) if is_written else WrittenAnswer.OTHER,
        words=written_words(text) if is_written else "",
        text=text,
        failed=failed,
        returned=returned_ids(mail) if failed else (),
    )


def _only_answer(mail: MailStructure) -> CalendarAnswer | None:
    """Return the answer in the calendar parts; many emails contain the same answer twice.

    Raises:
        UnreadableCalendarError: a part cannot be read, or the answers differ.
    """
    found = {calendar_answer(part) for part in mail.parts_of(*CALENDAR_TYPES)} - {None}
    if len(found) > 1:
        raise UnreadableCalendarError
    return found.pop() if found else None


def _comment(mail: MailStructure, answer: CalendarAnswer | None) -> str:
    """Return the sender's comment. Only Microsoft's programs put comments into the text part."""
    if answer is None:
        return written_text(mail)
    if answer.comment or "Microsoft" not in answer.product:
        return answer.comment
    return written_text(mail)
