"""The titles of invitations in calendars and emails."""

from __future__ import annotations

from coach.group_events import GroupEventKind
from coach.sessions import SessionMode
from coach.texts.facts import FACT, NUMBER, TEXT, Fact, message

# i18n: the title of an invitation. Aides may read it, so it must not mention a person or topic.
SESSION = message("calendar.session", "Coaching session {number} of {of}", number=NUMBER, of=NUMBER)
CONTRACTING = message("calendar.contracting", "Coaching: contracting session")
# i18n: kinds of group events, in the title of an invitation. Aides may read it.
KICKOFF = message("calendar.kickoff", "kickoff")
SEMINAR = message("calendar.seminar", "seminar")
PLAN_PRESENTATION = message("calendar.plan_presentation", "presentations")
ALUMNI_MEETING = message("calendar.alumni_meeting", "alumni meeting")
EVENT_KINDS = {
    GroupEventKind.KICKOFF: KICKOFF(),
    GroupEventKind.SEMINAR: SEMINAR(),
    GroupEventKind.PLAN_PRESENTATION: PLAN_PRESENTATION(),
    GroupEventKind.ALUMNI_MEETING: ALUMNI_MEETING(),
}
# i18n: `kind` is one of the kinds of group events.
GROUP_SESSION = message("calendar.group_session", "Group session: {kind}", kind=FACT)
SESSION_OF_PROGRAMME = message(
    "calendar.session_of_programme", "{programme}: {session}", programme=TEXT, session=FACT
)
# i18n: subjects of emails that the buttons of an invitation prepare, and that are read by program.
ANSWER_SUBJECTS = {
    "accepted": message("calendar.subject_accepted", "Accepted: {title}", title=TEXT),
    "declined": message("calendar.subject_declined", "Declined: {title}", title=TEXT),
    "another time": message(
        "calendar.subject_another_time", "Another time, please: {title}", title=TEXT
    ),
}
NOT_A_CALENDAR = message(
    "calendar.not_a_calendar",
    "this is not a calendar file; export your calendar as .ics (iCalendar) and upload that file",
)
CALENDAR_TOO_LARGE = message(
    "calendar.too_large",
    "the file is larger than {limit} MiB; export only the months of this cycle",
    limit=NUMBER,
)
CALENDAR_TOO_COMPLEX = message(
    "calendar.too_complex",
    "the file is too complex to read; export only the months of this cycle",
)
REPEATS_TOO_OFTEN = message(
    "calendar.repeats_too_often",
    "an event in the file repeats more often than daily; delete it from the calendar and export"
    " the calendar again",
)
INVALID_INTERVAL = message(
    "calendar.invalid_interval",
    "an event in the file repeats at an interval that is not a positive whole number; delete it"
    " from the calendar and export the calendar again",
)
EVENT_TOO_LONG = message(
    "calendar.event_too_long",
    "an event in the file lasts longer than {limit} days; delete it from the calendar and "
    "export the calendar again",
    limit=NUMBER,
)
TOO_MANY_BUSY_TIMES = message(
    "calendar.too_many_busy_times",
    "the file has more than {limit} busy times in this cycle; export another calendar, "
    "or enter your free times by hand",
    limit=NUMBER,
)
BUSY_READING = message(
    "calendar.busy_reading", "other calendars are being read at the moment; try again in a minute"
)

# i18n: how the two participants of a session meet, in invitations, calendars and on pages.
ONLINE = message("calendar.online", "Online")
IN_PERSON = message("calendar.in_person", "In person")
BY_TELEPHONE = message("calendar.by_telephone", "By phone")
MODE = {
    SessionMode.ONLINE: ONLINE(),
    SessionMode.IN_PERSON: IN_PERSON(),
    SessionMode.PHONE: BY_TELEPHONE(),
}
# i18n: the description in a calendar, only if the deployment allows names there.
WITH = message("calendar.with", "With {name}", name=TEXT)


def numbered_session(number: int, of: int) -> Fact:
    """Return the title of session `number` of `of`; number 0 is the contracting session."""
    return SESSION(number=number, of=of) if number else CONTRACTING()


def group_session(kind: GroupEventKind) -> Fact:
    """Return the title of a group event, without its topic."""
    return GROUP_SESSION(kind=EVENT_KINDS[kind])
