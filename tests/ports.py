"""Ports of the loopback interface for servers that a test starts."""

from __future__ import annotations

import os
import socket
from itertools import count

_FIRST, _EACH = 20_000, 1_000  # below the ports that systems give to clients (Linux: 32768 and up)
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 12
_drawn = count(os.getpid())


def free_port() -> int:
    """Return an unused port that no client or other test process will be given in the meantime."""
    for number in _drawn:
        port = _FIRST + _worker * _EACH + number % _EACH
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError
