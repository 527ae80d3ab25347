"""The requests in reminders."""

from __future__ import annotations

from coach.texts.facts import FACT, message

SESSION = message(
    "reminders.session", "Your session is coming up. If you cannot come, say so here:"
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
