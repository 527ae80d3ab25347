"""Messages for pages that combine data from several subjects."""

from __future__ import annotations

from coach.texts.facts import FACT, LANGUAGE, NUMBER, TEXT, message, plural_message

COACHEES = message("overview.coachees", "Coachees")
COACHES = message("overview.coaches", "Coaches")
ROLE = message("overview.role", "Role")
CONSENT = message("overview.consent", "Consent")
AGREED = message("overview.agreed", "agreed")
AGREED_TO_OLDER = message("overview.agreed_to_older", "agreed to an older version")
NOT_AGREED = message("overview.not_agreed", "not yet")
PARTICIPATION = message("overview.participation", "Participation")
IN_CYCLE = message("overview.in_cycle", "in the cycle")
LEFT = message("overview.left", "has left")
LANGUAGE_LEVEL = message(
    "overview.language_level", "{language} {level}", language=LANGUAGE, level=TEXT
)
CYCLE_STATE = message("overview.cycle_state", "Status")
CYCLE_PUBLISHED = message("overview.cycle_published", "published")
CYCLE_IN_PREPARATION = message("overview.cycle_in_preparation", "in preparation")
UPCOMING = message("overview.upcoming", "Upcoming")
PAST = message("overview.past", "Past")
NOTES_TO_WRITE = message("overview.notes_to_write", "Session notes to write")
FEEDBACK_TO_GIVE = message("overview.feedback_to_give", "Feedback to give (takes two minutes)")
# i18n: 6 sessions of 90 minutes for each coachee, 14 to 28 days apart.
PLAN_WITH_CONTRACTING = message(
    "overview.plan_with_contracting",
    "{plan}, after a contracting session of {minutes}",
    plan=FACT,
    minutes=FACT,
)
SESSION_PLAN = message(
    "overview.session_plan",
    "{sessions} of {minutes} for each coachee, {least} to {most} apart",
    sessions=FACT,
    minutes=FACT,
    least=NUMBER,
    most=FACT,
)
MINUTES = plural_message("overview.minutes", "{count} minute", "{count} minutes", count=NUMBER)
DAYS = plural_message("overview.days", "{count} day", "{count} days", count=NUMBER)
NO_REASON = message(
    "overview.no_reason", "Enter a reason on one line, using at most 200 characters."
)
METRICS_NEED_A_TOKEN = message(
    "overview.metrics_need_a_token",
    "access to metrics requires the token in {variable} or a manager's token; requests from this "
    "machine need no token if the server has no public URL",
    variable=TEXT,
)

NOT_CHECKED = message(
    "overview.trail_not_checked",
    "The audit trail has not been checked yet. A worker checks it once a day; to check it now, run "
    "gender-coach audit verify.",
)
TRAIL_BROKEN = message(
    "overview.trail_broken",
    "The audit trail is broken: on {when}, the seal of row {row} of {rows} did not match. That row "
    "or an earlier one was altered, removed or inserted.",
    when=FACT,
    row=NUMBER,
    rows=NUMBER,
)
TRAIL_TRUNCATED = message(
    "overview.trail_truncated",
    "The end of the audit trail is missing: on {when}, only {rows} of the previous {before} "
    "rows remained.",
    when=FACT,
    rows=NUMBER,
    before=NUMBER,
)
ROWS_LOST = plural_message(
    "overview.trail_rows_lost",
    "The seals match, but {count} row was lost when the database was restored.",
    "The seals match, but {count} rows were lost when the database was restored.",
    count=NUMBER,
)
ROWS_UNSEALED = plural_message(
    "overview.rows_unsealed",
    "{count} row that controls access was inserted or altered outside the application. It is "
    "ignored. Ask this server's administrator to run gender-coach audit verify.",
    "{count} rows that control access were inserted or altered outside the application. They "
    "are ignored. Ask this server's administrator to run gender-coach audit verify.",
    count=NUMBER,
)
TRAIL_INTACT = message(
    "overview.trail_intact",
    "The audit trail is intact: on {when}, all seals matched (number of rows: {rows}).",
    when=FACT,
    rows=NUMBER,
)

TO_DO_OBSTRUCTED = plural_message(
    "overview.to_do_obstructed",
    "{count} session can no longer take place, because somebody is no longer available or has left",
    "{count} sessions can no longer take place, because somebody is no longer available or "
    "has left",
    count=NUMBER,
)
TO_DO_DECLINED = plural_message(
    "overview.to_do_declined",
    "{count} upcoming session was declined",
    "{count} upcoming sessions were declined",
    count=NUMBER,
)
TO_DO_UNANSWERED = plural_message(
    "overview.to_do_unanswered",
    "{count} session in the next two weeks awaits a reply",
    "{count} sessions in the next two weeks await a reply",
    count=NUMBER,
)
TO_DO_FAILED_MAIL = plural_message(
    "overview.to_do_failed_mail",
    "{count} email could not be delivered",
    "{count} emails could not be delivered",
    count=NUMBER,
)
TO_DO_UNSENT_MAIL = plural_message(
    "overview.to_do_unsent_mail",
    "{count} message is waiting to be sent",
    "{count} messages are waiting to be sent",
    count=NUMBER,
)
TO_DO_MISSING_NOTE = plural_message(
    "overview.to_do_missing_note",
    "{count} session note is missing",
    "{count} session notes are missing",
    count=NUMBER,
)
TO_DO_MISSING_FEEDBACK = plural_message(
    "overview.to_do_missing_feedback",
    "Feedback on {count} session is missing",
    "Feedback on {count} sessions is missing",
    count=NUMBER,
)
TO_DO_MISSING_CONSENT = plural_message(
    "overview.to_do_missing_consent",
    "{count} person with upcoming sessions has not accepted the terms",
    "{count} people with upcoming sessions have not accepted the terms",
    count=NUMBER,
)
TO_DO_ANOTHER_COACH = plural_message(
    "overview.to_do_another_coach",
    "{count} pair has asked for another coach",
    "{count} pairs have asked for another coach",
    count=NUMBER,
)
TO_DO_ATTENDANCE_DIFFERS = plural_message(
    "overview.to_do_attendance_differs",
    "Coach and coachee disagree about who came to {count} session",
    "Coach and coachee disagree about who came to {count} sessions",
    count=NUMBER,
)
TO_DO_ASKED_OFFICE = plural_message(
    "overview.to_do_asked_office",
    "{count} session note contains a request to the programme office",
    "{count} session notes contain requests to the programme office",
    count=NUMBER,
)
TO_DO_UNANSWERED_FOLLOW_UP = plural_message(
    "overview.to_do_unanswered_follow_up",
    "{count} follow-up has not been answered despite a reminder, or was not sent",
    "{count} follow-ups have not been answered despite a reminder, or were not sent",
    count=NUMBER,
)
TO_DO_MISSING_ANSWERS = plural_message(
    "overview.to_do_missing_answers",
    "{count} questionnaire was not filled in",
    "{count} questionnaires were not filled in",
    count=NUMBER,
)
TO_DO_UNANSWERED_EVENT = plural_message(
    "overview.to_do_unanswered_event",
    "{count} person has not replied to a required group event in the next week",
    "{count} people have not replied to a required group event in the next week",
    count=NUMBER,
)
TO_DO_MISSING_ATTENDANCE = plural_message(
    "overview.to_do_missing_attendance",
    "Attendance at {count} date of a group event has not been recorded",
    "Attendance at {count} dates of group events has not been recorded",
    count=NUMBER,
)
DIGEST_LINE = message("overview.digest_line", "{cycle}: {item}", cycle=TEXT, item=FACT)
