"""JSON routes for publishing a plan and for listing, sending and exporting its messages."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from api.files.zip_archive import zip_stream
from api.http.dependencies import PrincipalDep, ServicesDep, TextsDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.http.versions import RequiredVersion
from api.invitations import delivery_status, dispatch, files, outbox, pending, publish
from api.invitations.delivery_status import DeliveryStatus
from api.invitations.outbox import OutboxMessage
from api.invitations.pending import PendingMessages
from api.invitations.publish import Publication
from api.participants.rows import Side

PUBLISHING = APIRouter(prefix=API, tags=["plans"])
INVITATIONS = APIRouter(prefix=API, tags=["invitations"])
CYCLE_OUTBOX = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/outbox", tags=["invitations"])
EML = "message/rfc822"
ICS = "text/calendar"
ZIP = "application/zip"


class MessageCutoff(BaseModel):
    """The scope of an action: the pending messages created up to `until`.

    Pass the value of `until` from the pending messages you have reviewed, so that newer messages
    are not included.
    """

    until: Annotated[AwareDatetime, Field(examples=["2027-01-05T10:00:00Z"])]


class MessageCount(BaseModel):
    """The number of affected messages."""

    messages: int


@PUBLISHING.post("/plans/{plan_id}/publish", responses=problem_responses(404, 409, 412, 428))
def publish_plan(plan_id: str, services: ServicesDep, version: RequiredVersion) -> Publication:
    """Make a draft the cycle's published plan, and add messages about the changes to the outbox."""
    return publish.publish_plan(services, plan_id, version=version)


@INVITATIONS.get("/cycles/{cycle_id}/outbox", responses=problem_responses(404))
def list_outbox(cycle_id: str, services: ServicesDep) -> tuple[OutboxMessage, ...]:
    """List a cycle's invitations and cancellations, newest first."""
    return outbox.list_outbox(services, cycle_id)


@INVITATIONS.get(
    "/outbox/{message_id}.eml",
    responses=problem_responses(404) | {200: {"content": {EML: {}}}},
    response_class=Response,
)
def outbox_mail(message_id: str, services: ServicesDep) -> Response:
    """Get a message as a ready-to-send email; its buttons link to the recipient's page."""
    return Response(files.outbox_mail(services, message_id), media_type=EML)


@INVITATIONS.get(
    "/cycles/{cycle_id}/outbox.zip",
    operation_id="waiting_mails",
    responses=problem_responses(404) | {200: {"content": {ZIP: {}}}},
    response_class=Response,
)
def export_pending_messages(cycle_id: str, services: ServicesDep) -> Response:
    """Get the pending messages that can be sent, as emails in a ZIP archive."""
    mails = files.export_pending(services, cycle_id)
    headers = {"Content-Disposition": 'attachment; filename="messages.zip"'}
    return StreamingResponse(zip_stream(mails), media_type=ZIP, headers=headers)


@INVITATIONS.get(
    "/sessions/{session_id}/invitation.ics",
    responses=problem_responses(404) | {200: {"content": {ICS: {}}}},
    response_class=Response,
)
def invitation(
    session_id: str,
    services: ServicesDep,
    principal: PrincipalDep,
    side: Annotated[
        Side | None,
        Query(description="For managers: whose invitation to get. The default is the coachee's."),
    ] = None,
) -> Response:
    """Get a session as a calendar object: a request, or a cancellation if it was cancelled."""
    file = files.session_calendar_file(services, principal, session_id, side)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=file.media_type, headers=headers)


@CYCLE_OUTBOX.get("/waiting", operation_id="what_waits", responses=problem_responses(404))
def read_pending_messages(cycle_id: str, services: ServicesDep) -> PendingMessages:
    """Get the numbers of pending messages that can and cannot be sent, and the cut-off `until`."""
    return pending.pending_messages(services, cycle_id)


@CYCLE_OUTBOX.get("/post", operation_id="how_far", responses=problem_responses(404))
def read_delivery_status(cycle_id: str, services: ServicesDep, texts: TextsDep) -> DeliveryStatus:
    """Get the numbers of waiting and sent emails, and the failed emails with reasons."""
    return delivery_status.delivery_status(services, cycle_id).rendered(texts)


@CYCLE_OUTBOX.post(
    "/post",
    operation_id="send_now",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(404, 409, 422),
)
def release_messages(
    cycle_id: str, cutoff: MessageCutoff, services: ServicesDep, texts: TextsDep
) -> DeliveryStatus:
    """Send the pending messages from this server, in the background."""
    return dispatch.release_messages(services, cycle_id, cutoff.until).rendered(texts)


@CYCLE_OUTBOX.post(
    "/post/retry",
    operation_id="try_again",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(404, 409),
)
def retry_failed(cycle_id: str, services: ServicesDep, texts: TextsDep) -> DeliveryStatus:
    """Retry the emails that could not be delivered, using the recipients' current addresses."""
    return dispatch.retry_failed(services, cycle_id).rendered(texts)


@CYCLE_OUTBOX.post("/post/{mail_id}/sent", responses=problem_responses(404, 409))
def mark_sent_otherwise(
    cycle_id: str, mail_id: str, services: ServicesDep, texts: TextsDep
) -> DeliveryStatus:
    """Record that you have sent an undelivered email another way."""
    return dispatch.mark_sent_otherwise(services, cycle_id, mail_id).rendered(texts)


@CYCLE_OUTBOX.post("/sent", responses=problem_responses(404, 422))
def mark_sent(cycle_id: str, cutoff: MessageCutoff, services: ServicesDep) -> MessageCount:
    """Record that you have sent the pending messages, so that this server does not send them."""
    return MessageCount(messages=dispatch.mark_sent(services, cycle_id, cutoff.until))


ROUTERS = (
    PUBLISHING,
    INVITATIONS,
    CYCLE_OUTBOX,
)
PERMISSIONS: Permissions = {
    ("POST", API + "/plans/{plan_id}/publish"): Permission(MANAGER, scope=TokenScope.PEOPLE),
    ("GET", API + "/cycles/{cycle_id}/outbox"): Permission(MANAGER, audit_action="messages opened"),
    ("GET", API + "/outbox/{message_id}.eml"): Permission(
        MANAGER, requires_recent_authentication=True, audit_action="message exported"
    ),
    ("GET", API + "/cycles/{cycle_id}/outbox.zip"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("GET", API + "/sessions/{session_id}/invitation.ics"): Permission(
        MANAGER | PERSON, own_only=True, audit_action="session opened"
    ),
    ("GET", API + "/cycles/{cycle_id}/outbox/waiting"): Permission(MANAGER),
    ("GET", API + "/cycles/{cycle_id}/outbox/post"): Permission(
        MANAGER, audit_action="messages opened"
    ),
    ("POST", API + "/cycles/{cycle_id}/outbox/post"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("POST", API + "/cycles/{cycle_id}/outbox/post/retry"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("POST", API + "/cycles/{cycle_id}/outbox/post/{mail_id}/sent"): Permission(
        MANAGER, scope=TokenScope.PEOPLE
    ),
    ("POST", API + "/cycles/{cycle_id}/outbox/sent"): Permission(MANAGER, scope=TokenScope.PEOPLE),
}
