"""JSON routes for replies by email."""

from __future__ import annotations

from fastapi import APIRouter

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.replies import held
from api.replies.held import HeldDecision, IncomingMails, IncomingMailView

INCOMING_MAILS = APIRouter(prefix=API, tags=["replies"])


@INCOMING_MAILS.get("/replies")
def list_incoming_mails(services: ServicesDep) -> IncomingMails:
    """List the emails that are waiting for a decision, and the latest other emails."""
    return held.read_incoming_mails(services)


@INCOMING_MAILS.post("/replies/{incoming_id}/decision", responses=problem_responses(404, 409, 422))
def decide_about_incoming_mail(
    incoming_id: str, decision: HeldDecision, services: ServicesDep
) -> IncomingMailView:
    """Enter the reply in an email awaiting a decision, or ignore the email."""
    return held.decide_held(services, incoming_id, decision)


ROUTERS = (INCOMING_MAILS,)
PERMISSIONS: Permissions = {
    ("GET", API + "/replies"): Permission(
        MANAGER, audit_action="incoming mails opened", audit_object="replies"
    ),
    ("POST", API + "/replies/{incoming_id}/decision"): Permission(MANAGER, scope=TokenScope.PEOPLE),
}
