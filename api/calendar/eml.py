"""Renders invitation emails (RFC 6047).

The Date, the Message-ID and the MIME boundaries are derived from the message, so that every
delivery attempt sends the same bytes.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.policy import SMTP, compat32
from email.utils import format_datetime
from functools import lru_cache
from operator import itemgetter
from urllib.parse import quote
from zoneinfo import ZoneInfo

from api.calendar.facts import ANSWER_SUBJECTS, MODE
from api.calendar.ics import common_name
from api.calendar.mail_headers import (
    address_header,
    header_lines,
    reply_to_header,
    subject_header,
)
from api.calendar.mail_texts import MailKind, MailTexts, ReplyLinks, mail_texts
from api.calendar.recipient import Recipient
from api.calendar.text_pattern import TextPattern
from api.calendar.wording import invitation_file_name, summary
from api.organisation import Organisation
from api.web.date_formats import TimeTexts, format_short_date, format_whole_days, time_texts
from coach.invitations import Invitation, Message
from coach.texts.renderer import Renderer

__all__ = ["ReplyLinks", "eml_bytes"]

_TOKEN_PLACEHOLDER = "0123456789abcdef" * 2  # as long as a token
_PLAIN, _HTML, _CALENDAR = "<plain>\n", "<html>\n", "<calendar>\n"  # not valid base64
_PLACEHOLDERS = {
    _TOKEN_PLACEHOLDER.encode(): "token",
    b"<plain>\r\n": "plain",
    b"<html>\r\n": "html",
    b"<calendar>\r\n": "calendar",
}
_BASE64_LINE = 76
_SHARED_BYTES = 42 * 57  # whole lines; long texts with the same title begin with the same bytes
_CRLF = compat32.clone(linesep="\r\n")  # all user content is in base64


def eml_bytes(
    message: Message,
    recipient: Recipient,
    deployment: Organisation,
    texts: Renderer,
    *,
    calendar: bytes | None,
    reply_token: str,
    links: ReplyLinks | None = None,
    has_moved: bool = False,
) -> bytes:
    """Render the complete email: text, HTML and the calendar object, which is also attached.

    Text and HTML are sufficient without the calendar object.

    Args:
        message: the invitation or cancellation.
        recipient: the recipient of the email.
        deployment: supplies the sender and the address for replies.
        texts: the renderer of the recipient's language.
        calendar: `message` as a calendar object, from `ics_bytes`; `None` to omit it, for
            example because a gateway would remove it.
        reply_token: identifies this recipient's replies; part of the Reply-To address.
        has_moved: whether the message cancels an invitation at a former address of the recipient,
            while the session itself still takes place.
        links: the links of the reply buttons; by default, `mailto:` links to the Reply-To address.

    Returns:
        A message (RFC 5322) with CRLF line endings.
    """
    reply_to = deployment.reply_to(reply_token)
    title = summary(message.invitation, deployment, texts)
    sender = common_name(deployment.organiser_name)
    content = mail_texts(
        texts,
        _kind(message, has_calendar=calendar is not None, has_moved=has_moved),
        _invitation_values(message, recipient.zone, texts) | {"title": title, "sender": sender},
        links or _mail_links(texts, title, reply_to),
    )
    return (
        address_header("From", sender, recipient.organiser or deployment.organiser_address)
        + address_header("To", common_name(recipient.name), recipient.address)
        + reply_to_header(reply_to)
        + subject_header(content.subject)
        + _rest(message, recipient.address, deployment.domain, content, calendar)
    )


def _rest(
    message: Message, address: str, domain: str, content: MailTexts, calendar: bytes | None
) -> bytes:
    """Return the body, and the headers other than the addresses and the subject."""
    file = None if calendar is None else invitation_file_name(message.invitation, ".ics")
    skeleton = _skeleton(message.stamp, domain, message.method.value, file)
    return skeleton.fill(
        {
            "token": message_token(message, address).encode(),
            "plain": _base64(content.plain),
            "html": _base64(content.html),
            "calendar": _base64(calendar or b""),
        }
    )


def _kind(message: Message, *, has_calendar: bool, has_moved: bool) -> MailKind:
    return MailKind(
        method=message.method,
        answer=message.partstat,
        changed=_changed(message),
        has_calendar=has_calendar,
        has_moved=has_moved,
        group=_group(message.invitation),
    )


def _group(invitation: Invitation) -> str:
    """Return `required` or `optional` for a group event, or an empty string for a session."""
    if invitation.event is None:
        return ""
    return "required" if invitation.is_required else "optional"


def _changed(message: Message) -> frozenset[str]:
    """Return the names of the values that have changed since the recipient's last message."""
    now, before = message.invitation, message.before
    if before is None:
        return frozenset()
    pairs = {
        "when": (_times(now), _times(before)),
        "mode": (now.mode, before.mode),
        "place": (now.place, before.place),
        "join_link": (now.join_link, before.join_link),
        "title": (now.event, before.event),
        "group": (now.is_required, before.is_required),
    }
    return frozenset(name for name, (new, old) in pairs.items() if new != old)


def _times(invitation: Invitation) -> tuple[object, ...]:
    return invitation.start, invitation.end, invitation.first_day, invitation.last_day


