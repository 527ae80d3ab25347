"""Mails that the server sends by itself: released, sent, refused, tried again, never lost."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from api.accounts import credentials
from api.audit_trail.rows import AuditRow
from api.background.job_type import JobContext, WorkerShutdownError
from api.background.queue import JobQueue
from api.background.worker import Worker
from api.http.principal import AccessRole, Principal
from api.invitations import dispatch
from api.invitations.delivery_status import DeliveryStatus, FailedMail, delivery_status
from api.invitations.pending import pending_messages
from api.invitations.rows import OutboxRow
from api.job_types import JOB_TYPES
from api.mail.delivery import MAIL_JOB, queue_batch
from api.mail.job import MailJob
from api.mail.rows import MailRow, MailState
from api.mail_registry import MAIL_REGISTRY
from api.participants import service as people
from api.participants import upload
from api.participants.rows import PersonRow, Side
from api.personal_links import links
from coach.errors import ConflictError
from tests.mail_server import BROKEN, MailServer, free_port, mail_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

    from api.background.job import Job
    from api.services import Services
    from api.settings import Settings

API = "/api/v1"
PAIRS = {"C-1": "K-1", "C-2": "K-2"}
SECONDS = 40
MOMENT = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # an hour after the plan was published


@dataclass
class Office:
    """A deployment that sends mail, and a cycle with eight invitations to four people."""

    world: World
    services: Services
    server: MailServer
    cycle_id: str
    jobs: list[Job]

    def release_messages(self) -> int:
        """Release everything pending; how many more mails wait than before."""
        before = self.post().waiting
        after = dispatch.release_messages(self.services, self.cycle_id, self.services.now())
        return after.waiting - before

    def queue_all(self) -> list[Job]:
        """What the job after a release queues."""
        with self.services.database.writing() as tx:
            now, enqueue = self.services.now(), self.services.enqueue
            while queue_batch(tx, enqueue, MAIL_REGISTRY, now=now):
                pass
        return [job for job in self.jobs if job.job_type == MAIL_JOB]

    def send(self, *jobs: Job) -> None:
        """Do what a worker would, here and now."""
        mailing = MailJob(JobContext(self.services, "worker@1"), MAIL_REGISTRY)
        for job in jobs:
            mailing(job.subject_id)

    def post(self) -> DeliveryStatus:
        return delivery_status(self.services, self.cycle_id)

    def states(self) -> Counter[MailState]:
        with self.services.database.reading() as tx:
            return Counter(tx.scalars(select(MailRow.state)))

    def to(self, code: str) -> list[Job]:
        """The jobs of one person's mails."""
        with self.services.database.reading() as tx:
            query = select(MailRow.id).join(PersonRow, PersonRow.id == MailRow.person_id)
            ids = set(tx.scalars(query.where(PersonRow.code == code)))
        return [job for job in self.jobs if job.subject_id.partition(".")[0] in ids]


@pytest.fixture
def office_mail(world: World, server: MailServer) -> Office:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    jobs: list[Job] = []
    services = replace(
        world.services,
        settings=world.services.settings.model_copy(update={"mail": server.settings}),
        enqueue=lambda _tx, job: jobs.append(job),
        now=lambda: MOMENT,
    )
    return Office(world, services, server, cycle_id, jobs)


def test_nothing_goes_out_before_it_is_released_and_then_everything_once(
    office_mail: Office,
) -> None:
    assert office_mail.queue_all() == []
    assert office_mail.release_messages() == 8
    assert office_mail.release_messages() == 0, "twice is once"
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
        assert None not in tx.scalars(select(OutboxRow.sent_at)).all()


def test_a_mail_sent_is_the_mail_that_is_saved(office_mail: Office, office: httpx.Client) -> None:
    office_mail.release_messages()
    (job, *_) = office_mail.queue_all()
    office_mail.send(job)
    with office_mail.services.database.reading() as tx:
        outbox_id = tx.get_one(MailRow, job.subject_id.partition(".")[0]).outbox_id
    (taken,) = office_mail.server.taken
    assert taken.content == office.get(f"{API}/outbox/{outbox_id}.eml").content


def test_the_secret_link_of_a_mail_lies_nowhere_in_clear(office_mail: Office) -> None:
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
        for table in ("mails", "outbox", "credentials"):
            rows = tx.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 - ours
            assert rows
            assert secret not in repr([tuple(row) for row in rows])


def test_handed_over_twice_a_message_is_recognised(office_mail: Office) -> None:
    """Killed after the mail server took it and before that was written down: the same again."""
    office_mail.release_messages()
    (job, *_) = office_mail.queue_all()
    mail_id = job.subject_id.partition(".")[0]
    office_mail.send(job)
    with office_mail.services.database.writing() as tx:
        row = tx.get_one(MailRow, mail_id)
        row.state, row.ended_at = MailState.WAITING, None
        tx.get_one(OutboxRow, row.outbox_id).sent_at = None
    office_mail.send(job)
    one, other = office_mail.server.taken
    assert one == other


