"""Messages about moving sessions: errors, states of proposals, and titles."""

from __future__ import annotations

from coach.sessions import SessionMode
from coach.texts.facts import FACT, NUMBER, TEXT, message, plural_message

CANCELLED = message("rescheduling.cancelled", "the session is cancelled and cannot be moved")
STARTED = message("rescheduling.started", "the session has started and cannot be moved")
NO_LONGER_FREE = message(
    "rescheduling.no_longer_free", "this time is no longer free; choose another one"
)
NOT_OFFERED = message(
    "rescheduling.not_offered", "this time was not offered; choose one of the offered times"
)
SAME_TIME = message("rescheduling.same_time", "the session is already scheduled for this time")
IN_THE_PAST = message("rescheduling.in_the_past", "the proposed time is in the past")
PROPOSAL_NOT_FOUND = message(
    "rescheduling.proposal_not_found", "there is no proposal {id}", id=TEXT
)
NOT_OPEN = message("rescheduling.not_open", "this proposal is no longer open ({state})", state=FACT)
OWN_PROPOSAL = message(
    "rescheduling.own_proposal", "you made this proposal; the other participant has to confirm it"
)
NOT_OWN_PROPOSAL = message(
    "rescheduling.not_own_proposal", "only the participant who made a proposal can withdraw it"
)
OFFICE_DECIDES = message(
    "rescheduling.office_decides", "only the programme office can decide on this proposal"
)
NOT_A_PARTICIPANT = message(
    "rescheduling.not_a_participant",
    "only the coach and the coachee of a session can propose times",
)
NEEDS_REASON = message(
    "rescheduling.needs_reason",
    "this time is outside the rules; choose another one, or enter a reason for allowing it",
)
IMPOSSIBLE = message(
    "rescheduling.impossible", "the session cannot take place at this time: {reason}", reason=FACT
)
NOTHING_TO_CHANGE = message(
    "rescheduling.nothing_to_change", "nothing was changed; enter at least one change"
)
OUTSIDE_CLOCK = message(
    "rescheduling.outside_clock",
    "the clocks change at this time, so this local time does not exist or occurs twice",
)
PROPOSED = message("rescheduling.state_proposed", "waiting for an answer")
CONFIRMED = message("rescheduling.state_confirmed", "confirmed")
REFUSED = message("rescheduling.state_refused", "declined")
WITHDRAWN = message("rescheduling.state_withdrawn", "withdrawn")
EXPIRED = message("rescheduling.state_expired", "expired")

ALSO_MOVES = message(
    "rescheduling.also_moves", "session {number} moves to {when}", number=NUMBER, when=FACT
)
CONTRACTING_MOVES = message(
    "rescheduling.contracting_moves", "the contracting session moves to {when}", when=FACT
)
SAME_WEEK = message("rescheduling.same_week", "In the same week")
WEEKS_LATER = plural_message(
    "rescheduling.weeks_later", "{count} week later", "{count} weeks later", count=NUMBER
)
WEEKS_EARLIER = plural_message(
    "rescheduling.weeks_earlier", "{count} week earlier", "{count} weeks earlier", count=NUMBER
)
HOURS = plural_message("rescheduling.hours", "{count} hour", "{count} hours", count=NUMBER)

MODE_OPEN = message("rescheduling.mode_open", "they arrange it themselves")
MODES = {
    SessionMode.ONLINE: message("rescheduling.mode_online", "online")(),
    SessionMode.IN_PERSON: message("rescheduling.mode_in_person", "in person")(),
    SessionMode.PHONE: message("rescheduling.mode_phone", "by phone")(),
}

HAS_LEFT = message("rescheduling.obstacle_left", "{name} has left the cycle", name=TEXT)
HAS_DECLINED = message(
    "rescheduling.obstacle_declined", "{name} has declined this session", name=TEXT
)
NOT_FREE = message(
    "rescheduling.obstacle_not_free", "{name} is no longer free at this time", name=TEXT
)
