"""The check of outgoing email, applied to the sources of received emails."""

from __future__ import annotations

from email import message_from_bytes
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from api.http.urls import API
from api.mail_check.received import Outcome, check_source
from api.mail_check.service import TestRecipient, send_test_invitation
from api.organisation import Organisation
from coach.errors import ConflictError, InvalidValueError
from tests.texts import ENGLISH

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from conftest import Command, World

    from tests.mail_server import MailServer

HOUSE = Organisation()
DOMAIN = HOUSE.organiser_address.partition("@")[2]
PASSES = (
    f"Authentication-Results: mx.ministry.example; spf=pass smtp.mailfrom={DOMAIN};\r\n"
    f" dkim=pass header.d={DOMAIN}; dmarc=pass header.from={DOMAIN}\r\n"
)
ENVELOPE = f"Return-Path: <{HOUSE.organiser_address}>\r\n"


@pytest.fixture
def sent(world: World, server: MailServer) -> str:
    """Return the test invitation as the mail server received it."""
    services = world.with_settings(mail=server.settings)
    send_test_invitation(services, TestRecipient(address="me@ministry.example"))
    (taken,) = server.taken
    assert taken.recipient == "me@ministry.example"
    return taken.content.decode()


def found(source: str, house: Organisation = HOUSE) -> dict[str, Outcome]:
    """Return the outcome of each of the six findings, keyed by the finding's text."""
    findings = check_source(source.encode(), house)
    assert len(findings) == 6
    return {ENGLISH.text(one.text): one.outcome for one in findings}


def outcomes(source: str, house: Organisation = HOUSE) -> list[Outcome]:
    return list(found(source, house).values())


def test_invitation_that_arrived_unchanged_and_authenticated_is_in_order(sent: str) -> None:
    assert outcomes(PASSES + ENVELOPE + sent) == [Outcome.GOOD] * 6


@pytest.mark.parametrize(
    ("result", "number"),
    [
        (PASSES.replace("spf=pass", "spf=softfail"), 2),
        (PASSES.replace("dkim=pass", "dkim=fail"), 3),
        (PASSES.replace(f"header.d={DOMAIN}", "header.d=relay.example"), 3),
        (PASSES.replace("dmarc=pass", "dmarc=fail"), 4),
    ],
)
def test_failed_authentication_is_reported(sent: str, result: str, number: int) -> None:
    assert outcomes(result + ENVELOPE + sent) == [
        Outcome.BAD if place == number else Outcome.GOOD for place in range(6)
    ]


def test_results_below_those_of_the_receiver_are_not_trusted(sent: str) -> None:
    top = "Authentication-Results: mx.ministry.example; none\r\n"
    assert outcomes(top + PASSES + ENVELOPE + sent)[2:5] == [Outcome.UNKNOWN] * 3


def test_other_sender_and_other_envelope_are_reported(sent: str) -> None:
    changed = sent.replace(HOUSE.organiser_address, "relay@other.example")
    report = found("Return-Path: <bounce@other.example>\r\n" + PASSES + changed)
    assert next(iter(report.values())) is Outcome.BAD
    assert any("relay@other.example instead of" in text for text in report)
    moved = outcomes(PASSES + "Return-Path: <bounce@other.example>\r\n" + sent)
    assert moved[:2] == [Outcome.GOOD, Outcome.BAD]


def test_removed_or_changed_calendar_part_is_reported_unless_none_is_sent(sent: str) -> None:
    mail = message_from_bytes(sent.encode())
    (alternatives, _attachment) = mail.get_payload()
    removed = alternatives.get_payload().pop()
    without = mail.as_string()
    assert outcomes(PASSES + ENVELOPE + without)[5] is Outcome.BAD
    plain = HOUSE.model_copy(update={"attach_ics": False})
    assert outcomes(PASSES + ENVELOPE + without, plain)[5] is Outcome.GOOD
    removed.set_param("method", "PUBLISH")
    alternatives.get_payload().append(removed)
    assert outcomes(PASSES + ENVELOPE + mail.as_string())[5] is Outcome.BAD


def test_headers_alone_leave_the_invitation_unknown(sent: str) -> None:
    headers = sent.partition("\r\n\r\n")[0]
    assert outcomes(PASSES + ENVELOPE + headers)[5] is Outcome.UNKNOWN


@pytest.mark.parametrize("source", ["", "hello", "From: a@b.example, c@d.example\r\n\r\nx"])
def test_text_that_is_not_a_source_is_refused(source: str) -> None:
    with pytest.raises(InvalidValueError):
        check_source(source.encode(), HOUSE)


def test_server_without_email_sends_no_test(world: World) -> None:
    with pytest.raises(ConflictError):
        send_test_invitation(world.services, TestRecipient(address="me@ministry.example"))


def test_page_and_program_show_the_same_findings(office: httpx.Client, sent: str) -> None:
    source = PASSES + ENVELOPE + sent
    page = office.post("/mail-check/received", data={"source": source})
    answer = office.post(f"{API}/mail-check/received", json={"source": source})
    assert page.text.count(">in order<") == 6
    assert [one["outcome"] for one in answer.json()] == ["good"] * 6
    for one in answer.json():
        assert one["text"] in page.text


def test_page_keeps_what_was_pasted_if_it_is_not_a_source(office: httpx.Client) -> None:
    page = office.post("/mail-check/received", data={"source": "Hello <b>"})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Hello &lt;b&gt;" in page.text


def test_command_checks_a_file_and_fails_if_there_is_a_problem(
    world: World,
    gender_coach: Command,
    sent: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", world.services.settings.database_url)
    file = tmp_path / "received.eml"
    file.write_bytes((PASSES + ENVELOPE + sent).encode())
    options = ("mail", "check", "--data", tmp_path / "data", "--received", file)
    good = gender_coach(*options)
    assert (good.code, good.out.count("+ ")) == (0, 6)
    file.write_bytes((PASSES.replace("spf=pass", "spf=fail") + ENVELOPE + sent).encode())
    bad = gender_coach(*options)
    assert bad.code == 4
    assert "! SPF does not pass" in bad.out
    assert gender_coach("mail", "check", "--data", tmp_path / "data").code == 2
    file.unlink()
    lost = gender_coach(*options)
    assert (lost.code, lost.err) == (2, f"{file}:1:file: there is no such file\n")
