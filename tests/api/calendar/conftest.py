"""Fixtures: a message, its recipient, and a strict check of calendar objects (RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from api.calendar.recipient import Recipient
from coach.invitations import Invitation, Message, Method


@pytest.fixture
def recipient() -> Recipient:
    return Recipient('Ana "Anči" Žižek-Đorđević', "ana@example.org", ZoneInfo("Europe/Podgorica"))


@pytest.fixture
def make_message() -> Callable[..., Message]:
    def make(method: Method = Method.REQUEST, sequence: int = 0, **changes: object) -> Message:
        facts = {
            "uid": "0f3a5c9e",
            "number": 2,
            "count": 6,
            "start": datetime(2027, 7, 5, 7, 0, tzinfo=UTC),
            "end": datetime(2027, 7, 5, 8, 30, tzinfo=UTC),
        }
        return Message(
            method=method,
            invitation=Invitation.model_validate({**facts, **changes}),
            sequence=sequence,
            stamp=datetime(2027, 1, 4, 8, 0, 30, tzinfo=UTC),
            asks_again=method is Method.REQUEST,
        )

    return make


@pytest.fixture
def message(make_message: Callable[..., Message]) -> Message:
    return make_message()


@pytest.fixture
def later(make_message: Callable[..., Message]) -> Message:
    start = datetime(2027, 7, 6, 7, 0, tzinfo=UTC)
    return make_message(sequence=1, start=start, end=start + timedelta(minutes=90))


@pytest.fixture
def check_bytes() -> Callable[[bytes], list[str]]:
    """Return a function that checks the line format (RFC 5545, 3.1) and returns unfolded lines."""

    def check(ics: bytes) -> list[str]:
        assert ics.endswith(b"END:VCALENDAR\r\n")
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", ics), "a bare CR or LF"
        physical = ics.split(b"\r\n")
        assert max(map(len, physical)) <= 75, "a line of more than 75 octets"
        for line in physical:
            line.decode()  # folding must not split a character
            assert not any(octet < 0x20 and octet != 0x09 for octet in line)
        assert b"TZID" not in ics
        assert b"VTIMEZONE" not in ics
        assert b"CALSCALE" not in ics
        assert b"RRULE" not in ics
        return re.sub(rb"\r\n[ \t]", b"", ics).decode().split("\r\n")

    return check
