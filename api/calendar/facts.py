"""What invitations say, on their own lines of a calendar."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, TEXT, message

# i18n: the title of an invitation, which aides read; it names no person and no topic.
SESSION = message("calendar.session", "Coaching session {number} of {of}", number=NUMBER, of=NUMBER)
SESSION_OF_PROGRAMME = message(
    "calendar.session_of_programme", "{programme}: {session}", programme=TEXT, session=FACT
)
