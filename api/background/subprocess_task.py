"""Runs a task in a child process, which reports progress and the result to its parent.

All messages are JSON objects. The parent sends the task. The child sends any number of
`{"progress": …}` messages and a final message, which contains the members of the result. If the
task fails for a reason that the user can fix, the final message is `{"refused": …}` instead, with a
failure in its stored form (see `api.background.task_failure`).
"""

from __future__ import annotations

import json
from collections.abc import Callable

from pydantic import BaseModel

from api.background.task_failure import stored_failure
from api.child_processes.channel import Channel
from api.error_mapping import error_type_of
from coach.errors import DomainError
from coach.texts.facts import LEGACY, Fact

ReportProgress = Callable[[BaseModel], None]


class RejectedResultError(DomainError):
    """A task failed, but has results to keep: `members`, sent as JSON along with the failure.

    The failure is reported as if `cause` had been raised.
    """

    def __init__(self, cause: DomainError, members: dict[str, str]) -> None:
        self.cause = cause
        self.members = members
        super().__init__(cause.shown)


TaskFunction = Callable[[str, ReportProgress], dict[str, str]]
"""Performs a task encoded as JSON, and returns the members of the result, also as JSON."""


def run_task(channel: Channel, function: TaskFunction) -> None:
    """Receive a task, call `function` to perform it, and send its progress and its result or error.

    Only errors that the user can fix are sent; others are raised.
    """

    def report(progress: BaseModel) -> None:
        channel.send(_json_object({"progress": progress.model_dump_json()}))

    try:
        result = function(channel.receive().decode(), report)
    except RejectedResultError as rejected:
        result = _refusal(rejected.cause) | rejected.members
    except DomainError as error:
        result = _refusal(error)
    channel.send(_json_object(result))


def _refusal(error: DomainError) -> dict[str, str]:
    shown = error.shown if isinstance(error.shown, Fact) else LEGACY(text=error.shown)
    return {"refused": json.dumps(stored_failure(error_type_of(error), shown))}


def _json_object(members: dict[str, str]) -> bytes:
    return ("{" + ", ".join(f'"{name}": {text}' for name, text in members.items()) + "}").encode()
