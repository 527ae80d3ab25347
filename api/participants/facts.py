"""Messages about a cycle's lists of people."""

from __future__ import annotations

from coach.texts.facts import message

NO_LIST = message(
    "participants.no_list", "choose the list of coachees, the list of coaches, or both"
)
NOTHING_WAITS = message(
    "participants.nothing_waits", "no lists are waiting for a decision; upload them again"
)
NO_QUESTIONS = message("participants.no_questions", "there are no open questions about these lists")
QUESTIONS_LEFT = message(
    "participants.questions_left", "before you use the lists, answer the questions about them"
)
CHANGED_SINCE = message(
    "participants.changed_since",
    "the lists, or the people in the cycle, have changed since this page was shown; check them "
    "again",
)
CONFIRM_LISTS = message(
    "participants.confirm_lists",
    "a list is empty, is much shorter than before, or lacks most of the earlier people; confirm "
    "that it is complete",
)
NOTHING_TO_UNDO = message(
    "participants.nothing_to_undo",
    "there is no list upload to undo; once a run has started, upload the earlier lists instead",
)
# i18n: a warning about a person in an uploaded list.
WITHDRAWN = message("participants.withdrawn", "has chosen to leave the cycle, and will be left out")
POLICY_FILE_ERASED = message(
    "participants.policy_file_erased",
    "the cycle file was shortened when people were erased; upload a complete cycle file instead",
)
