"""Decides how an incoming email is handled: as a reply, as a note, or held for the office."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.participants.group_rows import GroupInvitationRow
from api.participants.notices import known_addresses
from api.participants.rows import PersonRow
from api.replies.attribution import Attribution, attribute, people_at
from api.replies.event_order import event_order
from api.replies.reading.answer_words import WrittenAnswer, answer_in
from api.replies.reading.calendar_answer import AnswerMethod, Attendee, Participation
from api.replies.reading.incoming_mail import IncomingMail, MailType
from api.replies.rows import IncomingState, Reason
from api.replies.sender import TokenIndex
from api.sessions.rows import ReplyHistoryRow, ReplyRow, ReplySource, SessionRow, SessionState
from coach.invitations import Status
from coach.sessions import Reply

_UNREAD = {
    MailType.UNREADABLE: Reason.UNREADABLE,
    MailType.TOO_LARGE: Reason.TOO_LARGE,
    MailType.TOO_NESTED: Reason.TOO_NESTED,
    MailType.ODD_FILE: Reason.ODD_FILE,
}
_ANSWERS = {
    Participation.ACCEPTED: Reply.ACCEPTED,
    Participation.DECLINED: Reply.DECLINED,
    WrittenAnswer.ACCEPTED: Reply.ACCEPTED,
    WrittenAnswer.DECLINED: Reply.DECLINED,
}
_HELD_ANSWERS = {
    Participation.TENTATIVE: Reason.TENTATIVE,
    Participation.DELEGATED: Reason.DELEGATED,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision about how to handle an email.

    Attributes:
        state: `ANSWERED` if `reply` should be stored.
        reply: the reply in the email, regardless of the state.
        stamp: when the reply was made, according to the sender's clock, but no later than its
            receipt.
    """

    state: IncomingState
    reason: Reason
    person: PersonRow | None = None
    session: SessionRow | None = None
    event: GroupInvitationRow | None = None
    sequence: int | None = None
    reply: Reply | None = None
    attendee: Attendee | None = None
    stamp: datetime | None = None


def decide(
    tx: Transaction, index: TokenIndex, mail: IncomingMail, *, language: str, received_at: datetime
) -> Decision:
    """Return how to handle an email that was received at a given time.

    `language` is the language of the emails that people reply to.
    """
    if (unread := _UNREAD.get(mail.type)) is not None:
        return Decision(IncomingState.HELD, unread)
    if mail.type is MailType.BOUNCE:
        people = [one for address in mail.failed for one in people_at(tx, address)]
        return Decision(IncomingState.HELD, Reason.BOUNCE, people[-1] if people else None)
    found = attribute(tx, index, mail, now=received_at)
    own = _addresses(tx, mail, found, now=received_at)
    attendee = _attendee(mail, own)
    answer = _answer(mail, attendee, _languages(found.person, language))
    received = _Received(answer, attendee, received_at, _stamp(mail, received_at))
    reason = _wrong_attendee(mail, found, own) if _is_certain(mail, found) else None
    reason = reason or _reason(tx, mail, found, received)
    state = {
        Reason.ANSWERED: IncomingState.ANSWERED,
        Reason.AUTOMATIC: IncomingState.NOTED,
        Reason.OLDER: IncomingState.NOTED,
        Reason.REPEATED: IncomingState.NOTED,
        Reason.SESSION_CLOSED: IncomingState.NOTED,
    }.get(reason, IncomingState.HELD)
    return Decision(
        state=state,
        reason=reason,
        person=found.person,
        session=found.session,
        event=found.event,
        sequence=found.sequence,
        reply=answer,
        attendee=attendee,
        stamp=received.stamp,
    )


def _languages(person: PersonRow | None, language: str) -> tuple[str, ...]:
    """Return the languages in which a person may reply: the emails' language, and their own."""
    own = [] if person is None else person.profile.get("languages", [])
    return language.partition("-")[0], *(one["code"] for one in own)


def _addresses(
    tx: Transaction, mail: IncomingMail, found: Attribution, *, now: datetime
) -> frozenset[str]:
    """Return the addresses that identify an attendee as the person."""
    if mail.answer is None or found.person is None:
        return frozenset()
    return known_addresses(tx, found.person, now=now)


def _attendee(mail: IncomingMail, own: frozenset[str]) -> Attendee | None:
    """Return the attendee who replied: the person if they are listed, otherwise the first one."""
    if mail.answer is None or not mail.answer.attendees:
        return None
    each = mail.answer.attendees
    return next((one for one in each if one.address in own), each[0])


def _answer(
    mail: IncomingMail, attendee: Attendee | None, languages: Collection[str]
) -> Reply | None:
    if mail.answer is None:
        prepared = mail.prepared is not WrittenAnswer.OTHER
        return _ANSWERS.get(mail.prepared if prepared else answer_in(mail.words, languages))
    return None if attendee is None else _ANSWERS.get(attendee.participation)


