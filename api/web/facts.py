"""Messages used on pages of all subjects."""

from __future__ import annotations

from coach.texts.facts import (
    DATE,
    FACT,
    MONTH,
    NUMBER,
    PLAIN_NUMBER,
    SHORT_DATE,
    TERRITORY,
    TEXT,
    TIME,
    listed,
    message,
    plural_message,
)

DATE_ALONE = message("value.date", "{day}", day=DATE)
SHORT_DATE_ALONE = message("value.short_date", "{day}", day=SHORT_DATE)
MONTH_ALONE = message("value.month", "{day}", day=MONTH)
LISTED = message("value.listed", "{items}", items=listed(FACT))
NUMBER_ALONE = message("value.number", "{number}", number=NUMBER)
TERRITORY_ALONE = message("value.territory", "{code}", code=TERRITORY)
DATE_SPAN = message("value.date_span", "{first} to {last}", first=DATE, last=DATE)
TIME_RANGE = message("value.time_range", "{start} to {end}", start=TIME, end=TIME)
# i18n: `zone` is an abbreviation with an offset, such as CET, UTC+01:00.
DATETIME_RANGE = message(
    "value.datetime_range",
    "{day}, {start} to {end} ({zone})",
    day=DATE,
    start=TIME,
    end=TIME,
    zone=TEXT,
)
DATETIME = message("value.datetime", "{day}, {time} ({zone})", day=DATE, time=TIME, zone=TEXT)
SHORT_DATETIME = message(
    "value.short_datetime", "{day}, {time} {zone}", day=SHORT_DATE, time=TIME, zone=TEXT
)
CHOOSE_ONE = message("form.choose_one", "choose one")
FILL_IN = message("form.fill_in", "fill in this field")
ENTER_DATE = message("form.enter_date", "enter a date")
NEEDS_AT_LEAST = plural_message(
    "form.needs_at_least",
    "at least {count} is needed",
    "at least {count} are needed",
    count=PLAIN_NUMBER,
)
CHANGED_SINCE_SHOWN = message(
    "form.changed_since_shown",
    "somebody else has changed this since you opened it. What you have entered is still "
    "here, and each field that differs also shows the current value. Save again if your "
    "values should replace the current ones",
)
STORED_NOW = message("form.stored_now", "current value: {stored}", stored=FACT)
STORED_EMPTY = message("form.stored_empty", "current value: none")
# i18n: the name of the site if the deployment's settings do not contain one.
PROGRAMME = message("page.programme", "Coaching scheduler")
# i18n: /sign-in is an address, `gender-coach user sign-in` a command.
HOW_TO_SIGN_IN = message(
    "page.how_to_sign_in",
    "This page is for the programme office. If you have sessions yourself, open the secret link in "
    "your invitation; you do not need to sign in.",
)
TO_OWN_PAGE = message("page.to_own_page", "Go to your page")
TO_SIGN_IN = message("page.to_sign_in", "Sign in (programme office)")
TO_FIRST_PAGE = message("page.to_first_page", "Go to the home page")
TO_PAGE = message("page.to_page", "Back to the page")
RELOAD = message("page.reload", "Go back and reload the page to see the current state.")
CORRECT = message("page.correct", "Go back, correct the errors listed here, and try again.")
WRONG_USE_TITLE = message("page.title_wrong_use", "This page cannot be used in that way")
TOO_LARGE_TITLE = message("page.title_too_large", "Too much data was sent at once")
UNKNOWN_KIND_TITLE = message("page.title_unknown_kind", "This kind of file cannot be used")
UNAVAILABLE_TITLE = message("page.title_unavailable", "Not available at the moment")
NO_SUCH_SUBJECT = message("page.no_such_subject", "the API reference has no such section")
