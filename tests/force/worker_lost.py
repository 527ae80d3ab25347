"""Workers killed for good: others take over their runs, none of which is lost or repeated.

Each killed worker is replaced by one with a new slot number. Workers take over after one second
instead of twelve, so that more kills happen while a takeover is in progress.
"""

from __future__ import annotations

from api.settings import Settings
from tests.bench.figures import Figure
from tests.force.measuring import DATABASES, command
from tests.force.worker_killed import WorkerFleet, measure_fleet

TIMES = 500
_WORKERS = 3
_TIMEOUT_SECONDS = 1.0


class ReplacedWorkers(WorkerFleet):
    """Workers that each get a new slot number."""

    def __init__(self, settings: Settings) -> None:
        update = {"worker_timeout_seconds": _TIMEOUT_SECONDS}
        super().__init__(settings.model_copy(update=update))
        self._lost: set[int] = set()

    @property
    def slots(self) -> tuple[int, ...]:
        """The numbers of the slots that have a worker; each kill adds a new number."""
        numbers = range(1, _WORKERS + len(self._lost) + 1)
        return tuple(slot for slot in numbers if slot not in self._lost)

    def kill(self, slot: int) -> None:
        """Kill the worker of a slot, which stays empty."""
        super().kill(slot)
        self._lost.add(slot)


def measure(times: int, database: str) -> Figure:
    """Kill and replace one of three workers while five runs are open, `times` times in a row."""
    return measure_fleet(times, database, ReplacedWorkers, "worker lost for good")


if __name__ == "__main__":
    command("Workers lost for good", measure, TIMES, DATABASES)
