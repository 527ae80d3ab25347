"""The titles of invitations in calendars and emails."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, TEXT, message

# i18n: the title of an invitation. Aides may read it, so it must not mention a person or topic.
SESSION = message("calendar.session", "Coaching session {number} of {of}", number=NUMBER, of=NUMBER)
SESSION_OF_PROGRAMME = message(
    "calendar.session_of_programme", "{programme}: {session}", programme=TEXT, session=FACT
)
