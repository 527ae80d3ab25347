"""The requests in reminders."""

from __future__ import annotations

from coach.texts.facts import message

REPLY = message("reminders.reply", "You have not replied yet. Does this time suit you?")
RECORD = message("reminders.record", "The session note is still missing. Please write it here:")
FEEDBACK = message("reminders.feedback", "How was the session? Giving feedback takes two minutes:")
