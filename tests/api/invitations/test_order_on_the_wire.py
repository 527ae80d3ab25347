"""Messages to one person about one session reach the mail server in the right order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.invitations.announce import SessionChange, announce
from api.mail import delivery
from api.mail.rows import MailRow, MailState
from api.sessions.rows import SessionRow
from tests.api.sending_office import MOMENT
from tests.mail_server import BROKEN

if TYPE_CHECKING:
    from api.background.job import Job
    from tests.api.sending_office import SendingOffice

ADDRESS = "c1@example.org"


def _change(office: SendingOffice, **change: object) -> None:
    """Change C-1's first session, and release the messages about the change at once."""
    with office.services.database.writing() as tx:
        coachee = office.world.person_id(office.cycle_id, "C-1")
        row = tx.scalars(
            select(SessionRow).where(SessionRow.coachee_id == coachee, SessionRow.number == 1)
        ).one()
        given = SessionChange.model_validate(change)
        announce(tx, row, given, now=MOMENT, release_with=office.services)


def _of_session(office: SendingOffice, state: MailState | None = None) -> list[MailRow]:
    """Return the messages to C-1 about the first session, oldest first."""
    with office.services.database.reading() as tx:
        found = select(MailRow).join(SessionRow, SessionRow.id == MailRow.session_id)
        mine = MailRow.person_id == office.world.person_id(office.cycle_id, "C-1")
        rows = tx.scalars(found.where(mine, SessionRow.number == 1).order_by(MailRow.occasion))
        found_rows = [row for row in rows if state is None or row.state is state]
        tx.expunge_all()
    return found_rows


def _jobs_of(office: SendingOffice, mail: MailRow) -> list[Job]:
    return [job for job in office.jobs if job.subject_id.startswith(mail.id)]


def _methods(office: SendingOffice) -> list[str]:
    """Return the methods of the messages about the first session that C-1 has received."""
    return [
        part.get_param("method")
        for one in office.server.taken
        if one.recipient == ADDRESS and "session 1 " in str(one.mail["Subject"])
        for part in one.mail.walk()
        if part.get_content_type() == "text/calendar"
    ]


@pytest.mark.parametrize(
    ("reply", "arrived"),
    [("250 Taken", ["REQUEST", "CANCEL"]), (BROKEN, ["REQUEST", "CANCEL"])]
    + [(refused, ["CANCEL"]) for refused in ("451 Not now", "550 No")],
)
def test_cancellation_follows_its_invitation_or_replaces_it(
    office_mail: SendingOffice, reply: str, arrived: list[str]
) -> None:
    office_mail.server.to_message[ADDRESS] = [reply, "250 Taken"]
    _change(office_mail, place="Building 4")
    (request,) = _of_session(office_mail, MailState.WAITING)
    office_mail.send(*_jobs_of(office_mail, request))
    _change(office_mail, cancelled=True)
    office_mail.server.to_message[ADDRESS] = []
    for job in office_mail.jobs:  # each queues the next one
        office_mail.send(job)
    assert _methods(office_mail) == arrived


def test_cancellation_is_not_queued_while_the_invitation_is_being_sent(
    office_mail: SendingOffice,
) -> None:
    _change(office_mail, place="Building 4")
    (request,) = _of_session(office_mail, MailState.WAITING)
    services = office_mail.services
    with services.database.writing() as tx:
        assert delivery.start_attempt(tx, services.enqueue, request.id, now=MOMENT)
    _change(office_mail, cancelled=True)
    cancellation = _of_session(office_mail)[-1]
    others = [job for job in office_mail.jobs if not job.subject_id.startswith(request.id)]
    office_mail.send(*others)
    assert not _jobs_of(office_mail, cancellation)
    with services.database.writing() as tx:
        delivery.record_sent(tx, services.enqueue, request.id, now=MOMENT)
    assert len(_jobs_of(office_mail, cancellation)) <= 1
    for job in office_mail.jobs:  # each queues the next one
        office_mail.send(job)
    assert _methods(office_mail) == ["CANCEL"]
