"""Routes for checking outgoing email."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from api.http.dependencies import ServicesDep, TextsDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.mail_check import service as mail_check
from api.mail_check.received import Finding
from api.mail_check.service import ReceivedSource, TestRecipient

MAIL_CHECK = APIRouter(prefix=f"{API}/mail-check", tags=["invitations"])


@MAIL_CHECK.post("", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(409, 422))
def send_test(to: TestRecipient, services: ServicesDep) -> None:
    """Send a test invitation, for a session that does not exist, to your own address."""
    mail_check.send_test_invitation(services, to)


@MAIL_CHECK.post("/received", responses=problem_responses(422))
def check_received(
    received: ReceivedSource, services: ServicesDep, texts: TextsDep
) -> tuple[Finding, ...]:
    """Check the source of the test email as you received it."""
    return mail_check.check_received(services, received, texts)


ROUTERS = (MAIL_CHECK,)
PERMISSIONS: Permissions = {
    ("POST", API + "/mail-check"): Permission(MANAGER),
    ("POST", API + "/mail-check/received"): Permission(MANAGER),
}
