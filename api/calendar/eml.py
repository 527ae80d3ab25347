"""Renders invitation emails (RFC 6047).

The Date, the Message-ID and the MIME boundaries are derived from the message, so that every
delivery attempt sends the same bytes.
"""

from __future__ import annotations

import hashlib
from base64 import encodebytes
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.policy import SMTP, compat32
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import quote

from api.calendar.ics import common_name
from api.calendar.recipient import Recipient
from api.calendar.wording import invitation_file_name, summary
from api.organisation import Organisation
from api.web.date_formats import format_datetime_range, format_short_datetime
from api.web.templating import render
from coach.invitations import Message, Method
from coach.texts.renderer import Renderer

_TOKEN_PLACEHOLDER = (
    "0123456789abcdef" * 2
)  # as long as a token; like the other placeholders, not valid base64
_PLAIN, _HTML, _CALENDAR = "<plain>\n", "<html>\n", "<calendar>\n"
_CRLF = compat32.clone(linesep="\r\n")  # all user content is in base64
_FOLDERS = {
    Method.REQUEST: "invitations/mail/invitation",
    Method.CANCEL: "invitations/mail/cancellation",
}


@dataclass(frozen=True, slots=True)
class ReplyLinks:
    """The links of an email's reply buttons: pages of this server, or `mailto:` links."""

    accept: str
    decline: str
    propose: str
    are_web_pages: bool = True


def eml_bytes(
    message: Message,
    recipient: Recipient,
    deployment: Organisation,
    texts: Renderer,
    *,
    calendar: bytes,
    reply_token: str,
    links: ReplyLinks | None = None,
) -> bytes:
    """Render the complete email: text, HTML and the calendar object, which is also attached.

    Args:
        message: the invitation or cancellation.
        recipient: the recipient of the email.
        deployment: supplies the sender and the address for replies.
        texts: the renderer of the recipient's language.
        calendar: `message` as a calendar object, from `ics_bytes`.
        reply_token: identifies this recipient's replies; part of the Reply-To address.
        links: the links of the reply buttons; by default, `mailto:` links to the Reply-To address.

    Returns:
        A message (RFC 5322) with CRLF line endings.
    """
    reply_to = deployment.reply_to(reply_token)
    title = summary(message.invitation, deployment, texts)
    values = _template_values(
        message, recipient, deployment, title, links or _mail_links(title, reply_to)
    )
    folder = _FOLDERS[message.method]
    token = _message_token(message, recipient)
    contents = {
        _PLAIN: _crlf_bytes(render(texts, f"{folder}/body.txt", **values)),
        _HTML: _crlf_bytes(render(texts, f"{folder}/body.html", **values)),
        _CALENDAR: calendar,
    }
    people = _people_headers(
        common_name(deployment.organiser_name),
        deployment.organiser_address,
        common_name(recipient.name),
        recipient.address,
        reply_to,
    )
    subject = _subject_header(render(texts, f"{folder}/subject.txt", **values).strip())
    return people + subject + _fill_in(_skeleton_of(message, deployment), token, contents)


def _skeleton_of(message: Message, deployment: Organisation) -> bytes:
    return _skeleton(
        format_datetime(message.stamp),
        deployment.domain,
        message.method.value,
        invitation_file_name(message.invitation, ".ics"),
    )


def _template_values(
    message: Message, recipient: Recipient, deployment: Organisation, title: str, links: ReplyLinks
) -> dict[str, object]:
    invitation = message.invitation
    return {
        "title": title,
        "when": format_datetime_range(invitation.start, invitation.end, recipient.zone),
        "short_when": format_short_datetime(invitation.start, recipient.zone),
        "changed": message.sequence > 0 and message.asks_again,
        "join_link": invitation.join_link,
        "links": links,
        "sender": common_name(deployment.organiser_name),
    }


@lru_cache(maxsize=256)
def _people_headers(
    organiser: str, organiser_address: str, name: str, address: str, reply_to: str
) -> bytes:
    """Return the From, To and Reply-To headers; cached, because parsing addresses is slow."""
    shared = EmailMessage(policy=SMTP)
    shared["From"] = Address(display_name=organiser, addr_spec=organiser_address)
    shared["To"] = Address(display_name=name, addr_spec=address)
    shared["Reply-To"] = reply_to
    return _headers(shared)


def _headers(mail: EmailMessage) -> bytes:
    """Return the header lines of a message without a body."""
    return mail.as_bytes().removesuffix(b"\r\n")


@lru_cache(maxsize=256)
def _subject_header(subject: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = subject
    return _headers(mail)


@lru_cache(maxsize=256)
def _skeleton(date: str, domain: str, method: str, attachment_name: str) -> bytes:
    """Return the other headers and the body, with placeholders for the token and contents.

    The result is cached, because emails differ in little else and building the MIME structure takes
    most of the time.
    """
    own = EmailMessage(policy=SMTP)
    own["Date"] = date
    own["Message-ID"] = f"<{_TOKEN_PLACEHOLDER}@{domain}>"
    return _headers(own) + _body(method, attachment_name).as_bytes(policy=_CRLF)


def _body(method: str, attachment_name: str) -> MIMEMultipart:
    """Return the body: the alternative representations, and the attached calendar object."""
    alternatives = MIMEMultipart("alternative", boundary=f"=2={_TOKEN_PLACEHOLDER}", policy=_CRLF)
    alternatives.attach(_part("text", "plain", _PLAIN, charset="utf-8"))
    alternatives.attach(_part("text", "html", _HTML, charset="utf-8"))
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


def _fill_in(skeleton: bytes, token: str, contents: Mapping[str, bytes]) -> bytes:
    """Replace the placeholders, which cannot occur in the base64-encoded contents."""
    mail = skeleton.replace(_TOKEN_PLACEHOLDER.encode(), token.encode())
    for placeholder, content in contents.items():
        encoded = encodebytes(content).replace(b"\n", b"\r\n")
        mail = mail.replace(placeholder.encode().replace(b"\n", b"\r\n"), encoded)
    return mail


def _crlf_bytes(text: str) -> bytes:
    """Return `text` in UTF-8 with CRLF line endings."""
    return text.replace("\n", "\r\n").encode()


def _mail_links(title: str, reply_to: str) -> ReplyLinks:
    def link(answer: str) -> str:
        return f"mailto:{quote(reply_to, safe='@')}?subject={quote(f'{answer}: {title}')}"

    return ReplyLinks(
        link("Accepted"), link("Declined"), link("Another time, please"), are_web_pages=False
    )


def _message_token(message: Message, recipient: Recipient) -> str:
    facts = (
        message.invitation.uid,
        recipient.address,
        message.method.value,
        str(message.sequence),
        message.stamp.isoformat(),
    )
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:32]
