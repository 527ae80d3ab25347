"""Messages that state why erasures, holds and exports of personal data are not possible."""

from __future__ import annotations

from coach.texts.facts import TEXT, listed, message

ALREADY_ERASED = message(
    "data_protection.already_erased",
    "the personal data in this cycle has already been erased, so a hold has no effect",
)
NO_HOLD = message(
    "data_protection.no_hold", "the erasure of personal data in this cycle is not on hold"
)
PERSON_NOT_FOUND = message(
    "data_protection.person_not_found", "there is no person with the ID {id}", id=TEXT
)
# i18n: --cycle is an option of a command; do not translate it.
SEVERAL_PEOPLE = message(
    "data_protection.several_people",
    "several people have the ID {id}; choose one of the cycles {cycles} with --cycle",
    id=TEXT,
    cycles=listed(TEXT),
)
RUN_IN_PROGRESS = message(
    "data_protection.run_in_progress",
    "a run of this cycle is in progress; wait until it has ended, or cancel it, then erase the "
    "person",
)
QUESTION_IN_PROGRESS = message(
    "data_protection.question_in_progress",
    "a question about this cycle is in progress; wait until it has ended, or cancel it, then "
    "erase the person",
)
FUTURE_SESSIONS = message(
    "data_protection.future_sessions",
    "this person has future sessions; upload the list without this person, start a new run, "
    "publish its plan, then erase the person",
)

# The lists of erased ids.
# i18n: `reason` is the message of the operating system.
LIST_NOT_WRITTEN = message(
    "data_protection.list_not_written",
    "the list of erased IDs {path} cannot be written: {reason}; give the user that runs "
    "gender-coach write access to its folder",
    path=TEXT,
    reason=TEXT,
)
LIST_UNREADABLE = message(
    "data_protection.list_unreadable",
    "the list of erased IDs {path} cannot be read; check "
    "that it is the right file, and that the user that runs "
    "gender-coach may read it",
    path=TEXT,
)
LIST_OF_OTHER_DEPLOYMENT = message(
    "data_protection.list_of_other_deployment",
    "{path} is not a list of erased people's IDs that was written with this key file",
    path=TEXT,
)
LIST_ALTERED = message(
    "data_protection.list_altered",
    "the list of erased IDs {path} was altered or cut short; replace it with the list from a "
    "newer backup",
    path=TEXT,
)
# i18n: --erased and --nobody-erased are options of a command; do not translate them.
NO_LIST = message(
    "data_protection.no_list",
    "{copy} has no list of erased IDs next to it ({list}), so people who were erased after it "
    "was made would reappear; use --erased to pass the list from a newer backup or a data "
    "folder, or --nobody-erased if nobody has been erased since then",
    copy=TEXT,
    list=TEXT,
)
COPY_NEXT_TO_KEY = message(
    "data_protection.copy_next_to_key",
    "{copy} would be stored next to {key}, and anyone who obtains that folder could decrypt it;"
    " choose a folder on another disk or machine",
    copy=TEXT,
    key=TEXT,
)
KEEP_NEEDS_FOLDER = message(
    "data_protection.keep_needs_folder",
    "{path} is not a folder; with --keep, pass the folder that contains the backups",
    path=TEXT,
)
