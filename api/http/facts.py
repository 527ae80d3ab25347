"""Why requests are rejected before they reach a subject."""

from __future__ import annotations

from coach.texts.facts import NUMBER, message

NO_ACCESS = message(
    "http.no_access", "you do not have access to this; sign in with an account that does"
)
LINK_INVALID = message(
    "http.link_invalid", "this link is no longer valid; ask the programme office for a new one"
)
SIGN_IN_FIRST = message("http.sign_in_first", "please sign in first")
CONFIRM_FIRST = message("http.confirm_first", "please confirm your identity to continue")
UNKNOWN_HOST = message(
    "http.unknown_host",
    "this server is not configured for that host name; set GENDER_COACH_PUBLIC_URL",
)
NO_PAGE = message("http.no_page", "there is no page at this address; check the link")
ORIGIN_MISSING = message(
    "http.origin_missing",
    "your browser does not report where the request comes from; please use a newer one",
)
OTHER_SITE = message(
    "http.other_site",
    "this request was sent by another site; open the page on this server and try again",
)
TOO_LARGE_MIB = message(
    "http.too_large_mib", "the request is too large; send at most {size} MiB", size=NUMBER
)
TOO_LARGE_KIB = message(
    "http.too_large_kib", "the request is too large; send at most {size} KiB", size=NUMBER
)
TOO_MANY_SIGN_INS = message(
    "http.too_many_sign_ins",
    "there have been too many sign-in attempts; wait a minute and try again",
)
