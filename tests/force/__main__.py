"""`make force`: runs every stress test at full size, which takes hours on two cores."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from types import ModuleType

from tests.bench.figures import Figure, show
from tests.force import (
    audit_altered,
    copy_restored,
    every_operation,
    files_fuzzed,
    load,
    machine_vanishes,
    mails_killed,
    note_searched,
    pair_lives,
    publisher_killed,
    replies_killed,
    strangers,
    streams,
    worker_killed,
    worker_lost,
    world_cycles,
    writer_killed,
)
from tests.force.measuring import DATABASES, POSTGRESQL, SQLITE, where_and_when

ON_BOTH: tuple[ModuleType, ...] = (
    worker_killed,
    worker_lost,
    writer_killed,
    publisher_killed,
    mails_killed,
    replies_killed,
    every_operation,
    note_searched,
    audit_altered,
    copy_restored,
    streams,
    pair_lives,
)
ON_SQLITE: tuple[ModuleType, ...] = (load, strangers, world_cycles, files_fuzzed)


def figures() -> Iterator[Figure]:
    """Yield each figure as it is measured; reading damaged files takes longest and comes last."""
    for module in ON_BOTH:
        for database in DATABASES:
            yield module.measure(module.TIMES, database)
    yield machine_vanishes.measure(machine_vanishes.TIMES, POSTGRESQL)
    for module in ON_SQLITE:
        yield module.measure(module.TIMES, SQLITE)


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m tests.force", description=__doc__).parse_args()
    print(where_and_when())  # noqa: T201 - the command's output
    sys.exit(0 if show("Stress tests", figures()) else 1)
