"""Settings that determine how soon PostgreSQL detects that a client's machine has vanished.

A machine that loses power or its network does not close its connections. Without these settings,
PostgreSQL keeps the locks of these connections for more than two hours: the worker's lease and, if
the machine vanished during a write, the writer lock, which blocks all other writers.
"""

from __future__ import annotations

from psycopg import Connection

_IDLE_SECONDS, _INTERVAL_SECONDS, _PROBES = 8, 4, 3
_VANISHED_SECONDS = _IDLE_SECONDS + _INTERVAL_SECONDS * _PROBES
"""How long PostgreSQL keeps the connections of a machine that has vanished from the network."""
SERVER_SETTINGS = {
    "tcp_keepalives_idle": str(_IDLE_SECONDS),
    "tcp_keepalives_interval": str(_INTERVAL_SECONDS),
    "tcp_keepalives_count": str(_PROBES),
    "tcp_user_timeout": f"{_VANISHED_SECONDS}s",
}
CLIENT_SETTINGS = {
    "connect_timeout": 10,  # seconds
    "keepalives_idle": _IDLE_SECONDS,
    "keepalives_interval": _INTERVAL_SECONDS,
    "keepalives_count": _PROBES,
    "tcp_user_timeout": _VANISHED_SECONDS * 1000,
}


def end_when_vanished(connection: Connection, _record: object) -> None:
    """Configure a new connection so that the server ends it if this machine vanishes."""
    before, connection.autocommit = connection.autocommit, True
    for name, value in SERVER_SETTINGS.items():
        connection.execute(
            "SELECT set_config(name, %s, false) FROM pg_settings WHERE name = %s", (value, name)
        )
    connection.autocommit = before
