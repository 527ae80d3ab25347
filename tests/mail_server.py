"""An SMTP server on loopback that stores messages and sends the replies that a test sets up."""

from __future__ import annotations

import re
import ssl
import time
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
from tests.ports import free_port

USER, PASSWORD = "gender-coach", "correct horse"
OK = "250 Taken"
_SECONDS = 60
_CODE = re.compile(r"^\d{4} \d{4}\b", re.MULTILINE)
BROKEN = "broken"
"""A reply to DATA: the server stores the message, but closes the connection without replying."""


@dataclass
class Taken:
    """A message that the server has accepted."""

    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        """The plain text part."""
        part = self.mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content())


@dataclass
class MailServer:
    """The accepted messages, and the replies to send next.

    Attributes:
        taken: the accepted messages, in order.
        to_recipient: the next replies to RCPT, keyed by recipient.
        to_message: the next replies to DATA, keyed by recipient.
        encrypted: for each message, whether the connection was encrypted.
    """

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    to_recipient: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    to_message: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    encrypted: list[bool] = field(default_factory=list)

    @property
    def settings(self) -> MailSettings:
        """Settings for unencrypted connections to this server."""
        return MailSettings(host="127.0.0.1", port=self.port, security=Security.NONE)

    def code(self) -> str:
        """The latest one-time code that was sent; reading it waits until there is one."""
        ends = time.monotonic() + _SECONDS
        while time.monotonic() < ends:
            for taken in reversed(self.taken):
                if found := _CODE.search(taken.text):
                    return found[0]
            time.sleep(0.05)
        raise AssertionError("no one-time code was sent")

    def times(self) -> Counter[str]:
        """Return how often each message was accepted, keyed by Message-ID."""
        return Counter(str(taken.mail["Message-ID"]) for taken in self.taken)

    def wait_for_code(self, after: int) -> str:
        """Wait for a one-time code that is not among the first `after` messages; return it."""
        ends = time.monotonic() + _SECONDS
        while time.monotonic() < ends:
            for taken in self.taken[after:]:
                if found := re.match(r"\d{4} \d{4}\s", taken.text):
                    return found[0].strip()
            time.sleep(0.05)
        raise AssertionError("no code was sent")

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
def mail_server(port: int = 0, **options: Any) -> Iterator[MailServer]:  # noqa: ANN401 - the library's own
    """Run a mail server in a thread, on `port` or, by default, on a free loopback port."""
    handler = MailServer(port=port or free_port())
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, **options)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


@dataclass(frozen=True)
class Certificate:
    """A server certificate, and the file with the CA certificate that verifies it."""

    context: ssl.SSLContext
    ca_file: Path


def certificate(folder: Path, name: str = "127.0.0.1") -> Certificate:
    """Create a certificate for `name`, issued by a new CA."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    return Certificate(context, ca_file)


def authenticate(_server: Any, _session: Any, _envelope: Any, _type: Any, data: Any) -> AuthResult:  # noqa: ANN401 - the library has no types
    """Authenticate the client if its user name and password are `USER` and `PASSWORD`."""
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == known, handled=False)
