"""A pool of child processes for the engine; see `matching.concurrency.ProcessPool`.

Messages are pickles: the problem is made of arrays and of our own classes, and of functions by
name. Both sides run our own code on values that have been validated before, and no other process
has a part in their pipes; so neither side can be given a pickle of somebody else's making.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from api.child_processes.channel import Channel
from api.child_processes.child_process import ChildEndedError, ChildProcess
from api.logging.exception_location import exception_location
from matching.concurrency import WorkerLostError
from matching.deadline import SolverError

_POLL_SECONDS = 0.05


class ChildProcessPool:
    """A `ProcessPool` of child processes of this one."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._workers: list[ChildProcess] = []

    @property
    def is_running(self) -> bool:
        """Whether the workers have been started, and not stopped since."""
        return bool(self._workers)

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return [worker.pid for worker in self._workers]

    def start(self, create_state: Callable[[Any], Any], argument: object) -> None:
        """Start the workers. The state of each is `create_state(argument)`."""
        first = _dump((create_state, argument))
        self._workers = [ChildProcess(f"{__name__}:serve_pool") for _ in range(self.size)]
        for worker in self._workers:
            worker.send(first)

    def submit(self, worker: int, function: Callable[[Any, Any], object], argument: object) -> None:
        """Have a worker call `function(state, argument)`, without waiting for it."""
        self._workers[worker].send(_dump((function, argument)))

    def result(self, worker: int, check: Callable[[], object]) -> Any:  # noqa: ANN401 - of any function
        """Wait for the oldest result of a worker that has not been returned yet.

        Raises:
            WorkerLostError: the worker has ended.
            SolverError: the function raised an exception.
            Exception: whatever `check` raises, which is called while waiting.
        """
        message = None
        while message is None:
            check()
            try:
                message = self._workers[worker].receive(_POLL_SECONDS)
            except ChildEndedError as error:
                raise WorkerLostError(str(error)) from error
        result = pickle.loads(message)  # noqa: S301 - from our own process, see above
        if isinstance(result, SolverError):
            raise result
        return result

    def stop(self) -> None:
        """End all workers at once, whatever they are doing. They can be started again."""
        for worker in self._workers:
            worker.kill()
        self._workers = []


def serve_pool(channel: Channel) -> None:
    """The work of a child: call the functions it is sent until its parent ends it."""
    create_state, argument = _load(channel.receive())
    state = create_state(argument)
    while True:
        function, argument = _load(channel.receive())
        try:
            result = function(state, argument)
        except Exception as error:  # noqa: BLE001 - raised again in the parent
            result = SolverError(f"a worker process failed: {exception_location(error)}: {error}")
        channel.send(_dump(result))


def _dump(value: object) -> bytes:
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def _load(message: bytes) -> Any:  # noqa: ANN401 - whatever was sent
    return pickle.loads(message)  # noqa: S301 - from our own process, see above
