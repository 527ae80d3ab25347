"""Emails in the documented formats of calendars, mail programs and mail servers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP

OFFICE = "coaching@example.org"


@dataclass(frozen=True, slots=True)
class Answered:
    """The data of an answer: the event, the sender, and the reply.

    Attributes:
        to: the address that the answer is sent to, usually with a token.
        sender: the address in From.
        partstat: the participation status, with further parameters of ATTENDEE if there are any.
        stamp: DTSTAMP.
        extra: further lines of the event.
    """

    uid: str
    to: str
    attendee: str
    sender: str = ""
    partstat: str = "ACCEPTED"
    sequence: int = 0
    stamp: str = "20261201T080000Z"
    start: str = "20270127T080000Z"
    end: str = "20270127T093000Z"
    message_id: str = "1@client.example"
    comment: str = ""
    method: str = "REPLY"
    extra: tuple[str, ...] = ()

    def but(self, **changes: object) -> Answered:
        return replace(self, **changes)  # type: ignore[arg-type]


def _headers(about: Answered, subject: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = about.sender or about.attendee
    mail["To"] = about.to
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{about.message_id}>"
    mail["Date"] = "Tue, 01 Dec 2026 08:00:00 +0000"
    return mail


def _calendar(product: str, method: str, event: list[str], around: tuple[str, ...] = ()) -> bytes:
    lines = ["BEGIN:VCALENDAR", f"PRODID:{product}", "VERSION:2.0"]
    lines += [f"METHOD:{method}"] if method else []
    lines += [*around, "BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def _event(about: Answered, organiser: str | None, attendee: str, *more: str) -> list[str]:
    lines = [f"UID:{about.uid}", f"DTSTAMP:{about.stamp}", f"SEQUENCE:{about.sequence}"]
    lines += [f"DTSTART:{about.start}", f"DTEND:{about.end}"]
    lines += [f"COMMENT:{about.comment}"] if about.comment else []
    lines += [organiser] if organiser else []
    return [*lines, attendee, *more, *about.extra]


def outlook(about: Answered) -> bytes:
    """Return an answer from Outlook or Exchange: `MAILTO:`, and the comment in the text part."""
    mail = _headers(about, "Accepted: Coaching session 1 of 2")
    mail["X-MS-Has-Attach"] = ""
    mail["X-MS-TNEF-Correlator"] = ""
    mail.set_content(f"{about.comment}\r\n\r\n" if about.comment else "\r\n")
    event = _event(
        about.but(comment=""),
        None,
        f'ATTENDEE;PARTSTAT={about.partstat};CN="Ana":MAILTO:{about.attendee}',
        "SUMMARY;LANGUAGE=en-US:Accepted: Coaching session 1 of 2",
        "CLASS:PRIVATE",
        "PRIORITY:5",
        "TRANSP:OPAQUE",
        "STATUS:CONFIRMED",
        "X-MICROSOFT-CDO-APPT-SEQUENCE:0",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
    )
    calendar = _calendar("Microsoft Exchange Server 2010", about.method, event)
    mail.add_alternative(
        calendar, maintype="text", subtype="calendar", params={"method": about.method}
    )
    return mail.as_bytes()


def exchange_counter(about: Answered, day: str = "20270128") -> bytes:
    """Return a counter-proposal from Exchange: a Windows zone, and the old time in X-MS-OLK-…."""
    mail = _headers(about, "New Time Proposed: Coaching session 1 of 2")
    mail.set_content("\r\n")
    zone = (
        *("BEGIN:VTIMEZONE", "TZID:Central Europe Standard Time", "BEGIN:STANDARD"),
        *("DTSTART:16010101T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100"),
        *("RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "END:STANDARD"),
        *("BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:+0100"),
        *("TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3"),
        *("END:DAYLIGHT", "END:VTIMEZONE"),
    )
    event = [
        f"ATTENDEE;PARTSTAT=TENTATIVE;CN=Ana:mailto:{about.attendee}",
        "COMMENT;LANGUAGE=en-US:\\n",
        f"UID:{about.uid}",
        f"DTSTART;TZID=Central Europe Standard Time:{day}T100000",
        f"DTEND;TZID=Central Europe Standard Time:{day}T113000",
        f"DTSTAMP:{about.stamp}",
        f"SEQUENCE:{about.sequence}",
        "X-MS-OLK-ORIGINALSTART;TZID=Central Europe Standard Time:20270127T090000",
        "X-MS-OLK-ORIGINALEND;TZID=Central Europe Standard Time:20270127T103000",
    ]
    calendar = _calendar("Microsoft Exchange Server 2010", "COUNTER", event, zone)
    mail.add_alternative(
        calendar, maintype="text", subtype="calendar", params={"method": "COUNTER"}
    )
    return mail.as_bytes()


def outlook_com(about: Answered) -> bytes:
    """Return an answer from outlook.com: no ORGANIZER, and no method in the MIME header."""
    mail = _headers(about, "Accepted: Coaching session 1 of 2")
    mail.set_content("\r\n")
    event = _event(about, None, f"ATTENDEE;PARTSTAT={about.partstat}:mailto:{about.attendee}")
    calendar = _calendar("Microsoft Exchange Server 2010", about.method, event)
    mail.add_alternative(calendar, maintype="text", subtype="calendar")
    return mail.as_bytes()


def google(about: Answered) -> bytes:
    """Return an answer from Google: text, HTML, and the calendar twice, with an alarm."""
    mail = _headers(about, "Accepted: Coaching session 1 of 2 @ Wed 27 Jan 2027 (ana@example.org)")
    mail["Sender"] = "Google Calendar <calendar-notification@google.com>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("ana@example.org has accepted this invitation.\r\n")
    mail.add_alternative("<p>ana@example.org has accepted this invitation.</p>", subtype="html")
    event = _event(
        about,
        f"ORGANIZER;CN=Coaching office:mailto:{OFFICE}",
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;"
        f"PARTSTAT={about.partstat};CN={about.attendee};X-NUM-GUESTS=0:mailto:{about.attendee}",
        *("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-P1D", "END:VALARM"),
    )
    product = "-//Google Inc//Google Calendar 70.9054//EN"
    calendar = _calendar(product, about.method, event, ("CALSCALE:GREGORIAN",))
    mail.add_alternative(
        calendar, maintype="text", subtype="calendar", params={"method": about.method}
    )
    mail.add_attachment(calendar, maintype="application", subtype="ics", filename="invite.ics")
    return mail.as_bytes()


def apple(about: Answered) -> bytes:
    """Return an answer from Apple: the method in the MIME header, a quoted CN, and EMAIL."""
    mail = _headers(about, "Ana accepted the invitation to Coaching session 1 of 2")
    mail.set_content("Ana has accepted your invitation.\r\n")
    event = _event(
        about,
        f'ORGANIZER;CN="Coaching office":mailto:{OFFICE}',
        f'ATTENDEE;CN="Ana";CUTYPE=INDIVIDUAL;EMAIL="{about.attendee}";'
        f"PARTSTAT={about.partstat}:mailto:{about.attendee}",
        *("CREATED:20261130T080000Z", "LAST-MODIFIED:20261201T080000Z", "TRANSP:OPAQUE"),
    )
    calendar = _calendar("-//Apple Inc.//macOS 15.1//EN", about.method, event)
    mail.add_attachment(
        calendar,
        maintype="text",
        subtype="calendar",
        params={"method": about.method},
        filename="iCal-20261201-080000.ics",
    )
    return mail.as_bytes()


def nextcloud(about: Answered) -> bytes:
    """Return an answer from Nextcloud (sabre/vobject): REQUEST-STATUS, and hidden HTML buttons."""
    mail = _headers(about, "Re: Coaching session 1 of 2")
    mail.set_content("Ana has accepted your invitation\r\n")
    event = _event(
        about,
        f"ORGANIZER;CN=Coaching office:mailto:{OFFICE}",
        f"ATTENDEE;PARTSTAT={about.partstat};CN=Ana:mailto:{about.attendee}",
        "REQUEST-STATUS:2.0;Success",
    )
    calendar = _calendar("-//Sabre//Sabre VObject 4.5.4//EN", about.method, event)
    mail.add_attachment(
        calendar,
        maintype="text",
        subtype="calendar",
        params={"method": about.method},
        filename="event.ics",
    )
    return mail.as_bytes()


def thunderbird(about: Answered) -> bytes:
    """Return an answer from Thunderbird: text and calendar alternatives, and X-MOZ properties."""
    mail = _headers(about, "Event Invitation Reply (Accepted): Coaching session 1 of 2")
    mail["User-Agent"] = "Mozilla Thunderbird"
    mail.set_content("ana@example.org has accepted your event invitation.\r\n")
    event = _event(
        about,
        f'ORGANIZER;CN="Coaching office":mailto:{OFFICE}',
        f"ATTENDEE;RSVP=TRUE;PARTSTAT={about.partstat};ROLE=REQ-PARTICIPANT:"
        f"mailto:{about.attendee}",
        *("X-MOZ-RECEIVED-SEQUENCE:0", "X-MOZ-RECEIVED-DTSTAMP:20261130T080000Z"),
    )
    product = "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN"
    calendar = _calendar(product, about.method, event)
    mail.add_alternative(
        calendar, maintype="text", subtype="calendar", params={"method": about.method}
    )
    return mail.as_bytes()


CLIENTS = {
    client.__name__: client
    for client in (outlook, outlook_com, google, apple, nextcloud, thunderbird)
}


def vacation(about: Answered) -> bytes:
    """Return an automatic reply from Exchange."""
    mail = _headers(about, "Automatic reply: Coaching session 1 of 2")
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content("I am on leave until Monday.\r\n")
    return mail.as_bytes()


def bounce(
    about: Answered, *, action: str = "failed", status: str = "5.1.1", returned: str = "of@another"
) -> bytes:
    """Return a delivery status notification (RFC 3464) about an email to `about.attendee`.

    `returned` is the Message-ID of that email.
    """
    return "\r\n".join(
        [
            "Return-Path: <>",
            "From: Mail Delivery System <MAILER-DAEMON@mx.example.org>",
            f"To: {OFFICE}",
            "Subject: Undelivered Mail Returned to Sender",
            f"Message-ID: <{about.message_id}>",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
            "",
            "--x",
            "Content-Type: text/plain",
            "",
            "Your message could not be delivered.",
            "--x",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example.org",
            "",
            f"Final-Recipient: rfc822; {about.attendee}",
            f"Action: {action}",
            f"Status: {status}",
            "Diagnostic-Code: smtp; 550 5.1.1 User unknown",
            "",
            "--x",
            "Content-Type: message/rfc822",
            "",
            f"To: {about.attendee}",
            f"Message-ID: <{returned}>",
            "Content-Type: text/calendar; method=REPLY",
            "",
            _calendar("x", "REPLY", _event(about, None, f"ATTENDEE:{about.attendee}")).decode(),
            "--x--",
            "",
        ]
    ).encode()


def written(about: Answered, text: str, *, subject: str = "Re: Coaching", to_id: str = "") -> bytes:
    """Return an email written by a person in reply to the message with the id `to_id`."""
    mail = _headers(about, subject)
    if to_id:
        mail["In-Reply-To"] = f"<{to_id}>"
    mail.set_content(text)
    return mail.as_bytes()
