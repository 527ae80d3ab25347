"""Checks whether the receiving mail server has authenticated an email's sender (RFC 8601)."""

from __future__ import annotations

from collections.abc import Sequence

from authres import AuthenticationResultsHeader, AuthResError

from api.replies.reading.mail_structure import MailStructure

_HEADER = "Authentication-Results"


def has_authenticated_sender(mail: MailStructure, server: str) -> bool:
    """Return whether `server` states that the domain of the only sender has passed DMARC.

    Anybody can write such a header, and mail servers add theirs at the top. The first header
    therefore has to be from `server` (its authserv-id), and no other header from `server` may
    contradict it.
    """
    if not server or len(mail.senders) != 1 or len(mail.headers("From")) != 1:
        return False
    headers = [_parsed(value) for value in mail.headers(_HEADER)]
    if not headers or headers[0] is None or not _is_of(headers[0], server):
        return False
    own = [_dmarc(one) for one in headers if one is not None and _is_of(one, server)]
    domain = mail.senders[0].rpartition("@")[2]
    return bool(own[0]) and all(
        result == "pass" and stated in {"", domain} for results in own for result, stated in results
    )


def _parsed(value: str) -> AuthenticationResultsHeader | None:
    try:
        return AuthenticationResultsHeader.parse(f"{_HEADER}: {value}")
    except (AuthResError, ValueError, IndexError, TypeError, AttributeError):
        return None


def _is_of(header: AuthenticationResultsHeader, server: str) -> bool:
    return str(header.authserv_id).casefold() == server.casefold()


def _dmarc(header: AuthenticationResultsHeader) -> Sequence[tuple[str, str]]:
    """Return each DMARC result, and the From domain for which it is stated."""
    return [
        (str(one.result).lower(), _stated_domain(one.properties))
        for one in header.results
        if str(one.method).lower() == "dmarc"
    ]


def _stated_domain(properties: Sequence[object]) -> str:
    for one in properties:
        if (getattr(one, "type", ""), getattr(one, "name", "")) == ("header", "from"):
            return str(getattr(one, "value", "")).casefold()
    return ""