def test_refused_for_the_moment_it_is_tried_again_later_and_later(office_mail: Office) -> None:
    office_mail.release_messages()
    office_mail.queue_all()
    first = office_mail.to("C-1")[0]
    office_mail.server.to_recipient["c1@example.org"] = ["450 Greylisted"] * 3
    office_mail.send(first)
    assert office_mail.server.taken == []
    assert office_mail.post().trouble == "450 Greylisted"
    waits = []
    for _ in range(3):
        again = office_mail.jobs[-1]
        waits.append(again.delay)
        office_mail.send(again)
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert len({job.id for job in office_mail.jobs}) == len(office_mail.jobs)
    assert [taken.recipient for taken in office_mail.server.taken] == ["c1@example.org"]
    assert office_mail.post().sent == 1


def test_refused_for_the_moment_for_two_days_it_is_given_to_a_person(office_mail: Office) -> None:
    office_mail.release_messages()
    office_mail.queue_all()
    first = office_mail.to("C-1")[0]
    office_mail.server.to_recipient["c1@example.org"] = ["450 Greylisted"]
    later = office_mail.services.now() + timedelta(hours=49)
    office_mail.services = replace(office_mail.services, now=lambda: later)
    office_mail.send(first)
    (failed,) = office_mail.post().failed
    assert "450 Greylisted" in failed.problem


