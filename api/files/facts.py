"""Messages about files that cannot be read or written: why, and often what to do about it."""

from __future__ import annotations

from coach.texts.facts import FACT, ONE_DECIMAL, PLAIN_NUMBER, TEXT, message, plural_message

# i18n: `reason` is the message of the operating system.
CANNOT_WRITE = message(
    "files.cannot_write",
    "{path} cannot be written: {reason}; choose another file with --out",
    path=TEXT,
    reason=TEXT,
)
TOO_LARGE = message(
    "files.too_large",
    "the file is too large ({size} MiB); the limit is {limit} MiB",
    size=ONE_DECIMAL,
    limit=PLAIN_NUMBER,
)
TOO_MANY_ROWS = plural_message(
    "files.too_many_rows",
    "the table has more than {count} row; split it into several files",
    "the table has more than {count} rows; split it into several files",
    count=PLAIN_NUMBER,
)

# CSV files.
UTF16 = message("files.utf16", "the file is UTF-16 text; save it as CSV in UTF-8")
NOT_TEXT = message(
    "files.not_text", "the file is not text; save it as CSV in UTF-8, as XLSX or as ODS"
)
# i18n: `reason` is the message of a library, in English.
NOT_CSV = message(
    "files.not_csv",
    "the row is not valid CSV ({reason}); check whether a quotation mark is missing or has not "
    "been doubled",
    reason=TEXT,
)
# i18n: `byte` is a number such as 0xE6.
NOT_UTF8 = message(
    "files.not_utf8",
    "contains the byte {byte}, which is not valid UTF-8; save the file as CSV in UTF-8",
    byte=TEXT,
)
# i18n: `byte` is a number such as 0xE6.
NOT_UTF8_AND_OTHERS = plural_message(
    "files.not_utf8_and_others",
    "contains the byte {byte}, which is not valid UTF-8 (also affected: {count} other cell); "
    "save the file as CSV in UTF-8",
    "contains the byte {byte}, which is not valid UTF-8 (also affected: {count} other cells); "
    "save the file as CSV in UTF-8",
    byte=TEXT,
    count=PLAIN_NUMBER,
)

# i18n: `message` says which byte is not valid; --encoding is an option of the command.
ENCODING_OFFER = message(
    "files.encoding_offer",
    '{message}, or read it with --encoding {encoding} if "{word}" looks right',
    message=FACT,
    encoding=TEXT,
    word=TEXT,
)
NOT_IN_ENCODING = message(
    "files.not_in_encoding",
    "contains the byte {byte}, which is not valid in {encoding}; choose another --encoding, "
    "or save the file as CSV in UTF-8",
    byte=TEXT,
    encoding=TEXT,
)
TOO_MANY_COLUMNS = plural_message(
    "files.too_many_columns",
    "the table has more than {count} column; delete those that are not needed",
    "the table has more than {count} columns; delete those that are not needed",
    count=PLAIN_NUMBER,
)

# Files of other formats.
PDF = message(
    "files.pdf", "the file is a PDF document; ask for the list as a spreadsheet, in XLSX or CSV"
)
HTML = message(
    "files.html",
    "the file is a web page (HTML); open it in a spreadsheet program and save it as XLSX",
)
XML = message("files.xml", "the file is XML; open it in a spreadsheet program and save it as XLSX")
TEXT_DOCUMENT = message(
    "files.text_document",
    "the file is a text document; copy its table into a spreadsheet and save that as XLSX",
)
NUMBERS = message(
    "files.numbers", "the file is a Numbers or Pages document; export it as XLSX or CSV"
)
ARCHIVE = message(
    "files.archive",
    "the file is a ZIP archive, not a workbook; unpack it and use the spreadsheet in it",
)

# Workbooks.
OLD_WORKBOOK = message("files.old_workbook", "the file is an old .xls workbook; save it as .xlsx")
NO_VISIBLE_SHEET = message(
    "files.no_visible_sheet",
    "all sheets are hidden, and hidden sheets are not read; show the sheet with the list",
)
PASSWORD = message(
    "files.password", "the workbook is protected with a password; save it without one"
)
DAMAGED = message(
    "files.damaged",
    "the workbook is damaged ({reason}); open it in a spreadsheet program and save it again",
    reason=FACT,
)
PART_TOO_LARGE = message("files.part_too_large", "a part is larger than declared")
TOO_MANY_PARTS = plural_message(
    "files.too_many_parts",
    "the workbook has {count} part; at most {limit} are allowed",
    "the workbook has {count} parts; at most {limit} are allowed",
    count=PLAIN_NUMBER,
    limit=PLAIN_NUMBER,
)
EXPANDS_TOO_MUCH = message(
    "files.expands_too_much",
    "the workbook expands to {size} MiB; the limit is {limit} MiB",
    size=PLAIN_NUMBER,
    limit=PLAIN_NUMBER,
)
PART_EXPANDS_TOO_MUCH = plural_message(
    "files.part_expands_too_much",
    "a part of the workbook expands to {count} time its size; the limit is {limit} times",
    "a part of the workbook expands to {count} times its size; the limit is {limit} times",
    count=PLAIN_NUMBER,
    limit=PLAIN_NUMBER,
)
CANNOT_READ_WORKBOOK = message(
    "files.cannot_read_workbook", "the workbook cannot be read: {reason}", reason=FACT
)
SHEET_TOO_LARGE = message(
    "files.sheet_too_large",
    "the sheet '{sheet}' has {rows} rows and {columns} columns; "
    "at most {max_rows} and {max_columns} are allowed",
    sheet=TEXT,
    rows=PLAIN_NUMBER,
    columns=PLAIN_NUMBER,
    max_rows=PLAIN_NUMBER,
    max_columns=PLAIN_NUMBER,
)
# i18n: `reason` is the message of a library, in English.
MALFORMED_PART = message(
    "files.malformed_part",
    "its part {part} is not valid XML ({reason})",
    part=TEXT,
    reason=TEXT,
)
DAMAGED_STRUCTURE = message("files.damaged_structure", "its structure is damaged")
OUT_OF_RESOURCES = message(
    "files.out_of_resources",
    "the workbook takes too much memory or time to read; save the sheet as CSV",
)
OUT_OF_TIME = message(
    "files.out_of_time", "the workbook takes too long to read; save the sheet as CSV"
)
FORMULA_WITHOUT_VALUE = message(
    "files.formula_without_value",
    "contains a formula with no saved result; open the file in a spreadsheet program "
    "and save it again",
)
FORMULA_WITH_ERROR = message(
    "files.formula_with_error",
    "contains a formula with the error {error}; correct it, or enter the value itself",
    error=TEXT,
)
