"""Renders emails other than invitations, such as reminders and codes (RFC 5322)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from api.calendar.ics import common_name
from api.calendar.recipient import Recipient
from api.organisation import Organisation
from api.web.templating import render
from coach.texts.renderer import Renderer


@dataclass(frozen=True, slots=True)
class CalendarObject:
    """A calendar object in an email: its content, and its iTIP method."""

    content: bytes
    method: str


def plain_message_bytes(
    folder: str,
    recipient: Recipient,
    deployment: Organisation,
    texts: Renderer,
    *,
    unique_id: str,
    stamp: datetime,
    reply_token: str = "",
    calendar: CalendarObject | None = None,
    **values: object,
) -> bytes:
    """Render the email whose templates are in `folder`; equal arguments produce equal bytes.

    Args:
        folder: the template folder, with `subject.txt`, `body.txt` and `body.html`.
        recipient: the only recipient.
        deployment: supplies the sender and the address for replies.
        texts: the renderer for the recipient's language.
        unique_id: the unique id from which the Message-ID and MIME boundary are derived.
        stamp: the time in the Date header, an aware datetime.
        reply_token: identifies replies to this email; empty if nothing reads them.
        calendar: a calendar object to include for calendar programs, if any.
        values: template variables in addition to `sender`.
    """
    sender = common_name(deployment.organiser_name)
    context = {"sender": sender} | values
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=sender, addr_spec=deployment.organiser_address)
    mail["To"] = Address(display_name=common_name(recipient.name), addr_spec=recipient.address)
    if reply_token:
        mail["Reply-To"] = deployment.reply_to(reply_token)
    mail["Subject"] = render(texts, f"{folder}/subject.txt", **context).strip()
    mail["Date"] = format_datetime(stamp)
    mail["Auto-Submitted"] = "auto-generated"
    mail["Message-ID"] = f"<{unique_id}@{deployment.domain}>"
    mail.set_content(render(texts, f"{folder}/body.txt", **context), cte="base64")
    html = render(texts, f"{folder}/body.html", **context)
    mail.add_alternative(html, subtype="html", cte="base64")
    if calendar is not None:
        mail.add_alternative(calendar.content.decode(), subtype="calendar", cte="base64")
        *_, part = mail.iter_parts()
        part.set_param("method", calendar.method)
    mail.set_boundary(f"=1={unique_id}")
    return mail.as_bytes()
