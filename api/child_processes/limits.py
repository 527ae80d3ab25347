"""Bounds on what a child process may use."""

from __future__ import annotations

import json
import os
import resource
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """What a child process may use; `None` is as much as its parent may.

    Attributes:
        niceness: added to the parent's; higher numbers give way to other processes.
        memory_bytes: address space. Allocations beyond it fail.
        cpu_seconds: processor time. A process that uses more is killed.
        output_bytes: sent to the parent in all. A process that sends more is killed.
    """

    niceness: int = 0
    memory_bytes: int | None = None
    cpu_seconds: int | None = None
    output_bytes: int | None = None

    def to_argument(self) -> str:
        """The limits as a command-line argument."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_argument(argument: str) -> ProcessLimits:
        """The limits that `to_argument` has written."""
        return ProcessLimits(**json.loads(argument))

    def apply(self) -> None:
        """Limit this process. One with limits leaves no core dump, which could hold anything."""
        os.nice(self.niceness)
        for kind, limit in (
            (resource.RLIMIT_AS, self.memory_bytes),
            (resource.RLIMIT_CPU, self.cpu_seconds),
        ):
            if limit is not None:
                resource.setrlimit(kind, (limit, limit))
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