def _stamp(mail: IncomingMail, received_at: datetime) -> datetime | None:
    if mail.answer is None:
        return None
    return min(mail.answer.stamp or received_at, received_at)


def _reason(
    tx: Transaction,
    mail: IncomingMail,
    found: Attribution,
    received: _Received,
) -> Reason:
    """Return the reason why the email does not count as a reply; `ANSWERED` if it does."""
    if mail.type is MailType.AUTOMATIC:
        return Reason.AUTOMATIC
    if not found.is_certain:
        return Reason.UNKNOWN_SENDER
    about = found.session or found.event
    if found.person is None or about is None:
        return Reason.WRITTEN if mail.answer is None else Reason.OTHER_SESSION
    if (closed := _wrong_version(about, found.sequence, received.at)) is not None:
        return closed
    if received.answer is None or _is_counter(mail):
        return _unanswered(mail, received.attendee, about)
    return (
        event_order(tx, about, received.answer, received.at, received.stamp)
        if isinstance(about, GroupInvitationRow)
        else _order(tx, found.person.id, about, received)
    )


def _is_certain(mail: IncomingMail, found: Attribution) -> bool:
    return mail.type is not MailType.AUTOMATIC and found.is_certain


def _is_counter(mail: IncomingMail) -> bool:
    return mail.answer is not None and mail.answer.method is AnswerMethod.COUNTER


def _wrong_version(
    session: SessionRow | GroupInvitationRow, sequence: int | None, received_at: datetime
) -> Reason | None:
    """Return the reason why a reply to a session or event is invalid: closed, outdated or too new.

    `None` means that it refers to a version that may still be answered.
    """
    if _is_cancelled(session) or session.ends_at <= received_at:
        return Reason.SESSION_CLOSED
    if sequence is None or sequence < session.asked_sequence:
        return Reason.STALE
    return Reason.FUTURE if sequence > session.sequence else None


def _is_cancelled(about: SessionRow | GroupInvitationRow) -> bool:
    if isinstance(about, GroupInvitationRow):
        return about.status is Status.CANCELLED
    return about.state is SessionState.CANCELLED


def _wrong_attendee(mail: IncomingMail, found: Attribution, own: frozenset[str]) -> Reason | None:
    answer = mail.answer
    if answer is None or found.person is None:
        return None
    if answer.method is AnswerMethod.REPLY and len(answer.attendees) != 1:
        return Reason.SEVERAL_ATTENDEES
    is_own = any(one.address in own for one in answer.attendees)
    return None if is_own else Reason.OTHER_ATTENDEE


def _unanswered(
    mail: IncomingMail, attendee: Attendee | None, about: SessionRow | GroupInvitationRow
) -> Reason:
    """Return the reason why an email that neither accepts nor declines is held."""
    if mail.answer is None or attendee is None:
        return Reason.WRITTEN
    if _is_counter(mail) and isinstance(about, GroupInvitationRow):
        return Reason.SET_BY_OFFICE
    if _is_counter(mail):
        return Reason.COUNTER if mail.answer.start is not None else Reason.NO_SUCH_TIME
    return _HELD_ANSWERS.get(attendee.participation, Reason.NO_ANSWER)


@dataclass(frozen=True, slots=True)
class _Received:
    """A reply (if any), when it was received, and when it was made."""

    answer: Reply | None
    attendee: Attendee | None
    at: datetime
    stamp: datetime | None


def _order(tx: Transaction, person_id: str, session: SessionRow, received: _Received) -> Reason:
    """Compare a reply with the replies received so far, which it replaces if it is newer.

    Emails from calendars are also compared according to the sender's clock, because they can
    overtake each other or be sent again.
    """
    last = tx.scalar(
        select(ReplyRow).where(ReplyRow.session_id == session.id, ReplyRow.person_id == person_id)
    )
    if last is None or last.sequence < session.asked_sequence:
        return Reason.ANSWERED
    if received.at < last.replied_at:
        return Reason.OLDER
    if received.stamp is None:
        return Reason.ANSWERED
    earlier = tx.execute(
        select(ReplyHistoryRow.stamp, ReplyHistoryRow.reply)
        .where(
            ReplyHistoryRow.session_id == session.id,
            ReplyHistoryRow.person_id == person_id,
            ReplyHistoryRow.source == ReplySource.MAIL,
            ReplyHistoryRow.counted,
            ReplyHistoryRow.stamp.is_not(None),
            ReplyHistoryRow.sequence >= session.asked_sequence,
        )
        .order_by(ReplyHistoryRow.stamp.desc())
    ).all()
    if any((one.stamp, one.reply) == (received.stamp, received.answer) for one in earlier):
        return Reason.REPEATED
    return Reason.OLDER if earlier and received.stamp < earlier[0].stamp else Reason.ANSWERED
