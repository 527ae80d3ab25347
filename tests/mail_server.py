"""A real mail server on loopback that keeps what it takes, and answers as a test tells it to."""

from __future__ import annotations

import socket
import ssl
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from api.mail.settings import MailSettings, Security

USER, PASSWORD = "gender-coach", "correct horse"
OK = "250 Taken"
BROKEN = "broken"
"""As an answer: the message is taken, and the connection breaks before that is said."""


@dataclass
class Taken:
    """A message that was taken."""

    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        """The part that everybody can read."""
        part = self.mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content())


@dataclass
class MailServer:
    """What was taken, and the answers to come: to each recipient, or to each message for them."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    to_recipient: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    to_message: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    encrypted: list[bool] = field(default_factory=list)

    @property
    def settings(self) -> MailSettings:
        """Settings that lead here, in the clear."""
        return MailSettings(host="127.0.0.1", port=self.port, security=Security.NONE)

    def times(self) -> Counter[str]:
        """How often each message was taken, by its Message-ID."""
        return Counter(str(taken.mail["Message-ID"]) for taken in self.taken)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self,
        _server: Any,  # noqa: ANN401 - the library has no types
        _session: Any,  # noqa: ANN401 - as above
        envelope: Any,  # noqa: ANN401 - as above
        address: str,
        _options: list[str],
    ) -> str:
        answers = self.to_recipient[address]
        answer = answers.pop(0) if answers else OK
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ANN401, N802 - as above
        (recipient,) = envelope.rcpt_tos
        answers = self.to_message[recipient]
        answer = answers.pop(0) if answers else OK
        self.encrypted.append(
            session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None
        )
        if answer == BROKEN or answer.startswith("2"):
            self.taken.append(Taken(recipient, envelope.content))
        if answer == BROKEN:
            server.transport.abort()
            return OK
        return answer


@contextmanager
def mail_server(port: int = 0, **how: Any) -> Iterator[MailServer]:  # noqa: ANN401 - the library's own
    """A mail server in a thread of its own, on a free port of loopback or that one."""
    handler = MailServer(port=port or free_port())
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, **how)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


@dataclass(frozen=True)
class Certificate:
    """A certificate for loopback, and the file of the authority that vouches for it."""

    context: ssl.SSLContext
    ca_file: Path


def certificate(folder: Path, name: str = "127.0.0.1") -> Certificate:
    """A fresh certificate for `name`."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    return Certificate(context, ca_file)


def only_our_user(_server: Any, _session: Any, _envelope: Any, _how: Any, data: Any) -> AuthResult:  # noqa: ANN401 - the library has no types
    """Lets in who knows the password."""
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == known, handled=False)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
