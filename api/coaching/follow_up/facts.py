"""Messages about follow-ups."""

from __future__ import annotations

from collections.abc import Mapping

from coach.commitments import CommitmentEvent
from coach.follow_up import FollowUpState, PostOutcome
from coach.texts.facts import DATE, NUMBER, Message, message, plural_message

NO_FOLLOW_UP = message(
    "follow_up.no_follow_up", "this follow-up is not one of yours; open it from your own link"
)
NOT_IN_CYCLE = message(
    "follow_up.not_in_cycle",
    "there is no such follow-up in this cycle, or the person has left the cycle",
)
NO_POST_QUESTION = message(
    "follow_up.no_post_question", "this question no longer exists; you do not need to answer"
)
COACHEE_RECORDS = message(
    "follow_up.coachee_records", "only the coachee can record what has become of a commitment"
)
NOT_OPEN_YET = message(
    "follow_up.not_open_yet", "you can answer this follow-up from {day} onwards", day=DATE
)
OVER = message("follow_up.over", "the time to answer ended on {day}", day=DATE)
ENDED = message("follow_up.ended", "you told us that you do not want to be asked again")
CHANGED_MEANWHILE = message(
    "follow_up.changed_meanwhile",
    "these questions were answered in the meantime; read the answers again, then decide",
)
NOTHING_CHOSEN = message(
    "follow_up.nothing_chosen", "say what has become of the commitment, or enter evidence"
)
NOT_HANDED_OVER = message(
    "follow_up.not_handed_over",
    "a post can be contacted only about a commitment that has been handed over",
)
POST_WITHOUT_ADDRESS = message(
    "follow_up.post_without_address",
    "enter the post's email address, so that we can contact its holder",
)
ADDRESS_WITHOUT_CONSENT = message(
    "follow_up.address_without_consent",
    "tick the box that allows us to contact the holder of the post, or leave the email "
    "address empty",
)
NOT_A_POST = message(
    "follow_up.not_a_post",
    "this is your own address; enter the address of the post that is taking over",
)
NO_LINK_NEEDED = message(
    "follow_up.no_link_needed",
    "this follow-up has been answered, or can no longer be answered; reload the page",
)
MAY_WE_ASK_AGAIN = message("follow_up.may_we_ask_again", "May we ask you again?")
STATE = message("follow_up.state", "Status")
MONTH_LABEL = message("follow_up.month_label", "Month")
# i18n: 3, 6 or 12 months.
MONTH = plural_message(
    "follow_up.month", "After {count} month", "After {count} months", count=NUMBER
)
STATES: Mapping[FollowUpState, Message] = {
    FollowUpState.WAITING: message("follow_up.state_waiting", "not yet due"),
    FollowUpState.DUE: message("follow_up.state_due", "open"),
    FollowUpState.ANSWERED: message("follow_up.state_answered", "answered"),
    FollowUpState.UNANSWERED: message("follow_up.state_unanswered", "not answered"),
    FollowUpState.ENDED: message("follow_up.state_ended", "cancelled"),
}
EVENTS: Mapping[CommitmentEvent, Message] = {
    CommitmentEvent.START: message("follow_up.event_start", "Work on it has begun"),
    CommitmentEvent.FINISH: message("follow_up.event_finish", "It is done"),
    CommitmentEvent.REOPEN: message("follow_up.event_reopen", "It is not done after all"),
    CommitmentEvent.CARRY_OVER: message(
        "follow_up.event_carry_over", "I am carrying it over to another cycle"
    ),
    CommitmentEvent.DROP: message("follow_up.event_drop", "I am no longer pursuing it"),
    CommitmentEvent.HAND_OVER: message(
        "follow_up.event_hand_over", "I have handed it over to another post"
    ),
}
POST_OUTCOMES: Mapping[PostOutcome, Message] = {
    PostOutcome.UNDER_WAY: message("follow_up.post_under_way", "We are working on it"),
    PostOutcome.DONE: message("follow_up.post_done", "It is done"),
    PostOutcome.NOT_PURSUED: message("follow_up.post_not_pursued", "We are not pursuing it"),
}
POST_WAITS = message("follow_up.post_waits", "handed over (the post has not answered yet)")
OFFICE_POST_OUTCOMES: Mapping[PostOutcome, Message] = {
    PostOutcome.UNDER_WAY: message(
        "follow_up.office_post_under_way", "handed over (the post is working on it)"
    ),
    PostOutcome.DONE: message(
        "follow_up.office_post_done", "handed over (the post says it is done)"
    ),
    PostOutcome.NOT_PURSUED: message(
        "follow_up.office_post_not_pursued", "handed over (the post is not pursuing it)"
    ),
}
