"""Messages printed by the commands for backups and keys."""

from __future__ import annotations

from coach.texts.facts import ONE_DECIMAL, PLAIN_NUMBER, TEXT, message, plural_message

BACKED_UP = message(
    "backup.done",
    "{file}: {megabytes} MB, checked and encrypted.",
    file=TEXT,
    megabytes=ONE_DECIMAL,
)
KEEP_KEY_FILE = message(
    "backup.keep_key_file",
    "To restore this backup, you need {file}. Store a copy of that file separately.",
    file=TEXT,
)
OLD_BACKUPS_DELETED = plural_message(
    "backup.old_deleted",
    "{count} older backup was deleted.",
    "{count} older backups were deleted.",
    count=PLAIN_NUMBER,
)
# i18n: --to is an option of a command, GENDER_COACH_BACKUP_DIR a setting.
NEXT_TO_KEY = message(
    "backup.next_to_key",
    "Warning: {file} is stored next to the key that decrypts it. Choose a folder on another disk "
    "or machine with --to or GENDER_COACH_BACKUP_DIR.",
    file=TEXT,
)
ERASED_AGAIN = plural_message(
    "restore.erased_again",
    "{count} person who was erased after the backup has been erased again. If they had future "
    "sessions, start a new run and publish its plan.",
    "{count} people who were erased after the backup have been erased again. If they had future "
    "sessions, start a new run and publish its plan.",
    count=PLAIN_NUMBER,
)
RESTORED_INTACT = plural_message(
    "restore.intact",
    "Restored from {file}. The audit trail ({count} row) is intact.",
    "Restored from {file}. The audit trail ({count} rows) is intact.",
    count=PLAIN_NUMBER,
    file=TEXT,
)
RESTORED_BROKEN = plural_message(
    "restore.broken",
    "Restored from {file}. The audit trail ({count} row) is broken from row {row} onwards.",
    "Restored from {file}. The audit trail ({count} rows) is broken from row {row} onwards.",
    count=PLAIN_NUMBER,
    file=TEXT,
    row=PLAIN_NUMBER,
)
PREVIOUS_SAVED = message(
    "restore.previous_saved", "The previous database was saved as {file}", file=TEXT
)
KEYS_REWRAPPED = plural_message(
    "keys.rewrapped",
    "{count} key was rewrapped under master key {version}. Make a new copy of {file}, and "
    "store it separately from the database.",
    "{count} keys were rewrapped under master key {version}. Make a new copy of {file}, and "
    "store it separately from the database.",
    count=PLAIN_NUMBER,
    version=PLAIN_NUMBER,
    file=TEXT,
)
BACKUPS_KEY_ADDED = message(
    "keys.backups_added",
    "New backups will use a new key. Earlier backups need the old key, which remains in "
    "{file}. Anyone who has that key can still read them. Make a new copy of {file}, and "
    "store it separately from the database.",
    file=TEXT,
)
BACKUPS_KEY_REPLACED = message(
    "keys.backups_replaced",
    "New backups will use a new key. The old key is no longer in {file}, so make a backup "
    "now. Earlier backups can only be restored with the old key file, and will not be deleted "
    "automatically. Make a new copy of {file}, and store it separately from the database.",
    file=TEXT,
)
KEY_FILE_CREATED = message(
    "keys.created",
    "{file} contains new keys. Make a copy of it, and store it separately from the database.",
    file=TEXT,
)
# i18n: --to is an option of a command; do not translate it.
NAME_NEW_KEY_FILE = message("keys.name_new_file", "pass the path of the new key file with --to")
NAME_ROTATED_KEY_FILE = message(
    "keys.name_rotated_file",
    "{file} cannot be overwritten, because its path comes from a setting; choose a path for "
    "the new key file with --to, then replace {file} with the new file",
    file=TEXT,
)
# i18n: `old` is a path, or the name of a systemd credential.
REPLACE_KEY_FILE = message(
    "keys.replace_file",
    "Before you start servers and workers, replace {old} with {new}. They will not start with "
    "the old key file.",
    old=TEXT,
    new=TEXT,
)
