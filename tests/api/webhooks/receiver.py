"""A local receiver of webhooks, with a certificate from its own authority."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import trustme


@dataclass
class Receiver:
    """Received requests, and the status codes of the responses: `answers`, then always 204.

    If `pause` is set, responses are endless: a header line every `pause` seconds.
    """

    url: str = ""
    pause: float = 0.0
    answers: list[int] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]


@contextmanager
def receiver_on_loopback(monkeypatch: pytest.MonkeyPatch, folder: Any) -> Iterator[Receiver]:  # noqa: ANN401 - a path
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.bodies.append(self.rfile.read(int(self.headers["content-length"])))
            receiver.headers.append({name.lower(): text for name, text in self.headers.items()})
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.flush_headers()
            with suppress(OSError):
                while receiver.pause:
                    self.wfile.write(b"x: y\r\n")
                    time.sleep(receiver.pause)
            self.send_header("location", "https://localhost/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.url = f"https://localhost:{server.server_address[1]}/hook?key=1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