def test_refused_for_good_it_is_shown_with_its_address_and_can_be_tried_again(
    office_mail: Office,
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


def _refused(office_mail: Office, code: str) -> tuple[FailedMail, ...]:
    """Everything sent but to one person, to whom nothing can be delivered."""
    office_mail.release_messages()
    address = f"{code.replace('-', '').lower()}@example.org"
    office_mail.server.to_recipient[address] = ["550 5.1.1 No such user"] * 9
    office_mail.send(*office_mail.queue_all())
    return office_mail.post().failed


def _mark(office_mail: Office, mail_id: str) -> None:
    dispatch.mark_sent_otherwise(office_mail.services, office_mail.cycle_id, mail_id)


def test_one_that_failed_and_was_sent_otherwise_is_noted_and_not_tried_again(
    office_mail: Office,
) -> None:
    first, second = _refused(office_mail, "C-1")
    assert (first.number, second.number) == (1, 2)
    assert first.start < second.start
    _mark(office_mail, first.id)
    assert office_mail.post().failed == (second,)
    with office_mail.services.database.reading() as tx:
        assert tx.get_one(OutboxRow, first.outbox_id).sent_at == MOMENT
        assert tx.get_one(OutboxRow, second.outbox_id).sent_at is None
        acts = select(AuditRow.object_id).where(AuditRow.action == "mail sent otherwise")
        assert tx.scalars(acts).all() == [first.id]
    with pytest.raises(ConflictError, match="already marked"):
        _mark(office_mail, first.id)

    office_mail.server.to_recipient.clear()
    assert dispatch.retry_failed(office_mail.services, office_mail.cycle_id).waiting == 1
    with pytest.raises(ConflictError, match="about to be sent"):
        _mark(office_mail, second.id)
    office_mail.send(*office_mail.queue_all())
    assert office_mail.states() == {MailState.SENT: 7, MailState.DROPPED: 1}
    with pytest.raises(ConflictError, match="was sent"):
        _mark(office_mail, second.id)


def test_an_older_time_is_not_sent_after_a_newer_one_was_sent_otherwise(
    office_mail: Office,
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


def test_sent_otherwise_by_the_api_and_on_the_page(
    office_mail: Office, office: httpx.Client
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
def test_whose_mail_failed_is_told_only_where_looking_is_noted(
    office_mail: Office, office: httpx.Client, place: str
) -> None:
    first, _ = _refused(office_mail, "C-1")
    page = office.get(f"/cycles/{office_mail.cycle_id}{place}").text
    assert "2 mails could not be delivered" in page
    assert f'"/cycles/{office_mail.cycle_id}/messages"' in page
    assert first.address not in page
    assert first.problem not in page
    assert first.address in office.get(f"/cycles/{office_mail.cycle_id}/messages").text
    with office_mail.services.database.reading() as tx:
        noted = select(AuditRow.object_id).where(AuditRow.action == "messages opened")
        assert tx.scalars(noted).all() == [office_mail.cycle_id]


def test_cut_off_before_the_answer_it_is_sent_again_under_the_same_message_id(
    office_mail: Office,
) -> None:
    office_mail.release_messages()
    jobs = office_mail.queue_all()
    office_mail.server.to_message["c1@example.org"] = [BROKEN]
    office_mail.send(*jobs)
    office_mail.send(office_mail.jobs[-1])
    assert sorted(office_mail.server.times().values()) == [1] * 7 + [2]
    assert office_mail.post().sent == 8


def test_while_the_mail_server_is_away_everything_waits_and_nothing_fails(
    office_mail: Office,
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


def test_what_has_no_reason_any_more_is_not_sent(office_mail: Office) -> None:
    """Somebody left, a newer time was released meanwhile, and a link was revoked."""
    office_mail.release_messages()
    first = office_mail.queue_all()
    office_mail.world.published(office_mail.cycle_id, office_mail.world.result(PAIRS, first_day=21))
    office_mail.release_messages()
    now = office_mail.services.now()
    with office_mail.services.database.writing() as tx:
        staying = people.roster_of(tx, office_mail.cycle_id).coachees
        upload.store_list(tx, office_mail.cycle_id, Side.COACHEE, staying[1:], now=now)
        person_id = office_mail.world.person_id(office_mail.cycle_id, "K-1")
        link = links.link_of(tx, office_mail.services.keyring, person_id, now=now)
        office = Principal(AccessRole.MANAGER, user_id="office")
        credentials.revoke(tx, office, link.id, now=now)
    jobs = office_mail.queue_all()
    office_mail.send(*first)
    assert office_mail.server.taken == [], "each has a younger one beside it"
    office_mail.send(*jobs)
    assert Counter(taken.recipient for taken in office_mail.server.taken) == {
        "c2@example.org": 2,
        "k2@example.org": 2,
    }
    assert {mail.to.code for mail in office_mail.post().failed} == {"K-1"}
    assert "make a new one under People" in office_mail.post().failed[0].problem


def test_the_office_may_still_send_what_waits_itself(office_mail: Office) -> None:
    cycle_id, services = office_mail.cycle_id, office_mail.services
    office_mail.release_messages()
    jobs = office_mail.queue_all()
    assert pending_messages(services, cycle_id).ready == 0
    without_mail = replace(services, settings=office_mail.world.services.settings)
    assert pending_messages(without_mail, cycle_id).ready == 8, "mail was disabled meanwhile"
    assert dispatch.mark_sent(without_mail, cycle_id, services.now()) == 8
    office_mail.send(*jobs)
    assert office_mail.server.taken == []
    assert office_mail.states() == {MailState.DROPPED: 8}


def test_released_by_one_call_everything_is_sent_by_the_worker(
    world: World, sending: httpx.Client, server: MailServer
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    address = f"{API}/cycles/{cycle_id}/outbox"
    waits = sending.get(f"{address}/waiting").json()
    assert waits["ready"] == 8
    server.to_recipient["k2@example.org"] = ["550 5.1.1 No such user"] * 2
    asked = sending.post(f"{address}/post", json={"until": waits["until"]})
    assert asked.status_code == HTTPStatus.ACCEPTED
    assert asked.json()["waiting"] == 8
    ends = time.monotonic() + SECONDS
    while (post := sending.get(f"{address}/post").json())["waiting"]:
        assert time.monotonic() < ends, post
        time.sleep(0.1)
    assert post["sent"] == 6
    assert [mail["address"] for mail in post["failed"]] == ["k2@example.org"] * 2
    page = sending.get(f"/cycles/{cycle_id}/messages").text
    assert "2 mails could not be delivered" in page
    assert "550 5.1.1 No such user" in page
    sending.post(f"{address}/post/retry")
    while (post := sending.get(f"{address}/post").json())["sent"] < 8:
        assert time.monotonic() < ends, post
        time.sleep(0.1)
    assert set(server.times().values()) == {1}


def test_without_a_mail_server_the_api_says_so_and_the_office_sends(
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


def test_pages_say_who_sends_and_let_a_manager_look_first(
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
            page.post(f"/sign-in/{world.sign_in_secret()}")
        without, where_on = (
            page.get(f"/cycles/{cycle_id}/messages").text for page in (client, sends)
        )
        assert "This server has sent no mail" in without
        assert "Send all 8 now" not in without
        assert "Nobody has been invited to these sessions yet" in where_on
        assert "Send all 8 now" in where_on
        (until,) = {part.partition('"')[0] for part in where_on.split('name="until" value="')[1:]}
        sent = sends.post(f"/cycles/{cycle_id}/messages/send", data={"until": until})
        assert sent.status_code == HTTPStatus.SEE_OTHER
        assert "0 of 8 mails sent" in sends.get(sent.headers["location"]).text
        retried = client.post(f"/cycles/{cycle_id}/messages/retry")
        assert retried.status_code == HTTPStatus.CONFLICT
    assert server.taken == [], "this server has no worker"


def test_stopped_in_order_in_the_middle_everything_is_sent_once(
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
