"""What is said about secret links, one-time codes and changes of an email address."""

from __future__ import annotations

from coach.texts.facts import TEXT, message

# i18n: `person` is the identifier of a coach or coachee in the lists, such as C-01.
HAS_LEFT = message(
    "personal_links.has_left", "{person} has left the cycle and cannot get a link", person=TEXT
)
NO_LINK = message("personal_links.no_link", "this person has no working link; create one first")
NO_MAIL = message(
    "personal_links.no_mail",
    "this server cannot send codes by email; please contact the programme office",
)
NO_ADDRESS = message(
    "personal_links.no_address",
    "we have no email address to send you a code; please contact the programme office",
)
TOO_MANY_CODES = message(
    "personal_links.too_many_codes",
    "you have already requested several codes; wait at least ten minutes, then try again",
)
WRONG_CODE = message(
    "personal_links.wrong_code",
    "the code does not match our last email to you, is older than ten minutes, or was entered "
    "incorrectly too many times; request a new one",
)
