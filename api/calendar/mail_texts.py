"""The subject and the two texts of invitation emails, from templates that are rendered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from markupsafe import escape

from api.calendar.text_pattern import TextPattern
from api.web.templating import render
from coach.invitations import Method
from coach.texts.renderer import Renderer

_FOLDERS = {
    Method.REQUEST: "invitations/mail/invitation",
    Method.CANCEL: "invitations/mail/cancellation",
}
_VALUES = (
    *("title", "when", "short_when", "join_link", "sender"),
    *("accept", "decline", "propose"),
)


@dataclass(frozen=True, slots=True)
class ReplyLinks:
    """The links of an email's reply buttons: pages of this server, or `mailto:` links."""

    accept: str
    decline: str
    propose: str
    are_web_pages: bool = True


class MailTexts(NamedTuple):
    """The texts of an email; those of the body are in UTF-8 and have CRLF line endings."""

    subject: str
    plain: bytes
    html: bytes


@dataclass(frozen=True, slots=True)
class MailKind:
    """What decides which parts of the templates an email contains.

    Attributes:
        method: whether the email invites or cancels.
        changed: whether it replaces an earlier invitation.
        is_online: whether the session has a link to join.
        has_web_links: whether the links for replies are pages of a server.
    """

    method: Method
    changed: bool
    is_online: bool
    has_web_links: bool


def mail_texts(texts: Renderer, kind: MailKind, values: Mapping[str, str]) -> MailTexts:
    """Return the texts of an email.

    `values` are those of the templates; instead of `links`, they contain `accept`, `decline` and
    `propose`, and `join_link` is empty if there is none.
    """
    subject, plain, html = _patterns(texts, kind)
    raw = {name: value.encode() for name, value in values.items()}
    escaped = {name: str(escape(value)).encode() for name, value in values.items()}
    return MailTexts(
        subject.fill(raw).decode().strip(),
        _with_crlf(plain.fill(raw)),
        _with_crlf(html.fill(escaped)),
    )


@lru_cache(maxsize=256)
def _patterns(texts: Renderer, kind: MailKind) -> tuple[TextPattern, TextPattern, TextPattern]:
    """Return the rendered subject, text and HTML, with a gap for each value."""
    gaps = {name: f"\x00{name}\x00" for name in _VALUES}
    values: dict[str, object] = {
        **{name: gaps[name] for name in ("title", "when", "short_when", "sender")},
        "changed": kind.changed,
        "join_link": gaps["join_link"] if kind.is_online else None,
        "links": ReplyLinks(
            gaps["accept"], gaps["decline"], gaps["propose"], are_web_pages=kind.has_web_links
        ),
    }
    folder = _FOLDERS[kind.method]
    subject, plain, html = (
        TextPattern(
            render(texts, f"{folder}/{file}", **values).encode(),
            {gap.encode(): name for name, gap in gaps.items()},
        )
        for file in ("subject.txt", "body.txt", "body.html")
    )
    return subject, plain, html


def _with_crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")
