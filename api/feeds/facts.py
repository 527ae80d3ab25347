"""Messages of calendar feeds."""

from __future__ import annotations

from coach.texts.facts import FACT, TEXT, message

NAME = message("feeds.name", "Coaching sessions")
# i18n: an event in the feed of the office; the codes stand for the two participants.
SESSION_OF_PAIR = message(
    "feeds.session_of_pair",
    "{session}: {coachee} and {coach}",
    session=FACT,
    coachee=TEXT,
    coach=TEXT,
)
SESSION_OF_CYCLE = message("feeds.session_of_cycle", "{cycle}, {session}", cycle=TEXT, session=FACT)
NOT_FOUND = message(
    "feeds.not_found",
    "this calendar address does not exist or has ended; create a new one on your page",
)
