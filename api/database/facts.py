"""Messages that state why the database cannot be used, backed up or restored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from coach.texts.facts import PLAIN_NUMBER, TEXT, Message, listed, message, plural_message

# Opening.
# i18n: `reason` is the message of the operating system.
CANNOT_WRITE = message(
    "database.cannot_write",
    "cannot write to the database {path} ({reason}); "
    "give the user that runs gender-coach write access to its folder",
    path=TEXT,
    reason=TEXT,
)
# i18n: `reason` is the message of the database; DATABASE_URL is a setting.
UNUSABLE = message(
    "database.unusable",
    "the database at {url} cannot be used: {reason}; check that DATABASE_URL is correct, "
    "and that the database exists and is writable",
    url=TEXT,
    reason=TEXT,
)
INVALID_URL = message(
    "database.invalid_url",
    "DATABASE_URL is not a valid database URL; use one like "
    "postgresql://user@host/name, or unset it to use a SQLite file",
)
NOT_SUPPORTED = message(
    "database.not_supported",
    "{backend} is not a supported database; use postgresql://user@host/name, or unset "
    "DATABASE_URL to use a SQLite file",
    backend=TEXT,
)
# i18n: `reason` is the message of the operating system.
CANNOT_CREATE_FOLDER = message(
    "database.cannot_create_folder",
    "the folder for {path} cannot be created: {reason}; choose another folder with --data",
    path=TEXT,
    reason=TEXT,
)

# Versions.
MIGRATIONS_MISSING = message(
    "database.migrations_missing", "the migrations are missing; reinstall the package"
)
EMPTY = message("database.empty", "the database is empty; run `gender-coach migrate` first")
OLDER = message(
    "database.older",
    "the database belongs to an older version ({found}) than this application ({wanted}); make "
    "a backup and run `gender-coach migrate`",
    found=TEXT,
    wanted=TEXT,
)
NEWER = message(
    "database.newer",
    "the database belongs to a newer version ({found}) than this application ({wanted}); "
    "install the newer version, or restore a backup made with this one",
    found=TEXT,
    wanted=TEXT,
)
TOO_NEW_TO_MIGRATE = message(
    "database.too_new_to_migrate",
    "the database belongs to a newer version ({found}); install that version to migrate it",
    found=TEXT,
)
BROKEN_REFERENCES = message(
    "database.broken_references",
    "the migration would leave broken references in {tables}; nothing was changed",
    tables=listed(TEXT),
)
ROWS_LOST = message(
    "database.rows_lost",
    "some rows of {table} were not copied; nothing was changed",
    table=TEXT,
)

# Backups.
BACKUP_EXISTS = message(
    "database.backup_exists", "{path} already exists; choose another file", path=TEXT
)
# i18n: `reason` is the message of the operating system or of the database.
BACKUP_FAILED = message(
    "database.backup_failed",
    "the backup {path} could not be created: {reason}; the incomplete file was deleted",
    path=TEXT,
    reason=TEXT,
)
OTHER_CONNECTIONS = plural_message(
    "database.other_connections",
    "the database has {count} other connection; stop every server and worker first",
    "the database has {count} other connections; stop every server and worker first",
    count=PLAIN_NUMBER,
)
FILE_EXISTS = message(
    "database.file_exists",
    "{path} already exists; add --force to replace it (the old database will be saved first)",
    path=TEXT,
)
DATABASE_EXISTS = message(
    "database.database_exists",
    "a gender-coach database already exists; add --force to replace it (the old database will "
    "be saved first)",
)
# i18n: `reason` is the message of the database.
BACKUP_INVALID = message(
    "database.backup_invalid", "the backup is not a valid database: {reason}", reason=TEXT
)
BACKUP_CORRUPT = message(
    "database.backup_corrupt",
    "the backup failed its integrity check; make another backup, and check the disk",
)

RowNoun = Literal[
    "application", "cycle", "human", "email", "message", "person", "plan", "question", "run"
]
NO_SUCH_ROW: Mapping[RowNoun, Message] = {
    "application": message(
        "database.no_such_application", "application {id} no longer exists", id=TEXT
    ),
    "cycle": message("database.no_such_cycle", "there is no cycle {id}", id=TEXT),
    "human": message("database.no_such_human", "there is no person {id} in the directory", id=TEXT),
    "email": message("database.no_such_email", "there is no incoming email {id}", id=TEXT),
    "message": message("database.no_such_message", "there is no message {id}", id=TEXT),
    "person": message("database.no_such_person", "there is no person {id}", id=TEXT),
    "plan": message("database.no_such_plan", "there is no plan {id}", id=TEXT),
    "question": message("database.no_such_question", "there is no question {id}", id=TEXT),
    "run": message("database.no_such_run", "there is no run {id}", id=TEXT),
}
"""The message for a row that does not exist, keyed by the row's noun."""
