"""Messages about sessions: titles, badges and errors."""

from __future__ import annotations

from coach.texts.facts import NUMBER, SHORT_DATE, TEXT, Fact, message

TITLE = message("sessions.title", "Session {number} of {of}", number=NUMBER, of=NUMBER)
CONTRACTING = message("sessions.contracting", "Contracting session")
NUMBERED = message("sessions.numbered", "Session {number}", number=NUMBER)

FILTER_REPLIES = message("sessions.filter_replies", "Replies")
FILTER_BOTH_ACCEPTED = message("sessions.filter_both_accepted", "both accepted")
FILTER_REPLY_MISSING = message("sessions.filter_reply_missing", "a reply is missing")
FILTER_DECLINED = message("sessions.filter_declined", "one of the two declined")
FILTER_STATE = message("sessions.filter_state", "Status")
FILTER_COMING = message("sessions.filter_coming", "upcoming")
FILTER_OVER = message("sessions.filter_over", "over")
FILTER_NOTE_MISSING = message("sessions.filter_note_missing", "over, no note yet")

AWAITING_YOUR_REPLY = message("sessions.awaiting_your_reply", "awaiting your reply")
YOU_ACCEPTED = message("sessions.you_accepted", "you accepted")
YOU_DECLINED = message("sessions.you_declined", "you declined")
NO_REPLY_YET = message("sessions.no_reply_yet", "no reply yet")
ACCEPTED = message("sessions.accepted", "accepted")
DECLINED = message("sessions.declined", "declined")
NO_REPLY = message("sessions.no_reply", "no reply")
HAD_ACCEPTED = message("sessions.had_accepted", "had accepted")
HAD_DECLINED = message("sessions.had_declined", "had declined")
HELD = message("sessions.held", "held")
DELEGATE_ATTENDED = message("sessions.delegate_attended", "delegate attended")
NO_SHOW = message("sessions.no_show", "no-show")
CANCELLED_BEFOREHAND = message("sessions.cancelled_beforehand", "cancelled beforehand")
CANCELLED = message("sessions.cancelled", "cancelled")

BY_PAGE = message("sessions.by_page", "online")
BY_MAIL = message("sessions.by_mail", "by email")
BY_OFFICE = message("sessions.by_office", "entered by the office")

NOT_FOUND = message("sessions.not_found", "there is no session {id}", id=TEXT)
NOT_A_PARTICIPANT_OF_SESSION = message(
    "sessions.not_a_participant_of_session",
    "only the coach and the coachee of a session can reply to it",
)
NOT_A_PARTICIPANT = message(
    "sessions.not_a_participant", "only coaches and coachees can reply to sessions"
)
CANCELLED_NO_REPLY = message(
    "sessions.cancelled_no_reply", "the session is cancelled; no reply is needed"
)
OVER_NO_REPLY = message("sessions.over_no_reply", "the session is over; no reply is needed")
NOT_BEFORE_WITHOUT_PLAN = message(
    "sessions.not_before_without_plan",
    "this cycle has no published plan, so do not set the first day that can change",
)
NOT_BEFORE_IN_THE_PAST = message(
    "sessions.not_before_in_the_past",
    "{day} is in the past; choose {today} or later as the first day that can change",
    day=SHORT_DATE,
    today=SHORT_DATE,
)
NOT_BEFORE_OUTSIDE_CYCLE = message(
    "sessions.not_before_outside_cycle",
    "{day} is outside the cycle; the first day that can change must be from {first} to {end}",
    day=SHORT_DATE,
    first=SHORT_DATE,
    end=SHORT_DATE,
)


def session_title(number: int, of: int) -> Fact:
    """Return the title of session `number` of `of`; number 0 is the contracting session."""
    return TITLE(number=number, of=of) if number else CONTRACTING()


def session_name(number: int) -> Fact:
    """Return the name of session `number`; number 0 is the contracting session."""
    return NUMBERED(number=number) if number else CONTRACTING()
