"""A deployment that sends email, for tests of delivery."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.background.job_type import JobContext
from api.invitations import dispatch
from api.invitations.delivery_status import DeliveryStatus, delivery_status
from api.mail.delivery import MAIL_JOB, _queue_attempt
from api.mail.job import MailJob
from api.mail.rows import MailRow, MailState
from api.mail_registry import MAIL_REGISTRY
from api.participants.rows import PersonRow
from tests.mail_server import MailServer
from tests.texts import ENGLISH

if TYPE_CHECKING:
    from conftest import World

    from api.background.job import Job
    from api.services import Services


PAIRS = {"C-1": "K-1", "C-2": "K-2"}
MOMENT = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # an hour after the plan was published


@dataclass
class SendingOffice:
    """A deployment that sends email, with a cycle that has eight invitations to four people."""

    world: World
    services: Services
    server: MailServer
    cycle_id: str
    jobs: list[Job]

    def release_messages(self) -> int:
        """Release all pending messages, and return the number of emails added to the queue."""
        before = self.post().waiting
        after = dispatch.release_messages(self.services, self.cycle_id, self.services.now())
        return after.waiting - before

    def queue_all(self) -> list[Job]:
        """Queue the jobs of all released emails at once, and return all delivery jobs.

        Outside tests, the job of each email queues the job of the next email.
        """
        with self.services.database.writing() as tx:
            now, enqueue = self.services.now(), self.services.enqueue
            released = MailRow.state == MailState.WAITING, MailRow.queued_at.is_(None)
            for mail in tx.scalars(select(MailRow).where(*released)):
                _queue_attempt(tx, enqueue, mail, now=now)
        return [job for job in self.jobs if job.job_type == MAIL_JOB]

    def send(self, *jobs: Job) -> None:
        """Perform delivery jobs in this thread."""
        mailing = MailJob(JobContext(self.services, "worker@1"), MAIL_REGISTRY)
        for job in jobs:
            mailing(job.subject_id)

    def send_all(self) -> None:
        """Perform all queued jobs, including the jobs that they queue."""
        for job in self.jobs:
            self.send(job)

    def post(self) -> DeliveryStatus:
        return delivery_status(self.services, self.cycle_id).rendered(ENGLISH)

    def states(self) -> Counter[MailState]:
        with self.services.database.reading() as tx:
            return Counter(tx.scalars(select(MailRow.state)))

    def to(self, code: str) -> list[Job]:
        """Return the jobs of the emails to one person."""
        with self.services.database.reading() as tx:
            query = select(MailRow.id).join(PersonRow, PersonRow.id == MailRow.person_id)
            ids = set(tx.scalars(query.where(PersonRow.code == code)))
        return [job for job in self.jobs if job.subject_id.partition(".")[0] in ids]


def sending_office(world: World, server: MailServer) -> SendingOffice:
    """Create a deployment that sends email to `server`, with eight pending invitations."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    jobs: list[Job] = []
    services = replace(
        world.services,
        settings=world.services.settings.model_copy(update={"mail": server.settings}),
        enqueue=lambda _tx, job: jobs.append(job),
        now=lambda: MOMENT,
    )
    return SendingOffice(world, services, server, cycle_id, jobs)
