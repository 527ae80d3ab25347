"""Entry point of child processes: `child_main.py ROOT PARENT FUNCTION LIMITS`.

ROOT is the folder that contains our packages, PARENT the parent's process id, FUNCTION the
`module:name` to call with a `Channel`, and LIMITS the output of `ProcessLimits.to_argument`.

The script is started by path and with `-P`, so that the child runs the same code as its parent and
modules in the working directory cannot shadow the standard library.
"""

from __future__ import annotations

import sys
from importlib import import_module


def main(root: str, parent: int, function: str, limits: str) -> None:
    """Call the function, and report any exception to the parent."""
    if root not in sys.path:
        sys.path.insert(0, root)
    from api.child_processes.channel import Channel  # noqa: PLC0415 - importable only now
    from api.child_processes.limits import ProcessLimits  # noqa: PLC0415
    from api.logging.exception_location import exception_location  # noqa: PLC0415

    channel = Channel(parent)
    module, _, name = function.partition(":")
    try:
        ProcessLimits.from_argument(limits).apply()
        getattr(import_module(module), name)(channel)
    except MemoryError as error:
        channel.fail(exception_location(error), out_of_memory=True)
    except Exception as error:  # noqa: BLE001 - reported to the parent
        channel.fail(exception_location(error))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
