"""Messages about curriculum modules that cannot be used."""

from __future__ import annotations

from coach.texts.facts import LOCALISED, TEXT, message

# i18n: a text that is stored in several languages; leave it unchanged.
LOCAL_TEXT = message("curriculum.text", "{text}", text=LOCALISED)
NOT_A_LINK = message(
    "curriculum.not_a_link",
    "enter a valid web address that starts with https:// and contains no spaces",
)
CODE_TWICE = message(
    "curriculum.code_twice",
    "another module already has the code {code}; use a different code",
    code=TEXT,
)
NO_SUCH_PREREQUISITE = message(
    "curriculum.no_such_prerequisite", "there is no module with the code {code}", code=TEXT
)
PREREQUISITE_LATER = message(
    "curriculum.prerequisite_later",
    "{code} comes later in the curriculum; choose only modules that come before this one",
    code=TEXT,
)
NO_ENGLISH = message(
    "curriculum.no_english",
    "add an English version of this text; it is shown wherever a translation is missing",
)
