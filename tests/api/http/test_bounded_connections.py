"""Time-outs and the connection limit, tested with a small application and real connections."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn

from api.http.bounded_connections import ConnectionLimits, bounded_protocol

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
SHORT = 0.05


@dataclass
class Served:
    """A server and its application, which answers with the length of the request's body.

    The path `/wait` waits for `go_on`, and `/large` sends more than the kernel buffers.
    """

    port: int = 0
    loop: asyncio.AbstractEventLoop | None = None
    waiting: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    async def __call__(self, scope: dict, receive, send) -> None:  # type: ignore[no-untyped-def, type-arg]  # noqa: ANN001
        self.loop = asyncio.get_running_loop()
        length, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.ended.set()
                return
            length, more = length + len(message["body"]), message["more_body"]
        if scope["path"] == "/wait":
            self.waiting.release()
            await self.go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        body = b"x" * 50_000_000 if scope["path"] == "/large" else str(length).encode()
        await send({"type": "http.response.body", "body": body, "more_body": True})
        self.ended.set()
        await send({"type": "http.response.body", "body": b""})

    def connect(self, sent: bytes = b"") -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection.sendall(sent)
        return connection

    def healthy(self) -> bool:
        with self.connect(GET) as connection:
            return connection.recv(100).startswith(b"HTTP/1.1 200")


@contextmanager
def served(**limits: float) -> Iterator[Served]:
    app = Served()
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=bounded_protocol(ConnectionLimits(**limits)),  # type: ignore[arg-type]
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    listening = socket.create_server(("127.0.0.1", 0))
    app.port = listening.getsockname()[1]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield app
    finally:
        server.should_exit = True
        thread.join()


def _is_closed(connection: socket.socket) -> bool:
    """Wait until the server sends a byte or closes the connection; return whether it was closed."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHo", b"\r\n"])
def test_connection_without_complete_headers_is_closed(sent: bytes) -> None:
    with served(header_seconds=SHORT) as app, app.connect(sent) as connection:
        assert _is_closed(connection)
        assert app.healthy()


def test_second_request_without_complete_headers_is_closed() -> None:
    with served(header_seconds=SHORT) as app, app.connect(GET) as connection:
        answer = b""
        while not answer.endswith(b"0\r\n\r\n"):
            answer += connection.recv(1000)
        connection.sendall(b"\r\n")  # ends the wait for another request
        assert _is_closed(connection)


def test_request_whose_body_does_not_arrive_is_closed() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n123"
    with served(body_seconds=SHORT) as app, app.connect(head) as connection:
        assert _is_closed(connection)
        assert app.ended.wait(60)


def test_body_that_arrives_at_the_lowest_rate_is_not_too_slow() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345"
    limits = {"body_seconds": SHORT, "body_bytes_per_second": 0.01}
    with served(**limits) as app, app.connect(head) as connection:
        assert app.healthy()
        with served(header_seconds=4 * SHORT) as other, other.connect() as clock:
            assert _is_closed(clock)  # longer than `body_seconds`
        connection.sendall(b"67890")
        assert b"10" in connection.recv(1000)[-20:]


def test_response_that_takes_long_is_not_a_fault_of_the_client() -> None:
    with served(header_seconds=SHORT) as app, app.connect(GET.replace(b"healthz", b"wait")) as one:
        assert app.waiting.acquire(timeout=60)
        one.sendall(b"\r\n")
        with app.connect() as clock:
            assert _is_closed(clock)
        assert app.loop is not None
        app.loop.call_soon_threadsafe(app.go_on.set)
        assert one.recv(100).startswith(b"HTTP/1.1 200")


def test_client_that_does_not_read_is_disconnected() -> None:
    request = GET.replace(b"healthz", b"large")
    with served(unread_seconds=SHORT) as app, app.connect(request):
        assert app.ended.wait(60)


def test_stalled_connections_beyond_the_limit_make_room_the_oldest_first() -> None:
    with served(connections=5) as app, ExitStack() as stack:
        stalled = [stack.enter_context(app.connect(b"GET")) for _ in range(20)]
        assert app.healthy()
        assert all(_is_closed(each) for each in stalled[:15])
        stalled[-1].sendall(GET[3:])
        assert stalled[-1].recv(100).startswith(b"HTTP/1.1 200")


def test_connections_that_are_served_are_not_closed_to_make_room() -> None:
    with served(connections=2) as app, ExitStack() as stack:
        request = GET.replace(b"healthz", b"wait")
        busy = [stack.enter_context(app.connect(request)) for _ in range(2)]
        assert all(app.waiting.acquire(timeout=60) for _ in busy)
        with app.connect() as refused:
            assert _is_closed(refused)
        assert app.loop is not None
        app.loop.call_soon_threadsafe(app.go_on.set)
        assert all(each.recv(100).startswith(b"HTTP/1.1 200") for each in busy)
