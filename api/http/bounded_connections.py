"""Timeouts and a limit for connections, which uvicorn itself does not provide.

Clients that send nothing, send too slowly, or do not read the response could otherwise keep their
connections open indefinitely, and use up the file descriptors of the process.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.settings import KIB

MAX_CONNECTIONS = 1000


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """The limits of a server's connections.

    Attributes:
        connections: the maximum number of open connections. Beyond that, the connection that has
            waited longest for its client is closed.
        header_seconds: how long a client may take to send the headers of a request.
        body_seconds: how long a client may take to send the body, in addition to the time that
            `body_bytes_per_second` allows.
        body_bytes_per_second: the lowest rate at which a body has to arrive.
        unread_seconds: how long a client may leave a response unread.
    """

    connections: int = MAX_CONNECTIONS
    header_seconds: float = 10
    body_seconds: float = 30
    body_bytes_per_second: float = 8 * KIB
    unread_seconds: float = 60


class _Awaited(Enum):
    """The part of a request that a connection is waiting for."""

    HEADERS = auto()
    BODY = auto()
    NOTHING = auto()


def bounded_protocol(limits: ConnectionLimits) -> type[HttpToolsProtocol]:
    """Return a protocol class for one server, whose connections obey `limits`."""
    waiting: _Waiting = {_Awaited.HEADERS: {}, _Awaited.BODY: {}}
    return type("BoundedProtocol", (_BoundedProtocol,), {"_limits": limits, "_waiting": waiting})


class _BoundedProtocol(HttpToolsProtocol):
    _limits: ConnectionLimits
    _waiting: _Waiting
    """The connections that wait for their clients, in the order in which they began to wait."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as inherited
        super().__init__(*arguments, **named)
        self._awaited = self._watched = _Awaited.NOTHING
        self._received = 0
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            self._close_longest_waiting()
        self._awaited = _Awaited.HEADERS
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._awaited = _Awaited.NOTHING
        self._watch()
        self._cancel_unread_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._awaited is _Awaited.NOTHING:  # the next request, or an empty line before it
            self._awaited = _Awaited.HEADERS
        self._received += len(data)
        super().data_received(data)
        self._watch()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._awaited = _Awaited.BODY

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._awaited = _Awaited.NOTHING

    def pause_writing(self) -> None:
        super().pause_writing()
        seconds = self._limits.unread_seconds
        self._unread_timer = self.loop.call_later(seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._cancel_unread_timer()
        super().resume_writing()

    def _cancel_unread_timer(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    def _watch(self) -> None:
        """Start or stop the timer when the connection starts to wait for another part."""
        if self._awaited is self._watched:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._waiting.get(self._watched, {}).pop(self, None)
        self._watched = self._awaited
        if self._watched is not _Awaited.NOTHING:
            self._waiting[self._watched][self] = None
            self._restart(self._seconds_allowed())

    def _restart(self, seconds: float) -> None:
        self._received, self._since = 0, self.loop.time()
        self._timer = self.loop.call_later(seconds, self._check)

    def _seconds_allowed(self) -> float:
        if self._watched is _Awaited.HEADERS:
            return self._limits.header_seconds
        return self._limits.body_seconds + self._received / self._limits.body_bytes_per_second

    def _check(self) -> None:
        """Close the connection if the client, rather than the server, was too slow."""
        server_is_busy = self._watched is _Awaited.HEADERS and self._has_request_in_progress()
        if server_is_busy or self.flow.read_paused:
            self._restart(self._seconds_allowed())
            return
        left = self._since + self._seconds_allowed() - self.loop.time()
        if left > 0:
            self._timer = self.loop.call_later(left, self._check)
        else:
            self.transport.abort()

    def _has_request_in_progress(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _close_longest_waiting(self) -> None:
        """Close the connection that has waited longest, or this one if none is waiting."""
        for waiting in self._waiting.values():
            for connection in waiting:
                connection.transport.abort()
                return
        self.transport.abort()


_Waiting = dict[_Awaited, dict[_BoundedProtocol, None]]
