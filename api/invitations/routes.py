"""The mails of a cycle: having them sent, how far they are, what was sent, and reminders."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from api.http.authentication import ServicesDep
from api.http.problem_details import documented
from api.http.urls import API
from api.invitations import dispatch as waiting_mail
from api.invitations.dispatch import Waiting
from api.mail import delivery as posting
from api.mail.delivery import Post
from api.reminders import service as reminding
from api.reminders.service import Reminders, ReminderSwitch
from api.services import Services

MAILS = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/outbox", tags=["invitations"])
REMINDERS = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/reminders", tags=["invitations"])


class UpTo(BaseModel):
    """Which messages are meant: all that wait and were written up to that moment.

    Take it from `until` of what waits, so that nothing is meant that you have not seen.
    """

    until: Annotated[AwareDatetime, Field(examples=["2027-01-05T10:00:00Z"])]


class Count(BaseModel):
    """How many messages it was."""

    messages: int


@MAILS.get("/waiting", responses=documented(404))
def what_waits(cycle_id: str, services: ServicesDep) -> Waiting:
    """How many messages wait to be released or sent, and the moment the youngest was written."""
    with services.database.reading() as tx:
        return waiting_mail.waiting(
            tx, cycle_id, now=services.now(), sends=services.settings.mail.on
        )


@MAILS.get("/post", responses=documented(404))
def how_far(cycle_id: str, services: ServicesDep) -> Post:
    """How far this server has come with the mails: waiting, sent, and which were refused why."""
    return _post(services, cycle_id)


@MAILS.post("/post", status_code=HTTPStatus.ACCEPTED, responses=documented(404, 409, 422))
def send_now(cycle_id: str, which: UpTo, services: ServicesDep) -> Post:
    """Have this server send what waits. It begins at once and goes on by itself."""
    posting.require_sending(sends=services.settings.mail.on)
    with services.database.writing() as tx:
        posting.release(tx, services.enqueue, cycle_id, which.until, now=services.now())
    return _post(services, cycle_id)


@MAILS.post("/post/retry", status_code=HTTPStatus.ACCEPTED, responses=documented(404, 409))
def try_again(cycle_id: str, services: ServicesDep) -> Post:
    """Have everything tried again that could not be delivered, to the addresses as they are now."""
    posting.require_sending(sends=services.settings.mail.on)
    with services.database.writing() as tx:
        posting.try_failed_again(tx, services.enqueue, cycle_id, now=services.now())
    return _post(services, cycle_id)


@MAILS.post("/post/{mail_id}/sent", responses=documented(404, 409))
def mark_sent_otherwise(cycle_id: str, mail_id: str, services: ServicesDep) -> Post:
    """Note that you have sent one mail in another way that could not be delivered."""
    with services.database.writing() as tx:
        posting.mark_sent_otherwise(tx, cycle_id, mail_id, now=services.now())
    return _post(services, cycle_id)


@MAILS.post("/sent", responses=documented(404, 422))
def mark_sent(cycle_id: str, which: UpTo, services: ServicesDep) -> Count:
    """Note that you have sent what waited yourself; this server will not send it."""
    with services.database.writing() as tx:
        messages = waiting_mail.mark_sent(
            tx,
            cycle_id,
            which.until,
            now=services.now(),
            sends=services.settings.mail.on,
        )
    return Count(messages=messages)


def _post(services: Services, cycle_id: str) -> Post:
    with services.database.reading() as tx:
        return posting.post_of(tx, cycle_id, sends=services.settings.mail.on)


@REMINDERS.get("", responses=documented(404))
def read_reminders(cycle_id: str, services: ServicesDep) -> Reminders:
    """Whether the people of a cycle are reminded by mail, and of what."""
    return _reminders(services, cycle_id)


@REMINDERS.put("", responses=documented(404, 422))
def switch_reminders(cycle_id: str, said: ReminderSwitch, services: ServicesDep) -> Reminders:
    """Switch reminders off for this cycle alone, or on again."""
    with services.database.writing() as tx:
        reminding.switch_reminders(tx, cycle_id, said, now=services.now())
    return _reminders(services, cycle_id)


def _reminders(services: Services, cycle_id: str) -> Reminders:
    with services.database.reading() as tx:
        return reminding.reminders_of(tx, cycle_id, services.settings.mail)
