"""Messages about curriculum modules that cannot be used."""

from __future__ import annotations

from coach.texts.facts import LOCALISED, TEXT, message

# i18n: a text that is stored in several languages; leave it unchanged.
LOCAL_TEXT = message("curriculum.text", "{text}", text=LOCALISED)
NOT_A_LINK = message(
    "curriculum.not_a_link",
    "this is not a valid address; enter one that starts with https:// and has no spaces",
)
CODE_TWICE = message("curriculum.code_twice", "another module has the code {code}", code=TEXT)
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
    "this text has no English version; add one, because other languages fall back to it",
)
