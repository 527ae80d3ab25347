"""Recognises emails not written by people: server reports, automatic replies and receipts."""

from __future__ import annotations

import re
from email.message import Message
from email.parser import HeaderParser

from flufl.bounce import all_failures

from api.replies.reading.limits import MAX_HEADER_CHARACTERS, stored_line
from api.replies.reading.mail_structure import MailStructure

_SYSTEM_SENDER = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon)@")
_MAX_FAILED = 20
_MESSAGE_ID = re.compile(r"<([^<>@\s]{1,200})@")
_AUTOMATIC_SUBJECT = re.compile(
    r"(?:automatic reply|out of office|autoreply|auto:|automatische antwort|abwesenheit"
    r"|r[eé]ponse automatique|risposta automatica|respuesta autom[aá]tica"
    r"|automatski odgovor|аутоматски одговор|автоматски одговор|p[eë]rgjigje automatike)",
    re.IGNORECASE,
)
_AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Vacation")


def is_report(mail: MailStructure) -> bool:
    """Return whether the email is a mail server's report about another email."""
    content_type = mail.header("Content-Type").lower()
    if content_type.startswith("multipart/report"):
        return "disposition-notification" not in content_type
    return mail.header("Return-Path").strip() == "<>" and any(
        _SYSTEM_SENDER.match(sender) for sender in mail.senders
    )


def failed_addresses(mail: MailStructure) -> tuple[str, ...]:
    """Return the addresses to which, according to a report, an email cannot be delivered.

    Addresses for which delivery is only delayed are omitted. At most `_MAX_FAILED` are returned.
    """
    try:
        _, permanent = all_failures(mail.message)
    except Exception:  # noqa: BLE001 - a detector that fails on hostile input found nothing
        return ()
    found = sorted(address.decode("utf-8", "replace").casefold() for address in permanent)
    return tuple(stored_line(address) for address in found[:_MAX_FAILED])


def returned_ids(mail: MailStructure) -> tuple[str, ...]:
    """Return the left parts of the Message-IDs of up to `_MAX_FAILED` emails in a report."""
    found: list[str] = []
    for part in mail.message.walk():
        content, kind = part.get_payload(), part.get_content_type()
        if kind == "text/rfc822-headers" and isinstance(content, str):
            content = [HeaderParser().parsestr(content)]
        elif kind != "message/rfc822" or not isinstance(content, list):
            continue
        found += [str(one.get("Message-ID", "")) for one in content if isinstance(one, Message)]
    ids = (_MESSAGE_ID.search(each[:MAX_HEADER_CHARACTERS]) for each in found[:_MAX_FAILED])
    return tuple(one[1] for one in ids if one is not None)


def is_automatic(mail: MailStructure) -> bool:
    """Return whether a program sent the email, such as a vacation reply or receipt (RFC 3834)."""
    submitted = mail.header("Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or any(mail.header(name) for name in _AUTOMATIC_HEADERS)
        or mail.header("Precedence").strip().lower() in {"auto_reply", "bulk", "junk", "list"}
        or mail.header("Content-Type").lower().startswith("multipart/report")
        or _AUTOMATIC_SUBJECT.match(mail.header("Subject")) is not None
    )
