"""Checks the invitations in a results folder line by line against `result.json`.

The check shares no code with the writer. A calendar object may contain only the properties listed
below, so that an assistant who can see the calendar never sees text entered by a user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from itertools import chain
from pathlib import Path

from api.results.result_folder import ResultFolder
from coach.people import Person
from coach.sessions import Session
from matching.auditor import Finding

_EVENT = frozenset(
    {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS", "CLASS"}
    | {"ORGANIZER", "ATTENDEE"}
)
_ALARM = frozenset({"ACTION", "DESCRIPTION", "TRIGGER"})
_CALENDAR = frozenset({"PRODID", "VERSION", "METHOD"})
_ALLOWED = {"VCALENDAR": _CALENDAR, "VEVENT": _EVENT, "VALARM": _ALARM}


@dataclass(frozen=True, slots=True)
class _ExpectedInvitation:
    """An expected invitation: recipient, other person, session, and number of sessions."""

    person: Person
    other: Person
    session: Session
    count: int

    @property
    def expected_summary(self) -> str:
        return f"Coaching session {self.session.number} of {self.count}"


def invitation_findings(folder: Path, found: ResultFolder) -> Iterator[Finding]:
    """Check that each person has exactly one `.ics` and one `.eml` file for each session."""
    expected = _expected_invitations(found)
    names = {path.stem for path in folder.iterdir()}
    for name in sorted(names):
        about = f"invites/{name}"
        ics, eml = folder / f"{name}.ics", folder / f"{name}.eml"
        missing = [path.suffix for path in (ics, eml) if not path.is_file()]
        if missing:
            yield Finding(about, f"has no {missing[0]} file")
            continue
        calendar = ics.read_bytes()
        lines = [*_lines(calendar)]
        key = _value(lines, "UID"), _address(_value(lines, "ATTENDEE"))
        if not expected.get(key):
            yield Finding(about, "does not belong to any person and session in this result")
            continue
        one = expected[key].pop()
        for fault in (*_calendar(lines, one), *_mail(eml.read_bytes(), calendar, one)):
            yield Finding(about, fault)
    for one in chain.from_iterable(expected.values()):
        number = one.session.number
        yield Finding("invites", f"has no invitation for {one.person.id} to session {number}")


def _expected_invitations(found: ResultFolder) -> dict[tuple[str, str], list[_ExpectedInvitation]]:
    """Return the expected invitations by uid and email address, which two people may share."""
    roster = found.inputs.roster
    coachees = {one.id: one for one in roster.coachees}
    coaches = {one.id: one for one in roster.coaches}
    expected: dict[tuple[str, str], list[_ExpectedInvitation]] = {}
    for match in found.result.matches:
        coachee, coach = coachees.get(match.coachee), coaches.get(match.coach)
        if coachee is None or coach is None:
            continue  # reported by the audit of the result
        for person, other in ((coachee, coach), (coach, coachee)):
            for session in match.sessions:
                key = session.uid, person.email.casefold()
                one = _ExpectedInvitation(person, other, session, len(match.sessions))
                expected.setdefault(key, []).append(one)
    return expected


def _lines(calendar: bytes) -> Iterator[tuple[str, str, str]]:
    """Yield the component, name and value of each unfolded content line."""
    text = calendar.decode("utf-8", "replace").replace("\r\n", "\n")
    inside: list[str] = []
    for line in re.sub(r"\n[ \t]", "", text).splitlines():
        name, value = _split_line(line)
        if name == "BEGIN":
            inside.append(value)
        yield inside[-1] if inside else "", name, value
        if name == "END" and inside:
            inside.pop()


def _split_line(line: str) -> tuple[str, str]:
    """Return a content line's name and value; quoted parameters may contain colons."""
    found = re.match(r'([^;:]*)((?:;[^=]*=(?:"[^"]*"|[^";:])*)*):(.*)', line)
    return (found[1].upper(), found[3]) if found else (line, "")


def _value(lines: list[tuple[str, str, str]], expected: str) -> str:
    return next((value for _, name, value in lines if name == expected), "")


def _address(value: str) -> str:
    return value.casefold().removeprefix("mailto:")


def _calendar(lines: list[tuple[str, str, str]], one: _ExpectedInvitation) -> Iterator[str]:
    start, end = (instant.astimezone(UTC) for instant in (one.session.start, one.session.end))
    required = {"METHOD": "REQUEST", "DTSTART": _stamp(start), "DTEND": _stamp(end)}
    for name, value in required.items():
        if (actual := _value(lines, name)) != value:
            yield f"{name} is {actual or 'missing'} instead of {value}"
    if [value for _, name, value in lines if name == "ATTENDEE"][1:]:
        yield "has more than one ATTENDEE"
    if _address(_value(lines, "ORGANIZER")) in {one.person.email.casefold(), _other(one)}:
        yield "its ORGANIZER is the coachee or the coach"
    for component, name, value in lines:
        if name not in {"BEGIN", "END", *_ALLOWED.get(component, frozenset())}:
            yield f"contains {name}, which does not belong in an invitation"
        if name in {"SUMMARY", "DESCRIPTION"} and value != one.expected_summary:
            yield f"{name} is {value!r} instead of the neutral {one.expected_summary!r}"


def _stamp(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%M%SZ}"


def _other(one: _ExpectedInvitation) -> str:
    return one.other.email.casefold()


def _mail(content: bytes, calendar: bytes, one: _ExpectedInvitation) -> Iterator[str]:
    mail = message_from_bytes(content, policy=policy.default)
    to = [address.casefold() for _, address in getaddresses(mail.get_all("To", []))]
    if to != [one.person.email.casefold()] or mail["Cc"] or mail["Bcc"]:
        yield f"its email goes to {', '.join(to) or 'nobody'} instead of to {one.person.email} only"
    if one.expected_summary not in str(mail["Subject"]):
        yield f"its email has the wrong subject, {mail['Subject']!r}"
    parts = [part for part in mail.walk() if not part.is_multipart()]
    if {part.get_content_type() for part in parts} != {
        *("text/plain", "text/html", "text/calendar", "application/ics"),
    }:
        yield "its email has parts other than text, HTML, calendar and attachment"
    for part in parts:
        yield from _part(part, calendar, one)


def _part(part: EmailMessage, calendar: bytes, one: _ExpectedInvitation) -> Iterator[str]:
    body = part.get_payload(decode=True)
    content = body if isinstance(body, bytes) else b""
    if part.get_content_type() in {"text/calendar", "application/ics"}:
        if content != calendar:
            yield f"its email contains another calendar object ({part.get_content_type()})"
        return
    text = content.decode("utf-8", "replace")
    if one.expected_summary not in text:
        yield f"the {part.get_content_type()} part of its email does not name the session"
    if one.other.email and _other(one) in text.casefold():
        yield f"the {part.get_content_type()} part of its email contains the other person's address"
