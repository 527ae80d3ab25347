"""Messages about invitations and their emails."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, TEXT, message, plural_message

FAILED_INVITATION = message(
    "invitations.failed_invitation", "Session {number}, {when}", number=NUMBER, when=FACT
)
FAILED_REMINDER = message(
    "invitations.failed_reminder",
    "Reminder about session {number}, {when}",
    number=NUMBER,
    when=FACT,
)
FAILED_REMINDER_OF_CONTRACTING = message(
    "invitations.failed_reminder_of_contracting",
    "Reminder about the contracting session, {when}",
    when=FACT,
)
FAILED_INTRODUCTION = message("invitations.failed_introduction", "Introduction")
NO_COMING_SESSIONS = message(
    "invitations.no_coming_sessions",
    "this person has no upcoming sessions, so there is nothing to introduce",
)
# i18n: how and where a session takes place, such as "In person, Building 4".
MODE_AND_PLACE = message("invitations.mode_and_place", "{mode}, {place}", mode=FACT, place=TEXT)

NO_SUCH_MAIL = message(
    "invitations.no_such_mail", "there is no email {mail} in this cycle", mail=TEXT
)
TEST_NOT_SENT = message("invitations.test_not_sent", "the test was not sent: {reason}", reason=FACT)
NOT_SENT_YET = message(
    "invitations.not_sent_yet", "this email has not been sent, so it cannot be sent again"
)
SUPERSEDED = message(
    "invitations.superseded",
    "there is a newer message to this person about the same session; send that one again",
)
FILTER_STATE = message("invitations.filter_state", "Status")
FILTER_DRAFT = message("invitations.filter_draft", "not released yet")
FILTER_FAILED = message("invitations.filter_failed", "failed")
FILTER_SIDE = message("invitations.filter_side", "Role")
FILTER_COACHEES = message("invitations.filter_coachees", "Coachees")
FILTER_COACHES = message("invitations.filter_coaches", "Coaches")
CHOSEN_TITLE_RELEASED = message("invitations.chosen_title_released", "Messages sent")
CHOSEN_TITLE_MARKED = message("invitations.chosen_title_marked", "Messages marked as sent")
CHOSEN_RELEASED = plural_message(
    "invitations.chosen_released",
    "{count} message is being sent",
    "{count} messages are being sent",
    count=NUMBER,
)
CHOSEN_MARKED = plural_message(
    "invitations.chosen_marked",
    "{count} message marked as sent",
    "{count} messages marked as sent",
    count=NUMBER,
)
CHOSEN_WITHOUT_ADDRESS = message(
    "invitations.chosen_without_address", "not sent: there is no email address"
)
CHOSEN_WITHOUT_LINK = message(
    "invitations.chosen_without_link", "not sent: create a new link under People first"
)
CHOSEN_NOTHING_PENDING = message(
    "invitations.chosen_nothing_pending", "nothing is waiting to be sent"
)
STATE_DRAFT = message("invitations.state_draft", "ready to be sent")
STATE_WAITING = message("invitations.state_waiting", "waiting")
STATE_SENDING = message("invitations.state_sending", "being sent")
STATE_SENT = message("invitations.state_sent", "sent")
STATE_FAILED = message("invitations.state_failed", "could not be delivered")
STATE_CANCELLED = message("invitations.state_cancelled", "no longer needed")
STATE_SENT_OTHERWISE = message("invitations.state_sent_otherwise", "sent another way")
KIND_INTRODUCTION = message("invitations.kind_introduction", "introduction")
KIND_INVITATION = message("invitations.kind_invitation", "invitation")
KIND_NEW_TIME = message("invitations.kind_new_time", "new time")
KIND_CHANGE = message("invitations.kind_change", "change")
KIND_CANCELLATION = message("invitations.kind_cancellation", "cancellation")
ABOUT_SESSION = message(
    "invitations.about_session", "Session {number}, {when}", number=NUMBER, when=FACT
)
ABOUT_CONTRACTING = message(
    "invitations.about_contracting", "Contracting session, {when}", when=FACT
)
ABOUT_EVENT = message("invitations.about_event", "{event}, {when}", event=FACT, when=FACT)
ALL_SESSIONS = message("invitations.all_sessions", "All sessions")
NOT_RELEASED = message(
    "invitations.not_released",
    "this email has not been released yet; only an email that could not be delivered can be marked "
    "as sent another way",
)
ABOUT_TO_BE_SENT = message(
    "invitations.about_to_be_sent",
    "this server is about to send this email; only an email that could not be delivered can be "
    "marked as sent another way",
)
BEING_SENT = message(
    "invitations.being_sent",
    "this server is sending this email; only an email that could not be delivered can be marked"
    " as sent another way",
)
ALREADY_SENT = message(
    "invitations.already_sent",
    "this server has already sent this email; only an email that could not be delivered can be "
    "marked as sent another way",
)
NO_LONGER_NEEDED = message(
    "invitations.no_longer_needed",
    "this email is no longer needed; only an email that could not be delivered can be marked as "
    "sent another way",
)
ALREADY_MARKED = message(
    "invitations.already_marked",
    "this email has already been marked as sent; only an email that could not be delivered can "
    "be marked as sent another way",
)
SENDS_NO_EMAIL = message(
    "invitations.sends_no_email",
    "this server does not send email; download the messages and send them yourself, or set "
    "{setting}",
    setting=TEXT,
)
LINK_ENDED = message(
    "invitations.link_ended",
    "this person's secret link no longer works; create a new one under People",
)
WHAT_IF_NOT_PUBLISHED = message(
    "invitations.what_if_not_published",
    "a what-if plan cannot be published; replace the cycle's policy and start a run instead",
)
NOT_A_DRAFT = message(
    "invitations.not_a_draft",
    "only a draft can be published (this plan's status: {state}); start a new run instead",
    state=FACT,
)
OUTDATED = message(
    "invitations.outdated",
    "the lists, the policy or individual sessions have changed since this plan was "
    "made; start a new run",
)
SESSION_CANCELLED = message(
    "invitations.session_cancelled", "the session is cancelled and can no longer be changed"
)
SESSION_STARTED = message(
    "invitations.session_started", "the session has started and can no longer be changed"
)
NEW_TIME_IN_THE_PAST = message(
    "invitations.new_time_in_the_past", "the new time is in the past; choose a later one"
)
ENDS_BEFORE_START = message(
    "invitations.ends_before_start", "the session would end before it starts"
)
NOT_A_JOIN_LINK = message(
    "invitations.not_a_join_link",
    "enter an address that begins with https:// and contains no user name, password or spaces",
)
SESSIONS_IN_THE_PAST = plural_message(
    "invitations.sessions_in_the_past",
    "the plan has {count} session in the past without an invitation; start a new run, which "
    "schedules sessions only from tomorrow onwards",
    "the plan has {count} sessions in the past without an invitation; start a new run, which "
    "schedules sessions only from tomorrow onwards",
    count=NUMBER,
)
DECLINED_TIMES = plural_message(
    "invitations.declined_times",
    "since this plan was made, somebody has declined the time of {count} of its sessions; start a "
    "new run",
    "since this plan was made, people have declined the times of {count} of its sessions; start a "
    "new run",
    count=NUMBER,
)
