"""Invitations assembled from prepared parts are byte-identical to the libraries' output."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.policy import SMTP, compat32
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Alarm, Calendar, Event, vCalAddress

from api.calendar.eml import eml_bytes, message_token
from api.calendar.ics import common_name, ics_bytes
from api.calendar.recipient import Recipient
from api.calendar.wording import PRODUCT, summary
from api.organisation import Organisation
from api.web.date_formats import format_datetime_range, format_short_datetime, time_texts
from coach.invitations import Invitation, Message, Method, PartStat
from tests.texts import ENGLISH

DEPLOYMENT = Organisation()
CRLF = compat32.clone(linesep="\r\n")
NAMES = st.text("aZ09 -_.,:;'()^\\\"éжž", min_size=1, max_size=70).filter(common_name)
ADDRESSES = st.text("aZ09-_+", min_size=1, max_size=40).map("a{}z@example.org".format)
ZONES = st.sampled_from(["Europe/Belgrade", "America/Santiago", "Asia/Kathmandu", "UTC"])
STARTS = st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 31))  # noqa: DTZ001 - made aware below


@st.composite
def messages(draw: st.DrawFn) -> Message:
    start = draw(STARTS).replace(second=0, microsecond=0, tzinfo=UTC)
    method = draw(st.sampled_from(Method))
    return Message(
        method=method,
        invitation=Invitation(
            uid=draw(st.text("aZ09@._-;é", min_size=1, max_size=70)),
            number=draw(st.integers(1, 20)),
            count=20,
            start=start,
            end=start + timedelta(minutes=draw(st.integers(1, 600))),
        ),
        sequence=draw(st.integers(0, 3)),
        stamp=datetime(2027, 1, 4, 8, 0, 30, tzinfo=UTC),
        asks_again=method is Method.REQUEST,
        partstat=draw(st.sampled_from(PartStat)) if method is Method.REQUEST else "NEEDS-ACTION",
    )


RECIPIENTS = st.builds(Recipient, NAMES, ADDRESSES, ZONES.map(ZoneInfo))


def by_icalendar(message: Message, recipient: Recipient) -> bytes:
    """Render the calendar object of a message using only the `icalendar` library."""
    title = summary(message.invitation, DEPLOYMENT, ENGLISH)
    is_request = message.method is Method.REQUEST
    event, calendar = Event(), Calendar()
    for name, value in {
        "uid": message.invitation.uid,
        "dtstamp": message.stamp,
        "dtstart": message.invitation.start.astimezone(UTC),
        "dtend": message.invitation.end.astimezone(UTC),
        "summary": title,
        "sequence": message.sequence,
        "status": "CONFIRMED" if is_request else "CANCELLED",
        "class": "PRIVATE",
        "organizer": vCalAddress.new(DEPLOYMENT.organiser_address, cn=DEPLOYMENT.organiser_name),
    }.items():
        event.add(name, value)
    reply: dict[str, object] = {"partstat": message.partstat.value} if is_request else {}
    if is_request and message.partstat is PartStat.NEEDS_ACTION:
        reply["rsvp"] = True
    name = common_name(recipient.name)
    event.add(
        "attendee", vCalAddress.new(recipient.address, cn=name, role="REQ-PARTICIPANT", **reply)
    )
    if is_request:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", -DEPLOYMENT.alarm_lead)
        event.add_component(alarm)
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", message.method.value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


@settings(max_examples=60, deadline=None)
@given(messages(), RECIPIENTS)
def test_calendar_objects_are_those_of_icalendar(message: Message, recipient: Recipient) -> None:
    assert ics_bytes(message, recipient, DEPLOYMENT, ENGLISH) == by_icalendar(message, recipient)


def by_email_package(rendered: bytes, message: Message, recipient: Recipient, ics: bytes) -> bytes:
    """Render Date, Message-ID, Auto-Submitted and the body, using only the `email` package.

    The plain and HTML texts are taken from `rendered` and decoded.
    """
    token = message_token(message, recipient.address)
    head = EmailMessage(policy=SMTP)
    head["Date"] = format_datetime(message.stamp)
    head["Message-ID"] = f"<{token}@{DEPLOYMENT.domain}>"
    head["Auto-Submitted"] = "auto-generated"
    plain, html = (base64.b64decode(rendered.split(b"\r\n\r\n")[place]) for place in (3, 5))
    alternatives = MIMEMultipart("alternative", boundary=f"=2={token}", policy=CRLF)
    alternatives.attach(part("text", "plain", plain, charset="utf-8"))
    alternatives.attach(part("text", "html", html, charset="utf-8"))
    alternatives.attach(part("text", "calendar", ics, method=message.method.value, charset="UTF-8"))
    attachment = part("application", "ics", ics)
    name = f"coaching-session-{message.invitation.number}.ics"
    attachment.add_header("Content-Disposition", "attachment", filename=name)
    body = MIMEMultipart("mixed", boundary=f"=1={token}", policy=CRLF)
    body.attach(alternatives)
    body.attach(attachment)
    return head.as_bytes().removesuffix(b"\r\n") + body.as_bytes(policy=CRLF)


def part(main: str, sub: str, content: bytes, **parameters: str) -> MIMEBase:
    made = MIMEBase(main, sub, policy=CRLF, **parameters)
    made["Content-Transfer-Encoding"] = "base64"
    made.set_payload(base64.encodebytes(content).decode())
    return made


@settings(max_examples=40, deadline=None)
@given(messages(), RECIPIENTS)
def test_emails_are_those_of_the_email_package(message: Message, recipient: Recipient) -> None:
    ics = ics_bytes(message, recipient, DEPLOYMENT, ENGLISH)
    token = "0123456789abcdef" * 2
    found = eml_bytes(message, recipient, DEPLOYMENT, ENGLISH, calendar=ics, reply_token=token)
    start = found.index(b"Date: ")
    assert found[start:] == by_email_package(found, message, recipient, ics)


@settings(max_examples=100, deadline=None)
@given(STARTS, st.integers(1, 600), ZONES)
def test_times_of_many_sessions_read_as_those_of_one(
    start: datetime, minutes: int, name: str
) -> None:
    aware, zone = start.replace(tzinfo=UTC), ZoneInfo(name)
    end = aware + timedelta(minutes=minutes)
    assert time_texts(ENGLISH, aware, end, zone) == (
        ENGLISH.text(format_datetime_range(aware, end, zone)),
        ENGLISH.text(format_short_datetime(aware, zone)),
    )
