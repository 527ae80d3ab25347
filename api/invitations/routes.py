"""The mails of a cycle: having them sent, how far they are, what was sent, and reminders."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.invitations import dispatch as waiting_mail
from api.invitations.dispatch import PendingMessages
from api.mail import delivery as posting
from api.mail.delivery import DeliveryStatus
from api.reminders import service as reminding
from api.reminders.service import Reminders, ReminderSwitch
from api.services import Services

MAILS = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/outbox", tags=["invitations"])
REMINDERS = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/reminders", tags=["invitations"])


class MessageCutoff(BaseModel):
    """Which messages are meant: all that wait and were written up to that moment.

    Take it from `until` of what waits, so that nothing is meant that you have not seen.
    """

    until: Annotated[AwareDatetime, Field(examples=["2027-01-05T10:00:00Z"])]


class MessageCount(BaseModel):
    """How many messages it was."""

    messages: int


@MAILS.get("/waiting", responses=problem_responses(404))
def what_waits(cycle_id: str, services: ServicesDep) -> PendingMessages:
    """How many messages wait to be released or sent, and the moment the youngest was written."""
    with services.database.reading() as tx:
        return waiting_mail.waiting(
            tx, cycle_id, now=services.now(), sends=services.settings.mail.enabled
        )


@MAILS.get("/post", responses=problem_responses(404))
def how_far(cycle_id: str, services: ServicesDep) -> DeliveryStatus:
    """How far this server has come with the mails: waiting, sent, and which were refused why."""
    return _delivery_status(services, cycle_id)


@MAILS.post("/post", status_code=HTTPStatus.ACCEPTED, responses=problem_responses(404, 409, 422))
def send_now(cycle_id: str, which: MessageCutoff, services: ServicesDep) -> DeliveryStatus:
    """Have this server send what waits. It begins at once and goes on by itself."""
    posting.require_mail_enabled(sends=services.settings.mail.enabled)
    with services.database.writing() as tx:
        posting.release_messages(tx, services.enqueue, cycle_id, which.until, now=services.now())
    return _delivery_status(services, cycle_id)


@MAILS.post("/post/retry", status_code=HTTPStatus.ACCEPTED, responses=problem_responses(404, 409))
def try_again(cycle_id: str, services: ServicesDep) -> DeliveryStatus:
    """Have everything tried again that could not be delivered, to the addresses as they are now."""
    posting.require_mail_enabled(sends=services.settings.mail.enabled)
    with services.database.writing() as tx:
        posting.retry_failed(tx, services.enqueue, cycle_id, now=services.now())
    return _delivery_status(services, cycle_id)


@MAILS.post("/post/{mail_id}/sent", responses=problem_responses(404, 409))
def mark_sent_otherwise(cycle_id: str, mail_id: str, services: ServicesDep) -> DeliveryStatus:
    """Note that you have sent one mail in another way that could not be delivered."""
    with services.database.writing() as tx:
        posting.mark_sent_otherwise(tx, cycle_id, mail_id, now=services.now())
    return _delivery_status(services, cycle_id)


@MAILS.post("/sent", responses=problem_responses(404, 422))
def mark_sent(cycle_id: str, which: MessageCutoff, services: ServicesDep) -> MessageCount:
    """Note that you have sent what waited yourself; this server will not send it."""
    with services.database.writing() as tx:
        messages = waiting_mail.mark_sent(
            tx,
            cycle_id,
            which.until,
            now=services.now(),
            sends=services.settings.mail.enabled,
        )
    return MessageCount(messages=messages)


def _delivery_status(services: Services, cycle_id: str) -> DeliveryStatus:
    with services.database.reading() as tx:
        return posting.delivery_status(tx, cycle_id, sends=services.settings.mail.enabled)


@REMINDERS.get("", responses=problem_responses(404))
def read_reminders(cycle_id: str, services: ServicesDep) -> Reminders:
    """Whether the people of a cycle are reminded by mail, and of what."""
    return _reminders(services, cycle_id)


@REMINDERS.put("", responses=problem_responses(404, 422))
def switch_reminders(cycle_id: str, body: ReminderSwitch, services: ServicesDep) -> Reminders:
    """Switch reminders off for this cycle alone, or on again."""
    with services.database.writing() as tx:
        reminding.switch_reminders(tx, cycle_id, body, now=services.now())
    return _reminders(services, cycle_id)


def _reminders(services: Services, cycle_id: str) -> Reminders:
    with services.database.reading() as tx:
        return reminding.reminders_of(tx, cycle_id, services.settings.mail)


ROUTERS = (
    MAILS,
    REMINDERS,
)
PERMISSIONS: Permissions = {
    ("GET", API + "/cycles/{cycle_id}/outbox/waiting"): Permission(MANAGER),
    ("GET", API + "/cycles/{cycle_id}/outbox/post"): Permission(
        MANAGER, audit_action="messages opened"
    ),
    ("POST", API + "/cycles/{cycle_id}/outbox/post"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("POST", API + "/cycles/{cycle_id}/outbox/post/retry"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("POST", API + "/cycles/{cycle_id}/outbox/post/{mail_id}/sent"): Permission(MANAGER),
    ("POST", API + "/cycles/{cycle_id}/outbox/sent"): Permission(MANAGER),
    ("GET", API + "/cycles/{cycle_id}/reminders"): Permission(MANAGER),
    ("PUT", API + "/cycles/{cycle_id}/reminders"): Permission(MANAGER),
}
