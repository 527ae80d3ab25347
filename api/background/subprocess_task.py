"""Runs a task in a child process: receives the task, sends progress and one result.

All messages are JSON objects. The first is the task. `{"progress": …}` follows any number of times.
The last one contains the members of the result, or is `{"refused": {"slug": …, "title": …,
"detail": …}}` if the task cannot be done for a reason that the person who requested it can fix.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from pydantic import BaseModel

from api.child_processes.channel import Channel
from api.error_mapping import error_type_of
from coach.errors import DomainError

ReportProgress = Callable[[BaseModel], None]

TaskFunction = Callable[[str, ReportProgress], dict[str, str]]
"""Performs a task, given as JSON; returns the members of the result, each encoded as JSON."""


def run_task(channel: Channel, function: TaskFunction) -> None:
    """Receive a task, perform it with `function`, and send progress and the result."""

    def report(progress: BaseModel) -> None:
        channel.send(_json_object({"progress": progress.model_dump_json()}))

    try:
        result = function(channel.receive().decode(), report)
    except DomainError as error:
        kind = error_type_of(error)
        refusal = {"slug": kind.slug, "title": kind.title, "detail": str(error)}
        result = {"refused": json.dumps(refusal)}
    channel.send(_json_object(result))


def _json_object(members: dict[str, str]) -> bytes:
    return ("{" + ", ".join(f'"{name}": {text}' for name, text in members.items()) + "}").encode()
