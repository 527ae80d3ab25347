"""Messages for reminders, and about reminders to selected people."""

from __future__ import annotations

from coach.texts.facts import FACT, TEXT, listed, message

SESSION = message(
    "reminders.session", "Your session is coming up. If you cannot attend, let us know here:"
)
REPLY = message("reminders.reply", "You have not replied yet. Does this time suit you?")
RECORD = message("reminders.record", "The session note is still missing. Please write it here:")
FEEDBACK = message("reminders.feedback", "How was the session? Giving feedback takes two minutes:")

REPLY_OPEN = message(
    "reminders.reply_open", "{session}, {when}: you have not replied yet", session=FACT, when=FACT
)
RECORD_OPEN = message(
    "reminders.record_open",
    "{session}, {when}: the session note is missing",
    session=FACT,
    when=FACT,
)
FEEDBACK_OPEN = message(
    "reminders.feedback_open",
    "{session}, {when}: your feedback is missing",
    session=FACT,
    when=FACT,
)

NO_MAIL = message("reminders.no_mail", "this server sends no email, so nobody can be reminded")
CHOSEN_TITLE = message("reminders.chosen_title", "Reminders sent")
CHOSEN_SESSION = message(
    "reminders.chosen_session",
    "{session}, {when}",
    session=FACT,
    when=FACT,
)
CHOSEN_REMINDED = message(
    "reminders.chosen_reminded", "an email is being sent to {people}", people=listed(TEXT)
)
CHOSEN_REMINDED_BEFORE = message(
    "reminders.chosen_reminded_before",
    "not sent, because these people have already been reminded of this session, or have been "
    "sent another reminder today: {people}",
    people=listed(TEXT),
)
CHOSEN_NOBODY = message(
    "reminders.chosen_nobody",
    "not sent, because everybody has replied, the session is over or cancelled, the invitation "
    "was sent less than a day ago, or reminders are turned off",
)
