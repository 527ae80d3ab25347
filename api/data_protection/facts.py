"""What erasure, holds and exports of personal data say when they are not possible."""

from __future__ import annotations

from coach.texts.facts import TEXT, listed, message

ALREADY_ERASED = message(
    "data_protection.already_erased",
    "the people in this cycle have already been erased, so a hold has no effect",
)
NO_HOLD = message("data_protection.no_hold", "there is no hold on the erasure of this cycle")
PERSON_NOT_FOUND = message(
    "data_protection.person_not_found", "there is no person with the id {id}", id=TEXT
)
# i18n: --cycle is an option of a command; do not translate it.
SEVERAL_PEOPLE = message(
    "data_protection.several_people",
    "several people have the id {id}; choose one of the cycles {cycles} with --cycle",
    id=TEXT,
    cycles=listed(TEXT),
)
RUN_IN_PROGRESS = message(
    "data_protection.run_in_progress",
    "a run is in progress on this cycle: wait until it has ended, or cancel it, then erase the "
    "person",
)
QUESTION_IN_PROGRESS = message(
    "data_protection.question_in_progress",
    "a question is in progress on this cycle: wait until it has ended, or cancel it, then erase "
    "the person",
)
FUTURE_SESSIONS = message(
    "data_protection.future_sessions",
    "this person has future sessions: upload the list without them, start a new run, publish its "
    "plan, then erase the person",
)
