"""Resource limits of child processes."""

from __future__ import annotations

import json
import os
import resource
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """The resource limits of a child process; `None` means that the parent's limit applies.

    Attributes:
        niceness: the increment to the parent's niceness; higher values mean lower priority.
        memory_bytes: the maximum address space. Allocations beyond it fail.
        cpu_seconds: the maximum processor time. A process that uses more is killed.
        output_bytes: the maximum total output to the parent. A process that sends more is killed.
    """

    niceness: int = 0
    memory_bytes: int | None = None
    cpu_seconds: int | None = None
    output_bytes: int | None = None

    def to_argument(self) -> str:
        """Encode the limits as a command-line argument."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_argument(argument: str) -> ProcessLimits:
        """Decode the output of `to_argument`."""
        return ProcessLimits(**json.loads(argument))

    def apply(self) -> None:
        """Apply the limits to this process.

        A memory or processor limit also disables core dumps, which could contain secrets.
        """
        os.nice(self.niceness)
        for kind, limit in (
            (resource.RLIMIT_AS, self.memory_bytes),
            (resource.RLIMIT_CPU, self.cpu_seconds),
        ):
            if limit is not None:
                resource.setrlimit(kind, (limit, limit))
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
