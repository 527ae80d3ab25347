"""The work of a job in a child process: one task comes in, progress and one result go out.

All messages are JSON objects. The first is the task. `{"progress": …}` follows any number of times.
The last has the members of the result, or is `{"refused": {"slug": …, "title": …, "detail": …}}`
where the task cannot be done and the person who requested it can help it.
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
"""Does the task, given as JSON; returns the members of the result, each already as JSON."""


def run_task(channel: Channel, function: TaskFunction) -> None:
    """Receive the one task, do it with `function`, and send progress and result."""

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
