"""What a re-match changed for a coachee, and why it could not stay as it was."""

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
    "move.coachee_left", "{coachee} is no longer among the coachees", coachee=PERSON
)
COACH_LEFT = message("move.coach_left", "{coach} is no longer among the coaches", coach=PERSON)
NO_TIME_ANY_MORE = message("move.no_time", "not all sessions find a time any more")
FEWER_PLACES = plural_message(
    "move.fewer_places",
    "{coach} takes {count} coachee, had {before}",
    "{coach} takes {count} coachees, had {before}",
    coach=PERSON,
    count=NUMBER,
    before=NUMBER,
)
ROOM_FOR_NEWCOMER = message("move.room", "to place somebody who had no coach before")
NEEDED_BY_OTHERS = message("move.needed", "the places and hours of this coach are needed by others")
TIMES_AROUND_MOVED = message("move.times_around", "the times around it moved")
NO_SESSION_THEN = message("move.not_in_cycle", "the cycle has no session at that time any more")
COACHEE_AWAY = message("move.coachee_away", "{coachee} not free at the old time", coachee=PERSON)
COACH_AWAY = message("move.coach_away", "{coach} not free at the old time", coach=PERSON)
BOTH_AWAY = message(
    "move.both_away",
    "{coachee} and {coach} not free at the old time",
    coachee=PERSON,
    coach=PERSON,
)
