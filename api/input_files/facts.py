"""Messages about unreadable input files, and the texts of the template workbook."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, TEXT, listed, message

NO_SUCH_FILE = message("input_files.no_such_file", "there is no such file")
FOLDER = message("input_files.folder", "this is a folder, not a file")
# i18n: `reason` is the message of the operating system.
CANNOT_OPEN = message("input_files.cannot_open", "the file cannot be opened: {reason}", reason=TEXT)
NOT_A_WORKBOOK = message(
    "input_files.not_a_workbook",
    "the file is not a workbook; save it again, or rename it if it is CSV",
)
# i18n: `byte` is a number such as 0xE6.
NOT_UTF8 = message(
    "input_files.not_utf8",
    "contains the byte {byte}, which is not valid UTF-8; save the file in UTF-8",
    byte=TEXT,
)
NOT_A_RESULT = message(
    "input_files.not_a_result", "this is not a valid result file: {reason}", reason=FACT
)

# The template workbook.
# i18n: `coachees` and `coaches` are names of sheets; do not translate them.
TEMPLATE_ROWS = message(
    "template.rows",
    'Enter one person per row, with commanders and decision-makers in the "coachees" sheet '
    'and coaches in the "coaches" sheet.',
)
TEMPLATE_EXAMPLE = message(
    "template.example",
    "Row 2 of each sheet, in grey, is an invented example that is never matched.",
)
TEMPLATE_COLOURS = message(
    "template.colours",
    "Columns with a blue header are required. Columns with a grey header are optional.",
)
TEMPLATE_HINTS = message(
    "template.hints",
    "Hover over a header to see what to enter. Columns with a fixed set of values have "
    "drop-down lists.",
)
TEMPLATE_LISTS = message(
    "template.lists", "Separate the items of a list with semicolons: en:B2; sq:C1."
)
# i18n: keep the options of the command: --coachees FILE --coaches FILE.
TEMPLATE_OPTIONS = message(
    "template.options",
    "Save the workbook and pass it to both options: --coachees FILE --coaches FILE.",
)
TEMPLATE_ERRORS = message(
    "template.errors", "Any errors will be reported with their row and column."
)
TEMPLATE_READ_ME = message("template.read_me", "Read me")
TEMPLATE_REQUIRED = message("template.required", "Required. {description}", description=FACT)
TEMPLATE_ALLOWED = message("template.allowed", "One of: {values}", values=listed(TEXT))
TEMPLATE_NOT_A_ZONE = message(
    "template.not_a_zone", "This is not a time zone; choose one from the list."
)
CHANGES_TOO_DEEP = message(
    "input_files.changes_too_deep",
    "the changes are nested too deeply; use tables of settings, as in the cycle file",
)
NO_INSTRUMENTS = message(
    "input_files.no_instruments",
    "there is no such folder, or it contains no file whose name ends in {suffix}",
    suffix=TEXT,
)
INSTRUMENT_TOO_LARGE = message(
    "input_files.instrument_too_large",
    "the file is larger than {limit} KiB, the limit for an instrument; check that it "
    "is the right file",
    limit=NUMBER,
)
