"""The headers of invitation emails (RFC 5322).

Parsing and folding by the `email` package takes most of the rendering time of an email, so values
that need neither encoding nor quoting nor folding are written directly, and the others are cached.
"""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache

_MAX_LINE = 78
_WORDS = re.compile(r"[A-Za-z0-9'_-]+(?: [A-Za-z0-9'_-]+)*")
_SUBJECT = re.compile(r"[A-Za-z0-9,:+()'_-]+(?: [A-Za-z0-9,:+()'_-]+)*")
PLAIN_ADDRESS = re.compile(
    r"[A-Za-z0-9+_-]+(?:\.[A-Za-z0-9+_-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
)
"""An address that needs neither quoting nor encoding."""


@lru_cache(maxsize=4096)
def address_header(header: str, name: str, address: str) -> bytes:
    """Return a header with one address and its display name."""
    line = f"{header}: {name} <{address}>"
    if len(line) <= _MAX_LINE and _WORDS.fullmatch(name) and PLAIN_ADDRESS.fullmatch(address):
        return line.encode() + b"\r\n"
    return _parsed_address(header, name, address)


@lru_cache(maxsize=4096)
def reply_to_header(address: str) -> bytes:
    """Return the Reply-To header with an address."""
    line = f"Reply-To: {address}"
    if len(line) <= _MAX_LINE and PLAIN_ADDRESS.fullmatch(address):
        return line.encode() + b"\r\n"
    return _parsed("Reply-To", address)


@lru_cache(maxsize=4096)
def subject_header(subject: str) -> bytes:
    """Return the Subject header."""
    line = f"Subject: {subject}"
    if len(line) <= _MAX_LINE and _SUBJECT.fullmatch(subject):
        return line.encode() + b"\r\n"
    return _parsed("Subject", subject)


def header_lines(mail: EmailMessage) -> bytes:
    """Return the header lines of a message without a body."""
    return mail.as_bytes().removesuffix(b"\r\n")


def _parsed_address(header: str, name: str, address: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail[header] = Address(display_name=name, addr_spec=address)
    return header_lines(mail)


def _parsed(header: str, value: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail[header] = value
    return header_lines(mail)
