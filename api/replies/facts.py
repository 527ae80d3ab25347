"""Messages about replies to invitations."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, PLAIN_NUMBER, TEXT, message

ACCEPT = message("replies.accept", "Accept this session")
DECLINE = message("replies.decline", "Decline this session")
# i18n: `reason` is the message of the operating system, or the name of an exception.
MAILBOX_UNAVAILABLE = message(
    "replies.mailbox_unavailable",
    "cannot read the mailbox at {host}:{port}: {reason}; check "
    "GENDER_COACH_REPLIES__HOST and the other settings for replies",
    host=TEXT,
    port=PLAIN_NUMBER,
    reason=TEXT,
)
NOT_HELD = message(
    "replies.not_held", "somebody has already dealt with this email; reload the page"
)
NO_SESSION = message(
    "replies.no_session",
    "it is not known which session this email is about; enter the answer on the "
    "session's page, and ignore the email",
)

ANSWERED = message("replies.answered", "recorded as the reply")
PROPOSED = message("replies.proposed", "recorded as a proposed new time")
AUTOMATIC = message("replies.automatic", "sent automatically; nothing to do")
OLDER = message("replies.older", "a later reply has already been received")
REPEATED = message("replies.repeated", "the same reply has already been received")
SESSION_CLOSED = message(
    "replies.session_closed", "the session had already been cancelled or was over"
)
UNKNOWN_SENDER = message(
    "replies.unknown_sender",
    "the sender cannot be verified, because the email has no token and was not authenticated",
)
OTHER_SESSION = message(
    "replies.other_session", "the answer is about a session that is not one of this person's"
)
OTHER_ATTENDEE = message(
    "replies.other_attendee", "the answer is from someone to whom the invitation was forwarded"
)
SEVERAL_ATTENDEES = message(
    "replies.several_attendees", "the email contains answers for several people"
)
STALE = message("replies.stale", "the answer is about an earlier time of the session")
FUTURE = message(
    "replies.future", "the answer is about a version of the invitation that has not been sent"
)
TENTATIVE = message("replies.tentative", "the person may attend, but is not certain")
DELEGATED = message("replies.delegated", "the person wants somebody else to attend")
COUNTER = message("replies.counter", "the person proposes another time")
NO_SUCH_TIME = message(
    "replies.no_such_time", "the person proposes another time, but it cannot be used"
)
SET_BY_OFFICE = message(
    "replies.set_by_office",
    "the person proposes another time for a group session, but the office sets the time for "
    "everybody",
)
EVENT = message("replies.event", "{event}, {when}", event=FACT, when=FACT)
NO_ANSWER = message("replies.no_answer", "the email does not say whether the person will attend")
WRITTEN = message("replies.written", "the email contains text that someone must read")
BOUNCE = message("replies.bounce", "an email to this address could not be delivered")
UNREADABLE = message("replies.unreadable", "the email cannot be read")
TOO_LARGE = message("replies.too_large", "the email is too large to read")
TOO_NESTED = message("replies.too_nested", "the email has too many parts to read")
ODD_FILE = message(
    "replies.odd_file", "the drop folder contains a link, folder or pipe instead of a file"
)
ERROR = message(
    "replies.error",
    "the email could not be read because of an error in the application; see the server's log",
)
# i18n: why an email is held, and the address that it is about, such as that of a delegate.
WITH_ADDRESS = message("replies.with_address", "{reason} ({address})", reason=FACT, address=TEXT)

# i18n: a session of a series, and when it starts.
SESSION = message("replies.session", "Session {number}, {when}", number=NUMBER, when=FACT)
CONTRACTING = message("replies.contracting", "Contracting session, {when}", when=FACT)
USED = message("replies.used", "entered by the office")
IGNORED = message("replies.ignored", "closed by the office")

ACT_ACCEPT = message("replies.act_accept", "Record as accepted")
ACT_DECLINE = message("replies.act_decline", "Record as declined")
ACT_DELEGATE = message("replies.act_delegate", "Record as accepted (a delegate attends)")
ACT_ANOTHER_TIME = message("replies.act_another_time", "Record as declined (wants another time)")
ACT_IGNORE = message("replies.act_ignore", "No further action")
