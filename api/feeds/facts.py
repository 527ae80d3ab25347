"""Messages about calendar feeds."""

from __future__ import annotations

from collections.abc import Mapping

from coach.group_events import Audience
from coach.texts.facts import FACT, NUMBER, TEXT, Message, listed, message, plural_message

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
# i18n: group events in the feed of the office, for example "Group session: seminar, all coaches".
EVENT_OF_SIDE: Mapping[Audience, Message] = {
    Audience.EVERYBODY: message("feeds.event_of_everybody", "{event}, everybody", event=FACT),
    Audience.COACHEES: message("feeds.event_of_coachees", "{event}, all coachees", event=FACT),
    Audience.COACHES: message("feeds.event_of_coaches", "{event}, all coaches", event=FACT),
}
EVENT_OF_PEOPLE = message(
    "feeds.event_of_people", "{event}, {codes}", event=FACT, codes=listed(TEXT)
)
EVENT_OF_MANY = plural_message(
    "feeds.event_of_many",
    "{event}, {count} person",
    "{event}, {count} people",
    event=FACT,
    count=NUMBER,
)
NOT_FOUND = message(
    "feeds.not_found",
    "this calendar address does not exist or no longer works; create a new one on your page",
)
