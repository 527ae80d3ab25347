"""Directly written headers are identical to the output of the `email` package."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.calendar.mail_headers import address_header, reply_to_header, subject_header

ALPHABET = "aZ09 -_.,:'()+\"@é"


def parsed(header: str, value: object) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail[header] = value
    return mail.as_bytes().removesuffix(b"\r\n")


@settings(max_examples=50, deadline=None)
@given(st.text(ALPHABET, min_size=1, max_size=90).map(lambda text: " ".join(text.split())))
def test_subject_is_that_of_the_email_package(subject: str) -> None:
    assert subject_header(subject) == parsed("Subject", subject)


@settings(max_examples=50, deadline=None)
@given(
    st.text(ALPHABET, min_size=1, max_size=60).map(lambda text: " ".join(text.split())),
    st.text("aZ09-_+.", min_size=1, max_size=20).map(lambda text: f"a{text.replace('..', '.')}z"),
)
def test_address_is_that_of_the_email_package(name: str, mailbox: str) -> None:
    address = f"{mailbox.replace('..', '.')}@example.org"
    expected = Address(display_name=name, addr_spec=address)
    assert address_header("To", name, address) == parsed("To", expected)
    assert reply_to_header(address) == parsed("Reply-To", address)


@pytest.mark.parametrize("length", [67, 68, 69, 70, 71])
def test_subject_of_about_a_line_is_folded_as_by_the_email_package(length: int) -> None:
    subject = ("word " * 20)[:length].strip()
    assert subject_header(subject) == parsed("Subject", subject)
