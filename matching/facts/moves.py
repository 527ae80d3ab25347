"""Messages about the changes that a re-match made for a coachee, and the reasons for them."""

from __future__ import annotations

from coach.texts.facts import NUMBER, PERSON, message, plural_message

SESSIONS_BEFORE = plural_message(
    "move.sessions",
    "{count} session instead of {before}",
    "{count} sessions instead of {before}",
    count=NUMBER,
    before=NUMBER,
)
NEWCOMER = message("move.newcomer", "had no coach before")
COACHEE_LEFT = message(
    "move.coachee_left", "{coachee} is no longer in the list of coachees", coachee=PERSON
)
COACH_LEFT = message("move.coach_left", "{coach} is no longer in the list of coaches", coach=PERSON)
NO_TIME_ANY_MORE = message("move.no_time", "it is no longer possible to schedule all sessions")
FEWER_PLACES = plural_message(
    "move.fewer_places",
    "{coach} now has {count} place instead of {before}",
    "{coach} now has {count} places instead of {before}",
    coach=PERSON,
    count=NUMBER,
    before=NUMBER,
)
ROOM_FOR_NEWCOMER = message("move.room", "to make room for someone who had no coach before")
NEEDED_BY_OTHERS = message("move.needed", "other coachees need this coach's places or times")
TIMES_AROUND_MOVED = message("move.times_around", "other sessions were moved")
NO_SESSION_THEN = message(
    "move.not_in_cycle", "sessions in this cycle can no longer start at that time"
)
COACHEE_AWAY = message("move.coachee_away", "{coachee} is not free at the old time", coachee=PERSON)
COACH_AWAY = message("move.coach_away", "{coach} is not free at the old time", coach=PERSON)
BOTH_AWAY = message(
    "move.both_away",
    "{coachee} and {coach} are not free at the old time",
    coachee=PERSON,
    coach=PERSON,
)
