"""Delivery of emails: sent once, retried, failed or dropped, and never lost."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text, update

from api.accounts import credentials
from api.background.job_type import JobContext, WorkerShutdownError
from api.background.queue import JobQueue
from api.background.worker import Worker
from api.http.principal import AccessRole, Principal
from api.invitations import dispatch
from api.job_types import JOB_TYPES
from api.mail.job import MailJob, mail_job_types
from api.mail.rows import MailRow, MailState
from api.mail_registry import MAIL_REGISTRY
from api.participants import rosters, upload
from api.participants.rows import PersonRow, Side
from api.personal_links import links, one_time_codes
from api.personal_links.one_time_codes import CodePurpose
from tests.api.sending_office import SendingOffice
from tests.mail_server import BROKEN, MailServer, mail_server
from tests.ports import free_port

if TYPE_CHECKING:
    import httpx
    from conftest import World


API = "/api/v1"
PAIRS = {"C-1": "K-1", "C-2": "K-2"}
SECONDS = 40
MOMENT = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # an hour after the plan was published


def test_messages_are_sent_once_after_release(
    office_mail: SendingOffice,
) -> None:
    assert office_mail.queue_all() == []
    assert office_mail.release_messages() == 8
    assert office_mail.release_messages() == 0, "releasing again releases nothing"
    jobs = office_mail.queue_all()
    assert len(jobs) == 8
    assert {job.partition for job in jobs} == {"example.org"}
    office_mail.send(*jobs, *jobs)
    assert Counter(taken.recipient for taken in office_mail.server.taken) == {
        f"{code}@example.org": 2 for code in ("c1", "c2", "k1", "k2")
    }
    assert set(office_mail.server.times().values()) == {1}
    post = office_mail.post()
    assert (post.waiting, post.sent, post.failed, post.trouble) == (0, 8, (), "")
    with office_mail.services.database.reading() as tx:
        assert set(tx.scalars(select(MailRow.state))) == {MailState.SENT}


def test_released_emails_to_a_domain_are_queued_one_after_the_other(
    office_mail: SendingOffice,
) -> None:
    office_mail.release_messages()
    for sent in range(8):
        assert len(office_mail.jobs) == sent + 1
        office_mail.send(office_mail.jobs[-1])
    assert office_mail.states() == {MailState.SENT: 8}
    assert len({job.id for job in office_mail.jobs}) == len(office_mail.jobs) == 8


def test_code_is_queued_immediately_and_before_waiting_invitations(
    office_mail: SendingOffice,
) -> None:
    office_mail.release_messages()
    (first,) = office_mail.jobs
    _send_code(office_mail)
    _, code = office_mail.jobs
    assert code.priority < first.priority
    office_mail.send(first)
    assert office_mail.jobs == [first, code], (
        "the code's job will queue the next email to the domain"
    )
    office_mail.send(code)
    assert len(office_mail.jobs) == 3
    office_mail.send_all()
    assert office_mail.states() == {MailState.SENT: 9}


def test_other_emails_are_sent_while_one_waits_for_its_retry(office_mail: SendingOffice) -> None:
    office_mail.release_messages()
    office_mail.server.to_recipient["c1@example.org"] = ["450 Greylisted"] * 2
    for job in office_mail.jobs:  # each queues the next one
        if not job.delay:
            office_mail.send(job)
    assert office_mail.states() == {MailState.SENT: 6, MailState.WAITING: 2}
    assert sum(bool(job.delay) for job in office_mail.jobs) == 2
    office_mail.send_all()
    assert office_mail.states() == {MailState.SENT: 8}


def test_the_next_email_is_queued_after_the_queued_one_was_erased(
    office_mail: SendingOffice,
) -> None:
    office_mail.release_messages()
    (first,) = office_mail.jobs
    with office_mail.services.database.writing() as tx:
        tx.delete(tx.get_one(MailRow, first.subject_id.partition(".")[0]))
    office_mail.send_all()
    assert office_mail.states() == {MailState.SENT: 7}


def test_emails_released_by_an_earlier_version_are_queued_by_its_job(
    office_mail: SendingOffice,
) -> None:
    office_mail.release_messages()
    with office_mail.services.database.writing() as tx:
        tx.execute(update(MailRow).values(queued_at=None))
    office_mail.jobs.clear()
    (job_type,) = (one for one in mail_job_types(MAIL_REGISTRY) if one.name == "post")
    queue = job_type.create_handler(JobContext(office_mail.services, "worker@1"))
    queue("anything")
    queue("anything")
    assert len(office_mail.jobs) == 1
    office_mail.send_all()
    assert set(office_mail.server.times().values()) == {1}
    assert office_mail.states() == {MailState.SENT: 8}


def test_email_that_cannot_be_composed_fails_visibly_and_others_are_sent(
    office_mail: SendingOffice,
) -> None:
    office_mail.release_messages()
    with office_mail.services.database.writing() as tx:
        tx.execute(update(PersonRow).where(PersonRow.code == "C-1").values(timezone="Not/AZone"))
    office_mail.send_all()
    assert office_mail.states() == {MailState.SENT: 6, MailState.FAILED: 2}
    assert "error in the application" in office_mail.post().failed[0].problem


def _send_code(office_mail: SendingOffice) -> None:
    person_id = office_mail.world.person_id(office_mail.cycle_id, "C-1")
    principal = Principal(AccessRole.COACHEE, person_id=person_id)
    with office_mail.services.database.writing() as tx:
        one_time_codes.send_code(tx, office_mail.services, principal, CodePurpose.ADDRESS)


def test_sent_email_equals_the_saved_file(office_mail: SendingOffice, office: httpx.Client) -> None:
    office_mail.release_messages()
    (job, *_) = office_mail.queue_all()
    office_mail.send(job)
    mail_id = job.subject_id.partition(".")[0]
    (taken,) = office_mail.server.taken
    assert taken.content == office.get(f"{API}/outbox/{mail_id}.eml").content


def test_secret_link_of_an_email_is_not_stored_in_plain_text(
    office_mail: SendingOffice,
) -> None:
    office_mail.release_messages()
    jobs = office_mail.queue_all()
    office_mail.send(*jobs)
    (secret,) = {
        part.partition("/")[0]
        for taken in office_mail.server.taken[:1]
        for part in taken.text.split("/p/")[1:]
    }
    assert len(secret) > 40
    with office_mail.services.database.reading() as tx:
        for table in ("mails", "credentials"):
            rows = tx.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 - ours
            assert rows
            assert secret not in repr([tuple(row) for row in rows])


def test_email_sent_again_after_a_crash_has_the_same_bytes(office_mail: SendingOffice) -> None:
    """The worker crashes after the mail server accepts the email and before this is recorded."""
    office_mail.release_messages()
    (job, *_) = office_mail.queue_all()
    mail_id = job.subject_id.partition(".")[0]
    office_mail.send(job)
    with office_mail.services.database.writing() as tx:
        row = tx.get_one(MailRow, mail_id)
        row.state, row.ended_at = MailState.SENDING, None
    office_mail.send(job)
    one, other = office_mail.server.taken
    assert one == other
    with office_mail.services.database.reading() as tx:
        assert tx.get_one(MailRow, mail_id).interrupted == 1, "it may have been delivered twice"


def test_temporarily_rejected_email_is_retried_with_growing_delays(
    office_mail: SendingOffice,
) -> None:
    office_mail.release_messages()
    office_mail.queue_all()
    first = office_mail.to("C-1")[0]
    office_mail.server.to_recipient["c1@example.org"] = ["450 Greylisted"] * 3
    office_mail.send(first)
    assert office_mail.server.taken == []
    assert office_mail.post().trouble == "450 Greylisted"
    pending = []
    for _ in range(3):
        again = office_mail.jobs[-1]
        pending.append(again.delay)
        office_mail.send(again)
    assert pending == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert len({job.id for job in office_mail.jobs}) == len(office_mail.jobs)
    assert [taken.recipient for taken in office_mail.server.taken] == ["c1@example.org"]
    assert office_mail.post().sent == 1


def test_email_rejected_temporarily_for_two_days_fails(office_mail: SendingOffice) -> None:
    office_mail.release_messages()
    office_mail.queue_all()
    first = office_mail.to("C-1")[0]
    office_mail.server.to_recipient["c1@example.org"] = ["450 Greylisted"]
    later = office_mail.services.now() + timedelta(hours=49)
    office_mail.services = replace(office_mail.services, now=lambda: later)
    office_mail.send(first)
    (failed,) = office_mail.post().failed
    assert "450 Greylisted" in failed.problem


def test_permanently_rejected_email_is_shown_and_can_be_retried(
    office_mail: SendingOffice,
) -> None:
    office_mail.release_messages()
    jobs = office_mail.queue_all()
    office_mail.server.to_recipient["c1@example.org"] = ["550 5.1.1 No such user"] * 2
    office_mail.send(*jobs)
    post = office_mail.post()
    assert (post.waiting, post.sent) == (0, 6)
    assert [(mail.to.code, mail.address, mail.problem) for mail in post.failed] == [
        ("C-1", "c1@example.org", "550 5.1.1 No such user")
    ] * 2
    assert dispatch.retry_failed(office_mail.services, office_mail.cycle_id).waiting == 2
    office_mail.send(*office_mail.queue_all())
    assert (office_mail.post().sent, office_mail.post().failed) == (8, ())
    assert set(office_mail.server.times().values()) == {1}


def test_email_with_a_lost_connection_is_sent_again_with_the_same_message_id(
    office_mail: SendingOffice,
) -> None:
    office_mail.release_messages()
    jobs = office_mail.queue_all()
    office_mail.server.to_message["c1@example.org"] = [BROKEN]
    office_mail.send(*jobs)
    office_mail.send(office_mail.jobs[-1])
    assert sorted(office_mail.server.times().values()) == [1] * 7 + [2]
    assert office_mail.post().sent == 8


def test_emails_wait_while_the_mail_server_is_unavailable(
    office_mail: SendingOffice,
) -> None:
    office_mail.release_messages()
    (job, *_) = office_mail.queue_all()
    away = office_mail.server.settings.model_copy(update={"port": free_port()})
    settings = office_mail.services.settings.model_copy(update={"mail": away})
    place = JobContext(replace(office_mail.services, settings=settings), "worker@1")
    left: list[BaseException] = []

    def work() -> None:
        try:
            MailJob(place, MAIL_REGISTRY)(job.subject_id)
        except BaseException as error:  # noqa: BLE001 - it is looked at below
            left.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    ends = time.monotonic() + SECONDS
    while not office_mail.post().trouble and time.monotonic() < ends:
        time.sleep(0.05)
    assert "refused" in office_mail.post().trouble
    with mail_server(away.port) as back:
        thread.join(SECONDS)
        assert len(back.taken) == 1
    assert left == []
    assert office_mail.post().sent == 1
    other = office_mail.queue_all()[1]
    place.stopping.set()
    with pytest.raises(WorkerShutdownError):
        MailJob(place, MAIL_REGISTRY)(other.subject_id)


def test_emails_that_are_no_longer_needed_are_dropped(office_mail: SendingOffice) -> None:
    """A person left, an invitation was superseded, and a link was revoked."""
    office_mail.release_messages()
    first = office_mail.queue_all()
    office_mail.world.published(office_mail.cycle_id, office_mail.world.result(PAIRS, first_day=21))
    office_mail.release_messages()
    now = office_mail.services.now()
    with office_mail.services.database.writing() as tx:
        staying = rosters.roster_of(tx, office_mail.cycle_id).coachees
        upload.store_list(tx, office_mail.cycle_id, Side.COACHEE, staying[1:], now=now)
        person_id = office_mail.world.person_id(office_mail.cycle_id, "K-1")
        link = links.link_of(tx, office_mail.services.keyring, person_id, now=now)
        office = Principal(AccessRole.MANAGER, user_id="office")
        credentials.revoke(tx, office, link.id, now=now)
    jobs = office_mail.queue_all()
    office_mail.send(*first)
    assert office_mail.server.taken == [], "each email also has a newer job"
    office_mail.send(*jobs)
    assert Counter(taken.recipient for taken in office_mail.server.taken) == {
        "c2@example.org": 2,
        "k2@example.org": 2,
    }
    assert {mail.to.code for mail in office_mail.post().failed} == {"K-1"}
    assert "create a new one under People" in office_mail.post().failed[0].problem


def test_worker_sends_emails_released_by_a_request(
    world: World, sending: httpx.Client, server: MailServer
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    address = f"{API}/cycles/{cycle_id}/outbox"
    pending = sending.get(f"{address}/waiting").json()
    assert pending["ready"] == 8
    server.to_recipient["k2@example.org"] = ["550 5.1.1 No such user"] * 2
    released = sending.post(f"{address}/post", json={"until": pending["until"]})
    assert released.status_code == HTTPStatus.ACCEPTED
    assert released.json()["waiting"] == 8
    ends = time.monotonic() + SECONDS
    while (post := sending.get(f"{address}/post").json())["waiting"]:
        assert time.monotonic() < ends, post
        time.sleep(0.1)
    assert post["sent"] == 6
    assert [mail["address"] for mail in post["failed"]] == ["k2@example.org"] * 2
    page = sending.get(f"/cycles/{cycle_id}/messages").text
    assert "2 emails could not be delivered" in page
    assert "550 5.1.1 No such user" in page
    sending.post(f"{address}/post/retry")
    while (post := sending.get(f"{address}/post").json())["sent"] < 8:
        assert time.monotonic() < ends, post
        time.sleep(0.1)
    assert set(server.times().values()) == {1}


@pytest.mark.slow
def test_worker_stopped_while_sending_sends_every_email_once(
    world: World, server: MailServer
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS, sessions=10))
    queue = JobQueue(world.services.settings.database_url, JOB_TYPES)
    settings = world.services.settings.model_copy(update={"mail": server.settings})
    services = replace(world.services, settings=settings, enqueue=queue)
    assert dispatch.release_messages(services, cycle_id, MOMENT).waiting == 40
    ends = time.monotonic() + SECONDS
    stops = 0
    while len(server.taken) < 40:
        worker = Worker(services, JOB_TYPES)
        worker.start()
        before = len(server.taken)
        while len(server.taken) < min(40, before + 14) and time.monotonic() < ends:
            time.sleep(0.01)
        worker.stop()
        stops += 1
        assert time.monotonic() < ends
    queue.close()
    assert stops > 1
    assert set(server.times().values()) == {1}
    assert len(server.times()) == 40