def _invitation_values(message: Message, zone: ZoneInfo, texts: Renderer) -> dict[str, str]:
    invitation, before = message.invitation, message.before
    when = _time_texts(invitation, zone, texts)
    values = {
        "when": when.range,
        "short_when": when.start,
        "with_name": common_name(invitation.with_name or ""),
        "mode": texts.text(MODE[invitation.mode]) if invitation.mode else "",
        "place": invitation.place,
        "join_link": invitation.join_link or "",
    }
    if before is not None:
        values["old_when"] = _time_texts(before, zone, texts).range
        values["old_mode"] = texts.text(MODE[before.mode]) if before.mode else ""
        values["old_place"] = before.place
    return values


def _time_texts(invitation: Invitation, zone: ZoneInfo, texts: Renderer) -> TimeTexts:
    first, last = invitation.first_day, invitation.last_day
    if first is None or last is None:
        return time_texts(texts, invitation.start, invitation.end, zone)
    return TimeTexts(
        texts.text(format_whole_days(first, last)), texts.text(format_short_date(first))
    )


@lru_cache(maxsize=256)
def _skeleton(
    stamp: datetime, domain: str, method: str, attachment_name: str | None
) -> TextPattern:
    """Return the headers and the body of `_rest`, with placeholders for the token and the contents.

    The result is cached, because emails differ in little else and building the MIME structure takes
    most of the time.
    """
    own = EmailMessage(policy=SMTP)
    own["Date"] = format_datetime(stamp)
    own["Message-ID"] = f"<{_TOKEN_PLACEHOLDER}@{domain}>"
    own["Auto-Submitted"] = "auto-generated"
    body = _body(method, attachment_name).as_bytes(policy=_CRLF)
    return TextPattern(header_lines(own) + body, _PLACEHOLDERS)


def _body(method: str, attachment_name: str | None) -> MIMEMultipart:
    """Return the body: the alternative representations, and the attached calendar object.

    Without `attachment_name`, the body contains no calendar object.
    """
    alternatives = MIMEMultipart("alternative", boundary=f"=2={_TOKEN_PLACEHOLDER}", policy=_CRLF)
    alternatives.attach(_part("text", "plain", _PLAIN, charset="utf-8"))
    alternatives.attach(_part("text", "html", _HTML, charset="utf-8"))
    if attachment_name is None:
        return alternatives
    alternatives.attach(_part("text", "calendar", _CALENDAR, method=method, charset="UTF-8"))
    attachment = _part("application", "ics", _CALENDAR)
    attachment.add_header("Content-Disposition", "attachment", filename=attachment_name)
    body = MIMEMultipart("mixed", boundary=f"=1={_TOKEN_PLACEHOLDER}", policy=_CRLF)
    body.attach(alternatives)
    body.attach(attachment)
    return body


def _part(main: str, sub: str, placeholder: str, **parameters: str) -> MIMEBase:
    part = MIMEBase(main, sub, policy=_CRLF, **parameters)
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(placeholder)
    return part


def _base64(content: bytes) -> bytes:
    """Return `content` in base64, in lines that end with CRLF (RFC 2045, section 6.8)."""
    head, rest = content[:_SHARED_BYTES], content[_SHARED_BYTES:]
    return _encoded_head(head) + _encoded(rest) if rest else _encoded(head)


@lru_cache(maxsize=256)
def _encoded_head(head: bytes) -> bytes:
    return _encoded(head)


def _encoded(content: bytes) -> bytes:
    encoded = b2a_base64(content, newline=False)
    return b"\r\n".join(_line_splitter(len(encoded))(encoded))


@lru_cache(maxsize=4096)
def _line_splitter(length: int) -> Callable[[bytes], tuple[bytes, ...]]:
    """Return a function that splits `length` bytes into lines, plus a final empty line."""
    ends = range(0, length, _BASE64_LINE)
    return itemgetter(*(slice(at, at + _BASE64_LINE) for at in ends), slice(length, None))


def _mail_links(texts: Renderer, title: str, reply_to: str) -> ReplyLinks:
    address = _quoted_address(reply_to)
    subjects = _subjects(texts, title)
    accept, decline, propose = (f"mailto:{address}?subject={one}" for one in subjects)
    return ReplyLinks(accept, decline, propose, are_web_pages=False)


@lru_cache(maxsize=1024)
def _quoted_address(reply_to: str) -> str:
    return quote(reply_to, safe="@")


@lru_cache(maxsize=256)
def _subjects(texts: Renderer, title: str) -> tuple[str, ...]:
    """Return the URL-quoted subjects of replies to an invitation."""
    return tuple(quote(texts.text(one(title=title))) for one in ANSWER_SUBJECTS.values())


def message_token(message: Message, address: str) -> str:
    """Return the left-hand part of the Message-ID for a message to `address`."""
    facts = (
        message.invitation.uid,
        address,
        message.method.value,
        str(message.sequence),
        _iso_text(message.stamp),
    )
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:32]


@lru_cache(maxsize=16)
def _iso_text(stamp: datetime) -> str:
    """Return a time stamp in ISO 8601. Cached, because many messages have the same one."""
    return stamp.isoformat()
