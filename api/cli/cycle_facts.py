"""Messages of the command that imports lists into a cycle of a server."""

from __future__ import annotations

from coach.texts.facts import TEXT, message

ENCODING = message(
    "cycle_import.encoding",
    '{file}: if "{word}" is right, add --encoding {encoding}',
    file=TEXT,
    encoding=TEXT,
    word=TEXT,
)
HEADER = message(
    "cycle_import.header", "{file}: the column {header} is not known", file=TEXT, header=TEXT
)
QUESTIONS = message(
    "cycle_import.questions",
    "nothing has changed: pass the encoding, or state on the cycle's page what the unknown columns "
    "contain; the answer is remembered",
)
USE = message("cycle_import.use", "Use these lists?")
USED = message("cycle_import.used", "The lists are in use. They can be undone until the next run.")
NOT_USED = message("cycle_import.not_used", "Nothing has changed.")
