"""Messages about weak passwords, and about keys and encrypted data that cannot be used."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, PLAIN_NUMBER, TEXT, Message, message

TOO_SHORT = message(
    "password.too_short",
    "use at least {limit} characters; four unrelated words are fine",
    limit=NUMBER,
)
TOO_LONG = message("password.too_long", "use at most {limit} characters", limit=NUMBER)
# i18n: `why` is a sentence without its full stop, such as "Recent years are easy to guess".
WEAK = message(
    "password.weak",
    "{why}; use four unrelated words, or let a password manager generate a password",
    why=FACT,
)
EASY_TO_GUESS = message("password.easy_to_guess", "this password is easy to guess")

HASHING_BUSY = message(
    "password.busy",
    "too many passwords are being checked at the moment; wait a few seconds, then try again",
)

WARNINGS: dict[str, Message] = {
    f"{one.text}.": one
    for one in (
        message("password.straight_row", "Straight rows of keys are easy to guess"),
        message("password.keyboard_pattern", "Short keyboard patterns are easy to guess"),
        message("password.repeated_letter", 'Repeats like "aaa" are easy to guess'),
        message(
            "password.repeated_group",
            'Repeats like "abcabcabc" are only slightly harder to guess than "abc"',
        ),
        message("password.sequence", 'Sequences like "abc" or "6543" are easy to guess'),
        message("password.recent_year", "Recent years are easy to guess"),
        message("password.date", "Dates are often easy to guess"),
        message("password.top_10", "This is one of the 10 most common passwords"),
        message("password.top_100", "This is one of the 100 most common passwords"),
        message("password.common", "This is a very common password"),
        message("password.similar", "This is similar to a commonly used password"),
        message("password.word", "A word by itself is easy to guess"),
        message("password.name", "Names and surnames by themselves are easy to guess"),
        message("password.common_name", "Common names and surnames are easy to guess"),
    )
}
"""The messages, keyed by the zxcvbn warnings that they reproduce."""

# The key file.
KEY_FILE_MISSING = message(
    "keys.file_missing",
    "the key file {path} is missing; restore it from your copy. Without it, notes will stay "
    "unreadable and links will not work",
    path=TEXT,
)
# i18n: `gender-coach keys create --to PATH` is a command; translate only PATH.
KEY_FILE_TO_CREATE = message(
    "keys.file_to_create",
    "the key file {path} is missing, and is not created automatically because its path comes "
    "from a setting; create it with `gender-coach keys create --to PATH`, or restore it from "
    "your copy",
    path=TEXT,
)
KEY_FILE_EXISTS = message(
    "keys.file_exists",
    "{path} already exists, and the database may need the keys in it; choose another file",
    path=TEXT,
)
KEY_FILE_EXPOSED = message(
    "keys.file_exposed",
    "the key file {path} can be read by other users; run chmod 600 {path}",
    path=TEXT,
)
KEY_FILE_OF_OTHER_USER = message(
    "keys.file_of_other_user",
    "the key file {path} belongs to another user; it must belong to the user that runs "
    "gender-coach, or to root",
    path=TEXT,
)
KEY_FOLDER_SHARED = message(
    "keys.folder_shared",
    "other users can replace the key file {path}; its folder must belong to the user that runs "
    "gender-coach, or to root, and must not be writable by anybody else (run chmod go-w "
    "{folder})",
    path=TEXT,
    folder=TEXT,
)
# i18n: `reason` is the message of the operating system.
KEY_FILE_UNREADABLE = message(
    "keys.file_unreadable",
    "the key file {path} cannot be read: {reason}; "
    "it must belong to the user that runs gender-coach, with mode 600",
    path=TEXT,
    reason=TEXT,
)
# i18n: `reason` is the message of the operating system.
KEY_FILE_NOT_CREATED = message(
    "keys.file_not_created",
    "the key file {path} cannot be written: {reason}; choose another path",
    path=TEXT,
    reason=TEXT,
)
KEY_FILE_INVALID = message(
    "keys.file_invalid",
    "the key file {path} is not valid; restore it from your copy",
    path=TEXT,
)
KEY_FILE_INCOMPLETE = message(
    "keys.file_incomplete",
    "the key file {path} is incomplete; restore it from your copy",
    path=TEXT,
)
KEY_FILE_OF_OTHER_DATABASE = message(
    "keys.file_of_other_database",
    "the key file {path} does not belong to this database; replace it with the right one, which"
    " is the same on all machines",
    path=TEXT,
)
KEY_FILE_OUTDATED = message(
    "keys.file_outdated",
    "the key file {path} is older than the last rotation (the database uses master key "
    "{version}); replace it with the key file that `gender-coach keys rotate` wrote",
    path=TEXT,
    version=PLAIN_NUMBER,
)
BACKUPS_KEY_OUTDATED = message(
    "keys.backups_key_outdated",
    "the key file {path} is older than the last rotation (backups use key {version}); replace "
    "it with the key file that `gender-coach keys rotate` wrote",
    path=TEXT,
    version=PLAIN_NUMBER,
)
MASTER_KEY_MISSING = message(
    "keys.master_key_missing",
    "master key {version} is missing from the key file; restore a copy that contains it",
    version=PLAIN_NUMBER,
)

# Encrypted data.
# i18n: `what` identifies a value in the database.
CANNOT_DECRYPT = message(
    "keys.cannot_decrypt",
    "{what} cannot be decrypted: it was altered, or it was encrypted with another key file",
    what=TEXT,
)
NOT_A_BACKUP = message(
    "keys.not_a_backup", "{path} is not a backup made by `gender-coach backup`", path=TEXT
)
CANNOT_DECRYPT_BACKUP = message(
    "keys.cannot_decrypt_backup",
    "{path} cannot be decrypted: it was altered or truncated, or it was made with another key file",
    path=TEXT,
)
