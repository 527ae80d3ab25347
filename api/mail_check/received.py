"""Checks the source of an email as received."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parseaddr
from enum import StrEnum
from typing import Any

from authres import AuthenticationResultsHeader, AuthResError
from icalendar import Calendar

from api.mail_check import facts
from api.organisation import Organisation
from api.replies.reading.mail_structure import (
    MailStructure,
    TooLargeError,
    TooNestedError,
    UnreadableError,
)
from api.values import FrozenModel
from coach.errors import InvalidValueError
from coach.texts.facts import Displayed

_RESULTS = "Authentication-Results"
_PASS = "pass"  # noqa: S105 - a result
_SIGNING_DOMAINS = {("header", "d"), ("header", "i")}


class Outcome(StrEnum):
    """The outcome of one check of an email's source."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


class Finding(FrozenModel):
    """A finding, with advice if it is a problem."""

    outcome: Outcome
    text: Displayed


def check_source(source: bytes, organisation: Organisation) -> tuple[Finding, ...]:
    """Check the source of a test email, or only its headers.

    The results of SPF, DKIM and DMARC are read from the topmost `Authentication-Results` header,
    which the receiving server wrote.

    Raises:
        InvalidValueError: the text is not the source of an email.
    """
    try:
        mail = MailStructure(source.lstrip())
    except (TooLargeError, TooNestedError, UnreadableError) as error:
        raise InvalidValueError(facts.UNREADABLE()) from error
    if len(mail.senders) != 1:
        raise InvalidValueError(facts.UNREADABLE())
    domain = _domain(mail.senders[0])
    return (
        _sender(mail.senders[0], organisation),
        _envelope(mail, domain),
        *_authentication(mail, domain),
        _invitation(mail, organisation),
    )


def _sender(address: str, organisation: Organisation) -> Finding:
    expected = organisation.organiser_address.casefold()
    if _without_token(address) == expected:
        return Finding(outcome=Outcome.GOOD, text=facts.SENDER(address=address))
    return Finding(outcome=Outcome.BAD, text=facts.OTHER_SENDER(address=address, expected=expected))


def _envelope(mail: MailStructure, domain: str) -> Finding:
    found = _domain(parseaddr(mail.header("Return-Path"))[1].casefold())
    if not found:
        return Finding(outcome=Outcome.UNKNOWN, text=facts.NO_ENVELOPE())
    if found == domain:
        return Finding(outcome=Outcome.GOOD, text=facts.ENVELOPE(domain=domain))
    return Finding(outcome=Outcome.BAD, text=facts.OTHER_ENVELOPE(domain=found, expected=domain))


def _authentication(mail: MailStructure, domain: str) -> Iterator[Finding]:
    results = _results(mail)
    for method in ("spf", "dkim", "dmarc"):
        found = [one for one in results if str(one.method).lower() == method]
        name = method.upper()
        if not found:
            yield Finding(outcome=Outcome.UNKNOWN, text=facts.NO_RESULTS(method=name))
        elif any(_passes(one, domain) for one in found):
            yield Finding(
                outcome=Outcome.GOOD, text=facts.AUTHENTICATED(method=name, domain=domain)
            )
        else:
            stated = ", ".join(sorted({str(one.result).lower() for one in found}))
            yield Finding(
                outcome=Outcome.BAD,
                text=facts.NOT_AUTHENTICATED(method=name, domain=domain, result=stated),
            )


def _results(mail: MailStructure) -> list[Any]:
    """Return the results in the topmost `Authentication-Results` header, if it is valid."""
    top = mail.header(_RESULTS)
    if not top:
        return []
    try:
        return list(AuthenticationResultsHeader.parse(f"{_RESULTS}: {top}").results)
    except (AuthResError, ValueError, IndexError, TypeError, AttributeError):
        return []


def _passes(result: Any, domain: str) -> bool:  # noqa: ANN401 - a result of authres
    """Return whether a result is a pass that applies to `domain`.

    A DKIM result that names a signing domain applies to this domain and the domains below it.
    """
    if str(result.result).lower() != _PASS:
        return False
    if str(result.method).lower() != "dkim":
        return True
    signers = {
        _domain(f"@{one.value}".casefold())
        for one in result.properties
        if (one.type, one.name) in _SIGNING_DOMAINS
    }
    return not signers or any(
        domain == signer or domain.endswith(f".{signer}") for signer in signers
    )


def _invitation(mail: MailStructure, organisation: Organisation) -> Finding:
    if not organisation.attach_ics:
        return Finding(outcome=Outcome.GOOD, text=facts.NO_CALENDAR_SENT())
    if not any(part.content.strip() for part in mail.parts):
        return Finding(outcome=Outcome.UNKNOWN, text=facts.ONLY_HEADERS())
    parts = mail.parts_of("text/calendar")
    if not parts:
        return Finding(outcome=Outcome.BAD, text=facts.NO_INVITATION())
    try:
        calendar = Calendar.from_ical(parts[0].content)
        intact = parts[0].method == str(calendar.get("method", "")).upper() == "REQUEST"
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):
        intact = False
    if not intact:
        return Finding(outcome=Outcome.BAD, text=facts.CHANGED_INVITATION())
    return Finding(outcome=Outcome.GOOD, text=facts.INVITATION())


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _without_token(address: str) -> str:
    local, _, domain = address.partition("@")
    return f"{local.partition('+')[0]}@{domain}"
