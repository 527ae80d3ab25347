"""Messages about faults in the files of a results folder.

Each message follows the name of a file and a colon.
"""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, TEXT, Fact, listed, message, plural_message

MISSING = message("results_check.missing", "is missing")
CANNOT_BE_READ = message("results_check.cannot_be_read", "cannot be read: {reason}", reason=TEXT)
NO_RUN_RECORD = plural_message(
    "results_check.no_run_record",
    "is not a run record ({count} error)",
    "is not a run record ({count} errors)",
    count=NUMBER,
)
KEY_DIFFERS = message("results_check.key_differs", "{key} does not match this folder", key=TEXT)
UNEXPECTED_ROW = message(
    "results_check.unexpected_row", "has an unexpected row: {cells}", cells=listed(TEXT)
)
MORE_UNEXPECTED_ROWS = plural_message(
    "results_check.more_unexpected_rows",
    "has {count} more unexpected row",
    "has {count} more unexpected rows",
    count=NUMBER,
)
LACKING_ROW = message("results_check.lacking_row", "is missing a row: {cells}", cells=listed(TEXT))
MORE_LACKING_ROWS = plural_message(
    "results_check.more_lacking_rows",
    "is missing {count} more row",
    "is missing {count} more rows",
    count=NUMBER,
)
ANCHOR_COUNT = plural_message(
    "results_check.anchor_count",
    "contains {text} {count} time instead of once",
    "contains {text} {count} times instead of once",
    count=NUMBER,
    text=TEXT,
)
OTHER_INPUTS = message(
    "results_check.other_inputs", "does not contain the fingerprint of this result's inputs"
)
# i18n: `place` is the path of a value in a JSON file, such as matches[0].verdicts[2].because
SENTENCE_DIFFERS = message(
    "results_check.sentence_differs",
    "does not match its fact at {place}; expected: {expected}",
    place=TEXT,
    expected=FACT,
)
NONE = message("results_check.none", "nothing")
MORE_SENTENCES = plural_message(
    "results_check.more_sentences",
    "has {count} more sentence that does not match its fact",
    "has {count} more sentences that do not match their facts",
    count=NUMBER,
)
FORM_INCOMPLETE = message("results_check.form_incomplete", "is missing or incomplete")

NO_FILE = message("results_check.no_file", "has no {suffix} file", suffix=TEXT)
NOT_EXPECTED = message(
    "results_check.invitation_not_expected",
    "does not belong to any person and session in this result",
)
NO_INVITATION = message(
    "results_check.no_invitation",
    "has no invitation for {person} to session {number}",
    person=TEXT,
    number=NUMBER,
)
NO_CONTRACTING_INVITATION = message(
    "results_check.no_contracting_invitation",
    "has no invitation for {person} to the contracting session",
    person=TEXT,
)
PROPERTY_DIFFERS = message(
    "results_check.property_differs",
    "{property} is {value} instead of {expected}",
    property=TEXT,
    value=TEXT,
    expected=TEXT,
)
PROPERTY_MISSING = message(
    "results_check.property_missing",
    "{property} is missing; it should be {expected}",
    property=TEXT,
    expected=TEXT,
)
SEVERAL_ATTENDEES = message("results_check.several_attendees", "has more than one ATTENDEE")
WRONG_ORGANIZER = message(
    "results_check.wrong_organizer",
    "its ORGANIZER is the coachee or the coach, but must be neither",
)
FORBIDDEN_PROPERTY = message(
    "results_check.forbidden_property",
    "contains {property}, which does not belong in an invitation",
    property=TEXT,
)
NOT_NEUTRAL = message(
    "results_check.not_neutral",
    "{property} is {value} instead of the neutral {expected}",
    property=TEXT,
    value=TEXT,
    expected=TEXT,
)
OTHER_RECIPIENTS = message(
    "results_check.other_recipients",
    "its email is addressed to {actual}; expected only {expected}",
    actual=listed(TEXT),
    expected=TEXT,
)
NO_RECIPIENT = message(
    "results_check.no_recipient",
    "its email is not addressed to anyone; expected {expected}",
    expected=TEXT,
)
WRONG_SUBJECT = message(
    "results_check.wrong_subject", "its email has the wrong subject, {subject}", subject=TEXT
)
OTHER_PARTS = message(
    "results_check.other_parts",
    "its email has parts other than text, HTML, calendar and attachment",
)
OTHER_CALENDAR = message(
    "results_check.other_calendar",
    "its email contains another calendar object ({part})",
    part=TEXT,
)
NO_SESSION_NAMED = message(
    "results_check.no_session_named",
    "the {part} part of its email does not name the session",
    part=TEXT,
)
OTHER_ADDRESS = message(
    "results_check.other_address",
    "the {part} part of its email contains the other person's address",
    part=TEXT,
)


def no_invitation(person: str, number: int) -> Fact:
    """Return the finding that a person has no invitation to session `number`.

    Number 0 is the contracting session.
    """
    if number:
        return NO_INVITATION(person=person, number=number)
    return NO_CONTRACTING_INVITATION(person=person)
