"""The programme office's actions on emails: releasing, reviewing, retrying, marking as sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.invitations import dispatch
from api.invitations.delivery_status import FailedMail
from api.invitations.pending import pending_messages
from api.mail.rows import MailRow, MailState
from coach.errors import ConflictError
from tests.api.sending_office import SendingOffice
from tests.mail_server import MailServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

    from api.settings import Settings


API = "/api/v1"
PAIRS = {"C-1": "K-1", "C-2": "K-2"}
MOMENT = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # an hour after the plan was published


def _refused(office_mail: SendingOffice, code: str) -> tuple[FailedMail, ...]:
    """Send all emails while those to one person are rejected, and return the failed emails."""
    office_mail.release_messages()
    address = f"{code.replace('-', '').lower()}@example.org"
    office_mail.server.to_recipient[address] = ["550 5.1.1 No such user"] * 9
    office_mail.send(*office_mail.queue_all())
    return office_mail.post().failed


def _mark(office_mail: SendingOffice, mail_id: str) -> None:
    dispatch.mark_sent_otherwise(office_mail.services, office_mail.cycle_id, mail_id)


def test_a_failed_email_marked_as_sent_is_not_retried(
    office_mail: SendingOffice,
) -> None:
    first, second = _refused(office_mail, "C-1")
    assert (first.number, second.number) == (1, 2)
    assert first.start < second.start
    _mark(office_mail, first.id)
    assert office_mail.post().failed == (second,)
    with office_mail.services.database.reading() as tx:
        assert tx.get_one(MailRow, first.id).state is MailState.SENT_OTHERWISE
        assert tx.get_one(MailRow, first.id).ended_at == MOMENT
        assert tx.get_one(MailRow, second.id).state is MailState.FAILED
        marked = select(AuditRow.object_id).where(AuditRow.action == "mail sent otherwise")
        assert tx.scalars(marked).all() == [first.id]
    with pytest.raises(ConflictError, match="already been marked"):
        _mark(office_mail, first.id)

    office_mail.server.to_recipient.clear()
    assert dispatch.retry_failed(office_mail.services, office_mail.cycle_id).waiting == 1
    with pytest.raises(ConflictError, match="about to send this email"):
        _mark(office_mail, second.id)
    office_mail.send(*office_mail.queue_all())
    assert office_mail.states() == {MailState.SENT: 7, MailState.SENT_OTHERWISE: 1}
    with pytest.raises(ConflictError, match="has already sent this email"):
        _mark(office_mail, second.id)


def test_an_older_time_is_not_retried_after_a_newer_one_was_marked_as_sent(
    office_mail: SendingOffice,
) -> None:
    older = _refused(office_mail, "C-1")
    world = office_mail.world
    world.published(office_mail.cycle_id, world.result(PAIRS, first_day=21))
    failed = _refused(office_mail, "C-1")
    newer = [mail for mail in failed if mail.id not in {mail.id for mail in older}]
    assert len(newer) == len(older) == 2
    for mail in newer:
        _mark(office_mail, mail.id)
    office_mail.server.to_recipient.clear()
    before = len(office_mail.server.taken)
    assert dispatch.retry_failed(office_mail.services, office_mail.cycle_id).waiting == 2
    office_mail.send(*office_mail.queue_all())
    assert len(office_mail.server.taken) == before
    assert office_mail.post().failed == ()


def test_failed_emails_are_marked_as_sent_by_json_and_on_the_page(
    office_mail: SendingOffice, office: httpx.Client
) -> None:
    first, second = _refused(office_mail, "C-1")
    cycle = office_mail.cycle_id
    other = office_mail.world.cycle()
    address = f"{API}/cycles/{cycle}/outbox/post/{first.id}/sent"
    elsewhere = office.post(address.replace(cycle, other))
    assert elsewhere.status_code == HTTPStatus.NOT_FOUND
    assert [mail["id"] for mail in office.post(address).json()["failed"]] == [second.id]
    assert office.post(address).status_code == HTTPStatus.CONFLICT
    page = office.get(f"/cycles/{cycle}/messages").text
    form = f"/cycles/{cycle}/messages/{second.id}/sent"
    assert f'action="{form}"' in page
    assert "Session 2, Wed 3 Feb 2027, 09:00 CET" in page
    assert office.post(form).headers["location"] == f"/cycles/{cycle}/messages"
    assert "could not be delivered" not in office.get(f"/cycles/{cycle}/messages").text


@pytest.mark.parametrize("place", ["", "/sessions"])
def test_recipients_of_failed_emails_are_shown_only_if_the_audit_trail_records_it(
    office_mail: SendingOffice, office: httpx.Client, place: str
) -> None:
    first, _ = _refused(office_mail, "C-1")
    page = office.get(f"/cycles/{office_mail.cycle_id}{place}").text
    assert "2 emails could not be delivered" in page
    assert f'"/cycles/{office_mail.cycle_id}/messages"' in page
    assert first.address not in page
    assert str(first.problem) not in page
    assert first.address in office.get(f"/cycles/{office_mail.cycle_id}/messages").text
    with office_mail.services.database.reading() as tx:
        noted = select(AuditRow.object_id).where(AuditRow.action == "messages opened")
        assert tx.scalars(noted).all() == [office_mail.cycle_id]


def test_released_messages_can_be_marked_as_sent_after_email_was_disabled(
    office_mail: SendingOffice,
) -> None:
    cycle_id, services = office_mail.cycle_id, office_mail.services
    office_mail.release_messages()
    jobs = office_mail.queue_all()
    assert pending_messages(services, cycle_id).ready == 0
    without_mail = replace(services, settings=office_mail.world.services.settings)
    assert pending_messages(without_mail, cycle_id).ready == 8, "email has been disabled"
    assert dispatch.mark_sent(without_mail, cycle_id, services.now()) == 8
    office_mail.send(*jobs)
    assert office_mail.server.taken == []
    assert office_mail.states() == {MailState.SENT_OTHERWISE: 8}


def test_without_a_mail_server_messages_are_marked_as_sent_and_not_released(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    address = f"{API}/cycles/{cycle_id}/outbox"
    until = office.get(f"{address}/waiting").json()["until"]
    refused = office.post(f"{address}/post", json={"until": until})
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "GENDER_COACH_MAIL__HOST" in refused.json()["detail"]
    assert office.post(f"{address}/post/retry").status_code == HTTPStatus.CONFLICT
    early = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
    assert office.post(f"{address}/sent", json={"until": early}).json() == {"messages": 0}
    assert office.post(f"{address}/sent", json={"until": until}).json() == {"messages": 8}
    assert office.get(f"{address}/waiting").json()["ready"] == 0


def test_pages_show_who_sends_messages_and_require_a_review(
    world: World,
    client: httpx.Client,
    server: MailServer,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    settings = world.services.settings.model_copy(update={"mail": server.settings})
    with serve(settings) as sends:
        for page in (client, sends):
            page.headers["Sec-Fetch-Site"] = "same-origin"
            world.sign_in(page)
        without, where_on = (
            page.get(f"/cycles/{cycle_id}/messages").text for page in (client, sends)
        )
        assert "This server does not send email" in without
        assert "Send all 8 now" not in without
        assert "No invitations to these sessions have been sent yet" in where_on
        assert "Send all 8 now" in where_on
        (until,) = {part.partition('"')[0] for part in where_on.split('name="until" value="')[1:]}
        sent = sends.post(f"/cycles/{cycle_id}/messages/send", data={"until": until})
        assert sent.status_code == HTTPStatus.SEE_OTHER
        assert "0 of 8 emails sent" in sends.get(sent.headers["location"]).text
        retried = client.post(f"/cycles/{cycle_id}/messages/retry")
        assert retried.status_code == HTTPStatus.CONFLICT
    assert server.taken == [], "this server has no worker"
