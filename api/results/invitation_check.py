"""Checks the invitations in a results folder line by line against `result.json`.

The check shares no code with the writer. A calendar object may contain only the properties that
this module lists, so that an aide who can see the calendar never sees text entered by a user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import getaddresses
from functools import cache
from itertools import chain
from pathlib import Path

from api.calendar.facts import numbered_session
from api.results import check_facts as facts
from api.results.result_folder import ResultFolder
from api.texts.catalogues import all_renderers
from coach.people import Person
from coach.sessions import Session
from coach.texts.facts import Fact
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
    """An expected invitation: recipient, other person, session, and length of the series."""

    person: Person
    other: Person
    session: Session
    count: int

    @property
    def summaries(self) -> tuple[str, ...]:
        """The neutral title of the session, in each language that a folder can be written in."""
        return _session_titles(self.session.number, self.count)


@cache
def _session_titles(number: int, count: int) -> tuple[str, ...]:
    title = numbered_session(number, count)
    return tuple(texts.text(title) for texts in all_renderers())


def invitation_findings(folder: Path, found: ResultFolder) -> Iterator[Finding]:
    """Yield a finding for each missing or incorrect invitation to a session.

    Each invitation is an `.ics` and an `.eml` file. Unexpected files are also reported.
    """
    expected = _expected_invitations(found)
    names = {path.stem for path in folder.iterdir()}
    for name in sorted(names):
        about = f"invites/{name}"
        ics, eml = folder / f"{name}.ics", folder / f"{name}.eml"
        missing = [path.suffix for path in (ics, eml) if not path.is_file()]
        if missing:
            yield Finding(about, facts.NO_FILE(suffix=missing[0]))
            continue
        calendar = ics.read_bytes()
        lines = [*_lines(calendar)]
        key = _value(lines, "UID"), _address(_value(lines, "ATTENDEE"))
        if not expected.get(key):
            yield Finding(about, facts.NOT_EXPECTED())
            continue
        one = expected[key].pop()
        for fault in (*_calendar(lines, one), *_mail(eml.read_bytes(), calendar, one)):
            yield Finding(about, fault)
    for one in chain.from_iterable(expected.values()):
        yield Finding("invites", facts.no_invitation(one.person.id, one.session.number))


def _expected_invitations(found: ResultFolder) -> dict[tuple[str, str], list[_ExpectedInvitation]]:
    """Return the expected invitations, keyed by uid and email address (which may be shared)."""
    roster = found.inputs.roster
    coachees = {one.id: one for one in roster.coachees}
    coaches = {one.id: one for one in roster.coaches}
    expected: dict[tuple[str, str], list[_ExpectedInvitation]] = {}
    for match in found.result.matches:
        count = max((one.number for one in match.sessions), default=0)
        coachee, coach = coachees.get(match.coachee), coaches.get(match.coach)
        if coachee is None or coach is None:
            continue  # reported by the audit of the result
        for person, other in ((coachee, coach), (coach, coachee)):
            for session in match.sessions:
                key = session.uid, person.email.casefold()
                one = _ExpectedInvitation(person, other, session, count)
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


def _calendar(lines: list[tuple[str, str, str]], one: _ExpectedInvitation) -> Iterator[Fact]:
    start, end = (instant.astimezone(UTC) for instant in (one.session.start, one.session.end))
    required = {"METHOD": "REQUEST", "DTSTART": _stamp(start), "DTEND": _stamp(end)}
    for name, value in required.items():
        actual = _value(lines, name)
        if not actual:
            yield facts.PROPERTY_MISSING(property=name, expected=value)
        elif actual != value:
            yield facts.PROPERTY_DIFFERS(property=name, value=actual, expected=value)
    if [value for _, name, value in lines if name == "ATTENDEE"][1:]:
        yield facts.SEVERAL_ATTENDEES()
    if _address(_value(lines, "ORGANIZER")) in {one.person.email.casefold(), _other(one)}:
        yield facts.WRONG_ORGANIZER()
    for component, name, value in lines:
        if name not in {"BEGIN", "END", *_ALLOWED.get(component, frozenset())}:
            yield facts.FORBIDDEN_PROPERTY(property=name)
        if name in {"SUMMARY", "DESCRIPTION"} and value not in one.summaries:
            yield facts.NOT_NEUTRAL(
                property=name, value=repr(value), expected=repr(one.summaries[0])
            )


def _stamp(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%M%SZ}"


def _other(one: _ExpectedInvitation) -> str:
    return one.other.email.casefold()


def _mail(content: bytes, calendar: bytes, one: _ExpectedInvitation) -> Iterator[Fact]:
    # With the default policy, all headers of all parts are parsed: this takes ten times as long.
    mail = message_from_bytes(content, policy=policy.compat32)
    subject = policy.default.header_fetch_parse("Subject", str(mail["Subject"] or ""))
    to = [address.casefold() for _, address in getaddresses(mail.get_all("To", []))]
    if to != [one.person.email.casefold()] or mail["Cc"] or mail["Bcc"]:
        expected = one.person.email
        if to:
            yield facts.OTHER_RECIPIENTS(actual=to, expected=expected)
        else:
            yield facts.NO_RECIPIENT(expected=expected)
    if not _names_session(subject, one):
        yield facts.WRONG_SUBJECT(subject=repr(subject))
    parts = [part for part in mail.walk() if not part.is_multipart()]
    if {part.get_content_type() for part in parts} != {
        *("text/plain", "text/html", "text/calendar", "application/ics"),
    }:
        yield facts.OTHER_PARTS()
    for part in parts:
        yield from _part(part, calendar, one)


def _part(part: Message, calendar: bytes, one: _ExpectedInvitation) -> Iterator[Fact]:
    body = part.get_payload(decode=True)
    content = body if isinstance(body, bytes) else b""
    kind = part.get_content_type()
    if kind in {"text/calendar", "application/ics"}:
        if content != calendar:
            yield facts.OTHER_CALENDAR(part=kind)
        return
    text = content.decode("utf-8", "replace")
    if not _names_session(text, one):
        yield facts.NO_SESSION_NAMED(part=kind)
    if one.other.email and contains_address(text, one.other.email):
        yield facts.OTHER_ADDRESS(part=kind)


def contains_address(text: str, address: str) -> bool:
    """Return whether an email address occurs in a text, other than as part of a longer one."""
    alone = rf"(?<![\w.+%-]){re.escape(address)}(?![\w-]|\.\w)"
    found = address.casefold() in text.casefold()
    return found and re.search(alone, text, re.IGNORECASE) is not None


def _names_session(text: str, one: _ExpectedInvitation) -> bool:
    return any(summary in text for summary in one.summaries)
