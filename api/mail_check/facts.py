"""Findings about outgoing email, with advice on how to solve problems."""

from __future__ import annotations

from coach.texts.facts import TEXT, message

NOT_SENT = message(
    "mail_check.not_sent", "the mail server did not accept the test: {reason}", reason=TEXT
)
SENDS_NO_EMAIL = message(
    "mail_check.sends_no_email", "this server does not send email; set {setting}", setting=TEXT
)
UNREADABLE = message(
    "mail_check.unreadable",
    "this is not the source of an email; open the test email, choose “Show original” or “View "
    "source”, and copy everything",
)

SENDER = message("mail_check.sender", "The sender is {address}.", address=TEXT)
OTHER_SENDER = message(
    "mail_check.other_sender",
    "The sender is {address} instead of {expected}. The mail server replaces the sender; "
    "configure the server to accept {expected}, or set another organiser address.",
    address=TEXT,
    expected=TEXT,
)
ENVELOPE = message(
    "mail_check.envelope", "The envelope sender is in the same domain: {domain}.", domain=TEXT
)
OTHER_ENVELOPE = message(
    "mail_check.other_envelope",
    "The envelope sender is in the domain {domain} instead of {expected}. SPF therefore does "
    "not cover {expected}, so DKIM has to pass.",
    domain=TEXT,
    expected=TEXT,
)
NO_ENVELOPE = message(
    "mail_check.no_envelope", "The source has no Return-Path, so the envelope sender is not known."
)
AUTHENTICATED = message(
    "mail_check.authenticated", "{method} passes for {domain}.", method=TEXT, domain=TEXT
)
NOT_AUTHENTICATED = message(
    "mail_check.not_authenticated",
    "{method} does not pass for {domain}; the receiver reports “{result}”. Ask the "
    "administrator of the domain to set up {method} for emails from this server.",
    method=TEXT,
    domain=TEXT,
    result=TEXT,
)
NO_RESULTS = message(
    "mail_check.no_results",
    "The receiver does not report whether {method} passes. Repeat the test with an address at "
    "another provider.",
    method=TEXT,
)
INVITATION = message(
    "mail_check.invitation", "The email arrived as an invitation, with its calendar part."
)
NO_INVITATION = message(
    "mail_check.no_invitation",
    "The calendar part was removed in transit. Ask the receiving office to let “text/calendar” "
    "pass, or set GENDER_COACH_DEPLOYMENT__ATTACH_ICS to false; the text of the email then "
    "contains all details.",
)
CHANGED_INVITATION = message(
    "mail_check.changed_invitation",
    "The calendar part was changed in transit, so calendars will not show the reply buttons. "
    "Ask the receiving office to let “text/calendar” pass unchanged.",
)
ONLY_HEADERS = message(
    "mail_check.only_headers",
    "It is not known whether the email arrived as an invitation, because the source contains "
    "only headers.",
)
NO_CALENDAR_SENT = message(
    "mail_check.no_calendar_sent", "According to the settings, emails have no calendar part."
)
