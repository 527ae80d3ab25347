"""Mails that carry an invitation (RFC 6047), as the bytes to hand to a mail server.

Rendered once and kept, so that a retry sends the same bytes: date, Message-ID and boundaries
follow from the message alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote

from api.calendar.ics import common_name
from api.calendar.recipient import Recipient
from api.calendar.wording import file_name, summary
from api.deployment import Deployment
from api.moments import short_moment_text, span_text
from api.templating import render
from coach.invitations import Message, Method

_FOLDERS = {Method.REQUEST: "mail/invitation", Method.CANCEL: "mail/cancellation"}


@dataclass(frozen=True, slots=True)
class AnswerLinks:
    """Where the mail's buttons lead: pages that ask (`on_the_web`), or mails ready to send."""

    accept: str
    decline: str
    propose: str
    on_the_web: bool = True


def eml_bytes(
    message: Message,
    recipient: Recipient,
    deployment: Deployment,
    *,
    calendar: bytes,
    reply_token: str,
    links: AnswerLinks | None = None,
) -> bytes:
    """The whole mail, ready to send: text, HTML and the calendar object, which is also attached.

    Args:
        message: what to tell.
        recipient: whom.
        deployment: who sends.
        calendar: `message` as a calendar object, from `ics_bytes`.
        reply_token: marks this recipient's replies; added to the address that takes them.
        links: the buttons; without a server they write mails to that address.
    """
    reply_to = deployment.reply_to(reply_token)
    title = summary(message.invitation, deployment)
    values: dict[str, object] = {
        "title": title,
        "when": span_text(message.invitation.start, message.invitation.end, recipient.zone),
        "short_when": short_moment_text(message.invitation.start, recipient.zone),
        "changed": message.sequence > 0 and message.asks_again,
        "join_link": message.invitation.join_link,
        "links": links or _mail_links(title, reply_to),
        "sender": common_name(deployment.organiser_name),
    }
    folder = _FOLDERS[message.method]
    mark = _mark(message, recipient)

    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(deployment.organiser_name, deployment.organiser_address)
    mail["To"] = _address(recipient.name, recipient.address)
    mail["Reply-To"] = reply_to
    mail["Subject"] = render(f"{folder}/subject.txt", **values).strip()
    mail["Date"] = format_datetime(message.stamp)
    mail["Message-ID"] = f"<{mark}@{deployment.domain}>"
    mail.set_content(render(f"{folder}/body.txt", **values), cte="base64")
    mail.add_alternative(render(f"{folder}/body.html", **values), subtype="html", cte="base64")
    mail.add_alternative(
        calendar,
        maintype="text",
        subtype="calendar",
        params={"method": message.method.value, "charset": "UTF-8"},
    )
    mail.add_attachment(
        calendar,
        maintype="application",
        subtype="ics",
        filename=file_name(message.invitation, ".ics"),
    )
    _fix_boundaries(mail, mark)
    return mail.as_bytes()


def _mail_links(title: str, reply_to: str) -> AnswerLinks:
    def link(answer: str) -> str:
        return f"mailto:{quote(reply_to, safe='@')}?subject={quote(f'{answer}: {title}')}"

    return AnswerLinks(
        link("Accepted"), link("Declined"), link("Another time please"), on_the_web=False
    )


def _address(name: str, address: str) -> Address:
    return Address(display_name=common_name(name), addr_spec=address)


def _mark(message: Message, recipient: Recipient) -> str:
    facts = (
        message.invitation.uid,
        recipient.address,
        message.method.value,
        str(message.sequence),
        message.stamp.isoformat(),
    )
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:32]


def _fix_boundaries(mail: EmailMessage, mark: str) -> None:
    multiparts = (part for part in mail.walk() if part.is_multipart())
    for number, part in enumerate(multiparts, start=1):
        part.set_boundary(f"={number}={mark}")
