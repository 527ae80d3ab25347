"""Messages about group events."""

from __future__ import annotations

from collections.abc import Mapping

from coach.group_events import Audience, GroupEventKind
from coach.texts.facts import FACT, NUMBER, TEXT, Fact, message, plural_message

KINDS: Mapping[GroupEventKind, Fact] = {
    GroupEventKind.KICKOFF: message("group_events.kickoff", "Kickoff")(),
    GroupEventKind.SEMINAR: message("group_events.seminar", "Seminar")(),
    GroupEventKind.PLAN_PRESENTATION: message(
        "group_events.plan_presentation", "Presentation of plans"
    )(),
    GroupEventKind.ALUMNI_MEETING: message("group_events.alumni_meeting", "Alumni meeting")(),
}
AUDIENCES: Mapping[Audience, Fact] = {
    Audience.EVERYBODY: message("group_events.everybody", "Everybody in the cycle")(),
    Audience.COACHEES: message("group_events.coachees", "All coachees")(),
    Audience.COACHES: message("group_events.coaches", "All coaches")(),
    Audience.CHOSEN: message("group_events.chosen", "Specific people")(),
}
# i18n: `kind` is what the event is, `title` is what the office calls it.
TITLED = message("group_events.titled", "{kind}: {title}", kind=FACT, title=TEXT)

NO_SUCH_EVENT = message("group_events.no_such_event", "there is no such group event in this cycle")
NO_SUCH_INVITATION = message(
    "group_events.no_such_invitation",
    "you are not invited to this group event, or it does not exist",
)
NO_SUCH_DATE = message("group_events.no_such_date", "this group event has no such date")
NOT_INVITED = message(
    "group_events.not_invited", "attendance can be recorded only for people who were invited"
)
CHANGED_SINCE = message(
    "group_events.changed_since",
    "somebody has changed this group event since you opened it; compare the two versions, then "
    "save again",
)
SAME_EVENT = message(
    "group_events.same_event",
    "this cycle already has the same group event at this time; change that one instead",
)
CANCELLED = message("group_events.cancelled", "this group event is cancelled")
OVER = message(
    "group_events.over", "all dates of this group event are in the past; plan a new event instead"
)
IN_THE_PAST = message("group_events.in_the_past", "this date is in the past; choose a later date")
DATE_BEGUN = message(
    "group_events.date_begun",
    "you cannot move or remove a date after the event has started on it",
)
NOT_BEGUN = message(
    "group_events.not_begun", "attendance can be recorded once the event has started on this date"
)
NOBODY_CHOSEN = message("group_events.nobody_chosen", "choose at least one person")
UNKNOWN_PEOPLE = message(
    "group_events.unknown_people", "some of the chosen people are not in this cycle"
)
ONE_LENGTH = message(
    "group_events.one_length", "enter the length of the event either in minutes or in whole days"
)
TIME_MISSING = message("group_events.time_missing", "enter the time at which the event starts")
TIME_WITHOUT_USE = message(
    "group_events.time_without_use", "leave the time empty, because the event lasts whole days"
)
SKIPPED_TIME = message(
    "group_events.skipped_time",
    "the clocks skip this time when summer time begins; choose another time",
)
SAME_DATE_TWICE = message(
    "group_events.same_date_twice", "this date is entered twice; remove one of the two"
)
NO_DATE = message("group_events.no_date", "enter at least one date")
REPLY_CANCELLED = message(
    "group_events.reply_cancelled", "this group session is cancelled; you do not need to reply"
)
REPLY_OVER = message(
    "group_events.reply_over", "this group session is over; you can no longer reply"
)

# How people have answered, and whether they came.
WAITING = message("group_events.waiting", "no reply yet")
ACCEPTED = message("group_events.accepted", "accepted")
DECLINED = message("group_events.declined", "declined")
NOT_ANY_MORE = message("group_events.not_any_more", "no longer invited")
NOT_SENT = message("group_events.not_sent", "invitation not sent yet")
OWN_WAITING = message("group_events.own_waiting", "awaiting your reply")
OWN_ACCEPTED = message("group_events.own_accepted", "you accepted")
OWN_DECLINED = message("group_events.own_declined", "you declined")
STATE_CANCELLED = message("group_events.state_cancelled", "cancelled")
REQUIRED = message("group_events.required", "required")
OPTIONAL = message("group_events.optional", "optional")
ATTENDED = message("group_events.attended", "attended")
ABSENT = message("group_events.absent", "absent")
NOT_RECORDED = message("group_events.not_recorded", "not recorded")
SOME_WAITING = plural_message(
    "group_events.some_waiting", "{count} has not replied", "{count} have not replied", count=NUMBER
)
SOME_ACCEPTED = plural_message(
    "group_events.some_accepted", "{count} accepted", "{count} accepted", count=NUMBER
)
SOME_DECLINED = plural_message(
    "group_events.some_declined", "{count} declined", "{count} declined", count=NUMBER
)
NOBODY = message("group_events.nobody", "nobody is invited")
ATTENDANCE_OPEN = message("group_events.attendance_open", "attendance not recorded")
