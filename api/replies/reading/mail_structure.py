"""The headers and parts of an email (RFC 5322, RFC 2045), read without trusting any of them.

Emails that could make the parser slow or exhaust its stack are refused before they are parsed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from functools import cached_property

from api.replies.reading.limits import (
    MAX_BOUNDARIES,
    MAX_HEADER_CHARACTERS,
    MAX_HEADERS,
    MAX_MAIL_BYTES,
    MAX_PARTS,
    stored_line,
)

_BOUNDARY = re.compile(rb"boundary|message/", re.IGNORECASE)
_RECIPIENT_HEADERS = (
    *("Delivered-To", "X-Original-To", "X-Delivered-To", "Envelope-To", "X-Envelope-To"),
    *("To", "Cc", "Resent-To", "X-Forwarded-To"),
)
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,200})>")


class TooLargeError(ValueError):
    """The email is larger than `MAX_MAIL_BYTES`."""


class TooNestedError(ValueError):
    """The email has too many parts, or its parts are nested too deeply."""


class UnreadableError(ValueError):
    """The email cannot be parsed."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part without subparts: its type in lower case, its decoded content, and parameters."""

    content_type: str
    content: bytes
    charset: str
    method: str

    @property
    def text(self) -> str:
        """The content as text; if invalid in its charset, decoded as UTF-8 with replacements."""
        try:
            return self.content.decode(self.charset or "utf-8")
        except (LookupError, ValueError):
            return self.content.decode("utf-8", "replace")


class MailStructure:
    """A parsed email. Its parts do not include the parts of attached emails."""

    def __init__(self, raw: bytes) -> None:
        """Parse an email.

        Raises:
            TooLargeError: the email is too large.
            TooNestedError: the email has too many parts.
            UnreadableError: the email cannot be parsed.
        """
        if len(raw) > MAX_MAIL_BYTES:
            raise TooLargeError
        if len(_BOUNDARY.findall(raw)) > MAX_BOUNDARIES:
            raise TooNestedError
        try:
            self.message: Message = message_from_bytes(raw, policy=compat32)
            self.parts = tuple(_leaves(self.message))
        except RecursionError as error:
            raise TooNestedError from error
        except (MessageError, ValueError, LookupError, TypeError, AttributeError) as error:
            if isinstance(error, TooNestedError):
                raise
            raise UnreadableError from error

    def headers(self, name: str) -> tuple[str, ...]:
        """Return up to `MAX_HEADERS` decoded values of a header."""
        found = self.message.get_all(name, [])[:MAX_HEADERS]
        return tuple(_decoded(str(value)[:MAX_HEADER_CHARACTERS]) for value in found)

    def header(self, name: str) -> str:
        """Return the first value of a header, or an empty string."""
        return next(iter(self.headers(name)), "")

    @cached_property
    def recipients(self) -> tuple[str, ...]:
        """The values of all headers that name recipients."""
        return tuple(value for name in _RECIPIENT_HEADERS for value in self.headers(name))

    @cached_property
    def senders(self) -> tuple[str, ...]:
        """The addresses in From, in lower case."""
        return addresses_in(self.headers("From"))

    @cached_property
    def references(self) -> tuple[str, ...]:
        """The ids of the messages that this email refers to, without angle brackets."""
        values = (*self.headers("In-Reply-To"), *self.headers("References"))
        return tuple(dict.fromkeys(one for value in values for one in _MESSAGE_ID.findall(value)))

    def parts_of(self, *content_types: str) -> tuple[Part, ...]:
        """Return the parts that have one of the given content types."""
        return tuple(part for part in self.parts if part.content_type in content_types)


def addresses_in(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the addresses in header values, in lower case."""
    try:
        found = getaddresses([value for value in values if value])
    except (ValueError, IndexError, TypeError, AttributeError):
        return ()
    return tuple(stored_line(address).casefold() for _, address in found if "@" in address)


def message_digest(raw: bytes) -> str:
    """Return a hash of the Message-ID and the body, which identifies copies of a message."""
    normal = raw[: MAX_MAIL_BYTES + 1].replace(b"\r\n", b"\n")
    head, _, body = normal.partition(b"\n\n")
    found = re.search(rb"^message-id:\s*(\S{1,300})", head, re.IGNORECASE | re.MULTILINE)
    identifier = found[1] if found else b""
    return hashlib.sha256(identifier + b"\0" + hashlib.sha256(body).digest()).hexdigest()


def _leaves(message: Message) -> Iterator[Part]:
    """Yield the leaf parts of a message in document order, except parts of attached emails.

    Raises:
        TooNestedError: the message has too many parts.
    """
    pending, seen = [message], 0
    while pending:
        one, seen = pending.pop(), seen + 1
        if seen > MAX_PARTS:
            raise TooNestedError
        if one.get_content_maintype() == "multipart":
            children = one.get_payload()
            if isinstance(children, list):
                pending.extend(child for child in reversed(children) if isinstance(child, Message))
        elif one.get_content_maintype() != "message":
            content = one.get_payload(decode=True)
            yield Part(
                one.get_content_type().lower(),
                content if isinstance(content, bytes) else b"",
                str(one.get_content_charset("")),
                str(one.get_param("method") or "").upper()[:20],
            )


def _decoded(value: str) -> str:
    """Return a header value with its encoded words (RFC 2047) decoded, as one line."""
    try:
        text = str(make_header(decode_header(value)))
    except (MessageError, ValueError, LookupError):
        text = value
    return stored_line(text, MAX_HEADER_CHARACTERS)
