"""The mails of a cycle: having them sent, how far they are, what was sent, and reminders."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from api.calendar.wording import invitation_file_name
from api.files.zip_archive import zip_stream
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API, person_session
from api.invitations import dispatch as waiting_mail
from api.invitations import outbox as messages
from api.invitations import publish
from api.invitations.dispatch import PendingMessages
from api.invitations.outbox import OutboxMessage, OutgoingInvitation
from api.invitations.publish import Publication
from api.mail import delivery as posting
from api.mail.delivery import DeliveryStatus
from api.participants.rows import Side
from api.personal_links import links
from api.reminders import service as reminding
from api.reminders.service import Reminders, ReminderSwitch
from api.services import Services

PUBLISHING = APIRouter(prefix=API, tags=["plans"])
INVITATIONS = APIRouter(prefix=API, tags=["invitations"])
MAILS = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/outbox", tags=["invitations"])
REMINDERS = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/reminders", tags=["invitations"])
EML = "message/rfc822"
ICS = "text/calendar"
ZIP = "application/zip"


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


@PUBLISHING.post("/plans/{plan_id}/publish", responses=problem_responses(404, 409))
def publish_plan(plan_id: str, services: ServicesDep) -> Publication:
    """Make a draft the plan of its cycle; what changes for each person goes into the outbox."""
    return publish.publish_plan(services, plan_id)


@INVITATIONS.get("/cycles/{cycle_id}/outbox", responses=problem_responses(404))
def list_outbox(cycle_id: str, services: ServicesDep) -> tuple[OutboxMessage, ...]:
    """The messages to people, the youngest first."""
    with services.database.reading() as tx:
        return messages.outbox(tx, cycle_id)


@INVITATIONS.get(
    "/outbox/{message_id}.eml",
    responses=problem_responses(404) | {200: {"content": {EML: {}}}},
    response_class=Response,
)
def outbox_mail(message_id: str, services: ServicesDep) -> Response:
    """One message as a mail ready to send; an invitation's buttons lead to the person's page."""
    with services.database.reading() as tx:
        outgoing_invitation = messages.outbox_invitation(tx, message_id)
        secret = ""
        if outgoing_invitation.needs_link:
            link = links.link_of(
                tx, services.keyring, outgoing_invitation.person_id, now=services.now()
            )
            secret = link.secret
    return Response(_render_mail(services, message_id, outgoing_invitation, secret), media_type=EML)


@INVITATIONS.get(
    "/cycles/{cycle_id}/outbox.zip",
    responses=problem_responses(404) | {200: {"content": {ZIP: {}}}},
    response_class=Response,
)
def waiting_mails(cycle_id: str, services: ServicesDep) -> Response:
    """Every message that was not sent yet, as mails ready to send, in one archive."""
    with services.database.writing() as tx:
        mails = waiting_mail.export_pending(
            tx,
            services.keyring,
            cycle_id,
            now=services.now(),
            sends=services.settings.mail.enabled,
        )
    members = (
        (
            mail_file_name(number, mail.outgoing_invitation),
            _render_mail(services, mail.message_id, mail.outgoing_invitation, mail.secret),
        )
        for number, mail in enumerate(mails, start=1)
    )
    headers = {"Content-Disposition": 'attachment; filename="messages.zip"'}
    return StreamingResponse(zip_stream(members), media_type=ZIP, headers=headers)


def mail_file_name(number: int, outgoing_invitation: OutgoingInvitation) -> str:
    """A file name that says nothing of who is written to: `0001-invitation-session-2.eml`."""
    what = "invitation" if outgoing_invitation.needs_link else "cancellation"
    return f"{number:04}-{what}-session-{outgoing_invitation.message.invitation.number}.eml"


def _render_mail(
    services: Services, message_id: str, outgoing_invitation: OutgoingInvitation, secret: str
) -> bytes:
    page = services.settings.base_url + person_session(secret, outgoing_invitation.session_id)
    token = services.keyring.reply_token(message_id)
    return messages.render_eml(outgoing_invitation, services.settings.deployment, token, page)


@INVITATIONS.get(
    "/sessions/{session_id}/invitation.ics",
    responses=problem_responses(404) | {200: {"content": {ICS: {}}}},
    response_class=Response,
)
def invitation(
    session_id: str,
    services: ServicesDep,
    principal: PrincipalDep,
    side: Annotated[Side | None, Query(description="For managers: whose invitation.")] = None,
) -> Response:
    """The session as a calendar object: a request, or a cancellation where it was cancelled."""
    with services.database.reading() as tx:
        outgoing_invitation = messages.session_invitation(tx, principal, session_id, side)
    name = invitation_file_name(outgoing_invitation.message.invitation, ".ics")
    return Response(
        messages.render_ics(outgoing_invitation, services.settings.deployment),
        media_type=f"{ICS}; method={outgoing_invitation.message.method}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


ROUTERS = (
    PUBLISHING,
    INVITATIONS,
    MAILS,
    REMINDERS,
)
PERMISSIONS: Permissions = {
    ("POST", API + "/plans/{plan_id}/publish"): Permission(MANAGER),
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
