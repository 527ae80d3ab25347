"""The subject and the two bodies of invitation emails, rendered from templates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from markupsafe import escape

from api.calendar.text_pattern import TextPattern
from api.web.templating import render
from coach.invitations import Method, PartStat
from coach.texts.renderer import Renderer

_FOLDERS = {
    Method.REQUEST: "invitations/mail/invitation",
    Method.CANCEL: "invitations/mail/cancellation",
}
_REQUIRED = ("title", "when", "short_when", "sender")
_OPTIONAL = (
    *("with_name", "mode", "place", "join_link"),
    *("old_when", "old_mode", "old_place"),
)
_LINKS = ("accept", "decline", "propose", "calendar")


class ReplyLinks(NamedTuple):
    """The links of an email's reply buttons: pages of this server, or `mailto:` links.

    `calendar` is the URL of the session as a calendar file; empty if the links are not web pages.
    """

    accept: str
    decline: str
    propose: str
    are_web_pages: bool = True
    calendar: str = ""


class MailTexts(NamedTuple):
    """The texts of an email; body texts are in UTF-8 and have CRLF line endings."""

    subject: str
    plain: bytes
    html: bytes


class MailKind(NamedTuple):
    """The properties that determine which parts of the templates an email contains.

    Attributes:
        method: whether the email invites or cancels.
        answer: the recipient's last known reply.
        changed: the values that differ from those of the last invitation: any of `when`, `mode`,
            `place`, `join_link`, `title` and `group`.
        has_calendar: whether the calendar object is attached.
        has_moved: whether a cancellation is only for a former address of the recipient.
        group: for a group event, `required` or `optional`; otherwise empty.
    """

    method: Method
    answer: PartStat = PartStat.NEEDS_ACTION
    changed: frozenset[str] = frozenset()
    has_calendar: bool = True
    has_moved: bool = False
    group: str = ""


class _Given(NamedTuple):
    """The optional values and links that an email contains.

    Attributes:
        values: the optional values that are not empty.
        web_links: whether the links for replies are pages of a server.
        calendar_link: whether there is a link to the session as a calendar file.
    """

    values: frozenset[str]
    web_links: bool
    calendar_link: bool


class _Patterns(NamedTuple):
    """The rendered subject, text and HTML, with placeholders. Bodies have CRLF line endings.

    `names` contains the names of all placeholders.
    """

    subject: TextPattern
    plain: TextPattern
    html: TextPattern
    names: frozenset[str]


def mail_texts(
    texts: Renderer, kind: MailKind, values: Mapping[str, str], links: ReplyLinks
) -> MailTexts:
    """Return the texts of an email.

    `values` contains the template variables: `title`, `when`, `short_when` and `sender`, and
    optional values; empty ones are omitted.
    """
    optional = frozenset([name for name in _OPTIONAL if values.get(name)])
    given = _Given(optional, links.are_web_pages, bool(links.calendar))
    patterns = _patterns(texts, kind, given)
    shown = {**values, **links._asdict()}
    shown = {name: shown[name] for name in patterns.names}
    raw = {name: text.encode() for name, text in shown.items()}
    plain = html = raw
    together = "".join(shown.values())
    if "\n" in together or escape(together) != together:
        plain = {name: _with_crlf(text) for name, text in raw.items()}
        html = {name: _with_crlf(str(escape(text)).encode()) for name, text in shown.items()}
    return MailTexts(
        patterns.subject.fill(raw).decode().strip(),
        patterns.plain.fill(plain),
        patterns.html.fill(html),
    )


@lru_cache(maxsize=512)
def _patterns(texts: Renderer, kind: MailKind, given: _Given) -> _Patterns:
    """Return the rendered subject, text and HTML, with a placeholder for each value."""
    placeholders = {name: f"\x00{name}\x00" for name in (*_REQUIRED, *_OPTIONAL, *_LINKS)}
    links = {
        name: placeholders[name] for name in _LINKS if name != "calendar" or given.calendar_link
    }
    values: dict[str, object] = {
        **{name: placeholders[name] for name in _REQUIRED},
        **{name: placeholders[name] if name in given.values else "" for name in _OPTIONAL},
        "links": ReplyLinks(**links, are_web_pages=given.web_links),
        "changed": kind.changed,
        "answer": kind.answer.value,
        "has_calendar": kind.has_calendar,
        "has_moved": kind.has_moved,
        "group": kind.group,
    }
    folder = _FOLDERS[kind.method]
    names = {placeholder.encode(): name for name, placeholder in placeholders.items()}
    subject, plain, html = (
        TextPattern(_with_crlf(render(texts, f"{folder}/{file}", **values).encode()), names)
        for file in ("subject.txt", "body.txt", "body.html")
    )
    return _Patterns(subject, plain, html, subject.names | plain.names | html.names)


def _with_crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")
