"""JSON routes for reading a message in full, testing it, and sending it again."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.invitations import dispatch, reading
from api.invitations.reading import MailOfCycle, SampleRecipient

MESSAGES = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/messages", tags=["invitations"])


class SendAgain(BaseModel):
    """A request to send an email again, unless it was sent again since `tries` was read."""

    tries: int | None = None


@MESSAGES.get("/{mail_id}", responses=problem_responses(404, 409))
def read_message(cycle_id: str, mail_id: str, services: ServicesDep) -> MailOfCycle:
    """Get an email as its recipient sees it, without their secret link."""
    return reading.read_mail(services, cycle_id, mail_id)


@MESSAGES.post(
    "/{mail_id}/test",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404, 409, 422),
)
def send_test_message(
    cycle_id: str, mail_id: str, to: SampleRecipient, services: ServicesDep
) -> None:
    """Send an email to your own address as a test; it contains no working links."""
    reading.send_test(services, cycle_id, mail_id, to)


@MESSAGES.post(
    "/{mail_id}/again",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(404, 409, 422),
)
def send_message_again(
    cycle_id: str, mail_id: str, services: ServicesDep, seen: SendAgain | None = None
) -> None:
    """Resend an email that has been sent or has failed."""
    tries = None if seen is None else seen.tries
    dispatch.send_again(services, cycle_id, mail_id, seen_tries=tries)


ROUTERS = (MESSAGES,)
_MESSAGE = API + "/cycles/{cycle_id}/messages/{mail_id}"
PERMISSIONS: Permissions = {
    ("GET", _MESSAGE): Permission(MANAGER, audit_action="messages opened"),
    ("POST", _MESSAGE + "/test"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("POST", _MESSAGE + "/again"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
}
