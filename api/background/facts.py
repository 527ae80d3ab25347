"""Messages about background tasks that have failed or ended, and about workers."""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import FACT, PLAIN_NUMBER, TEXT, Message, message, plural_message

WORKER_RUNNING = message(
    "background.worker_running",
    "{name} is already running on this database; stop it first, or start a worker with another "
    "number (`gender-coach worker --slot N`)",
    name=TEXT,
)

# i18n: the last state of a run or a question, in brackets in "the run has already ended (failed)".
FINISHED = message("background.finished", "finished")
# i18n: as above.
FAILED = message("background.failed", "failed")
# i18n: as above.
CANCELLED = message("background.cancelled", "cancelled")

HAS_ENDED: Mapping[str, Message] = {
    "run": message("background.run_ended", "the run has already ended ({state})", state=FACT),
    "question": message(
        "background.question_ended", "the question has already ended ({state})", state=FACT
    ),
}
"""The message for a task that can no longer be cancelled, keyed by the task's noun."""

WENT_DOWN: Mapping[str, Message] = {
    "run": plural_message(
        "background.went_down_during_run",
        "the server went down {count} time during this run; contact the server's administrator "
        "before you start the run again",
        "the server went down {count} times during this run; contact the server's administrator "
        "before you start the run again",
        count=PLAIN_NUMBER,
    ),
    "question": plural_message(
        "background.went_down_during_question",
        "the server went down {count} time during this question; contact the server's "
        "administrator before you ask the question again",
        "the server went down {count} times during this question; contact the server's "
        "administrator before you ask the question again",
        count=PLAIN_NUMBER,
    ),
}
"""The message for a task that is not retried after its worker crashed, keyed by the task's noun."""

CRASHED = message(
    "background.crashed",
    "the solver crashed ({reason}). Nothing was saved; please try again. If this happens "
    "again, or if memory ran out, ask the server's administrator to reduce the number of "
    "threads for each run or to give the server more memory",
    reason=FACT,
)
INVALID_MESSAGE = message(
    "background.invalid_message", "{error} in a message from the solver", error=TEXT
)
