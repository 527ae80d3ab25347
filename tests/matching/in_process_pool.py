"""A process pool without processes: what is submitted is pickled and run by the caller."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable
from typing import Any

from matching.concurrency import WorkerLostError


class InProcessPool:
    """A `ProcessPool`; `lose` makes it lose a worker."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.starts = 0
        self._states: list[Any] = []
        self._submitted: list[deque[Any]] = []
        self._lost: set[int] = set()

    @property
    def is_running(self) -> bool:
        return bool(self._states)

    def start(self, create_state: Callable[[Any], Any], argument: object) -> None:
        self.starts += 1
        for _ in range(self.size):
            create, own = _sent((create_state, argument))
            self._states.append(create(own))
            self._submitted.append(deque())

    def submit(self, worker: int, function: Callable[[Any, Any], object], argument: object) -> None:
        self._submitted[worker].append(_sent((function, argument)))

    def result(self, worker: int, check: Callable[[], object]) -> Any:  # noqa: ANN401
        check()
        if worker in self._lost:
            raise WorkerLostError
        function, argument = self._submitted[worker].popleft()
        return _sent(function(self._states[worker], argument))

    def stop(self) -> None:
        self._states, self._submitted = [], []

    def lose(self, worker: int) -> None:
        self._lost.add(worker)


def _sent(value: object) -> Any:  # noqa: ANN401
    """The value as a worker would get it."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301
