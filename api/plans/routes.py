"""Plans, the schedule, and the messages that publishing causes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from api.files.zip_archive import zip_stream
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API, person_session
from api.invitations import dispatch as waiting_mail
from api.invitations import outbox as messages
from api.invitations.outbox import OutboxMessage, OutgoingInvitation
from api.personal_links import links
from api.plans import comparison as comparing
from api.plans import service as plans
from api.plans.comparison import PlanComparison
from api.plans.service import PlanDetails, PlanSummary, Publication
from api.services import Services
from api.sessions import schedule
from api.sessions.session_details import SessionDetails
from api.values import Identifier

PLANS = APIRouter(prefix=API, tags=["plans"])
SCHEDULE = APIRouter(prefix=API, tags=["schedule"])
INVITATIONS = APIRouter(prefix=API, tags=["invitations"])
EML = "message/rfc822"
ZIP = "application/zip"


@PLANS.get("/cycles/{cycle_id}/plans", responses=problem_responses(404))
def list_plans(cycle_id: str, services: ServicesDep) -> tuple[PlanSummary, ...]:
    """The plans of a cycle, the youngest first."""
    with services.database.reading() as tx:
        return plans.list_plans(tx, cycle_id)


@PLANS.get("/plans/{plan_id}", responses=problem_responses(404))
def read_plan(plan_id: str, services: ServicesDep) -> PlanDetails:
    """A plan whole: matches with verdicts and sessions, the unmatched with funnel and remedies."""
    with services.database.reading() as tx:
        return plans.plan_view(tx, plan_id)


@PLANS.post("/plans/{plan_id}/publish", responses=problem_responses(404, 409))
def publish_plan(plan_id: str, services: ServicesDep) -> Publication:
    """Make a draft the plan of its cycle; what changes for each person goes into the outbox."""
    with services.database.writing() as tx:
        return plans.publish(
            tx,
            services.keyring,
            plan_id,
            now=services.now(),
            link_grace=services.settings.link_grace,
        )


@PLANS.get("/plans/{plan_id}/comparison", responses=problem_responses(404, 409, 422))
def compare_plans(
    plan_id: str,
    services: ServicesDep,
    before: Annotated[
        Identifier | None,
        Query(description="The plan to compare with; else the published one."),
    ] = None,
) -> PlanComparison:
    """What differs between two plans of a cycle: policy, levels, and everybody who changes, why.

    `gain` is `null` where two policies measure points by other rules or weights.
    """
    with services.database.reading() as tx:
        pair = comparing.load_plan_pair(tx, plan_id, before)
    return comparing.build_comparison(*pair)


@SCHEDULE.get("/cycles/{cycle_id}/schedule", responses=problem_responses(404))
def cycle_schedule(cycle_id: str, services: ServicesDep) -> tuple[SessionDetails, ...]:
    """Every published session in order of time, cancelled ones included, with its replies."""
    with services.database.reading() as tx:
        return schedule.cycle_schedule(tx, cycle_id)


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


ROUTERS = (
    PLANS,
    SCHEDULE,
    INVITATIONS,
)
PERMISSIONS: Permissions = {
    ("GET", API + "/cycles/{cycle_id}/plans"): Permission(MANAGER),
    ("GET", API + "/plans/{plan_id}"): Permission(MANAGER, audit_action="plan opened"),
    ("POST", API + "/plans/{plan_id}/publish"): Permission(MANAGER),
    ("GET", API + "/plans/{plan_id}/comparison"): Permission(MANAGER, audit_action="plan opened"),
    ("GET", API + "/cycles/{cycle_id}/schedule"): Permission(
        MANAGER, audit_action="timetable opened"
    ),
    ("GET", API + "/cycles/{cycle_id}/outbox"): Permission(MANAGER, audit_action="messages opened"),
    ("GET", API + "/outbox/{message_id}.eml"): Permission(
        MANAGER, requires_recent_authentication=True, audit_action="message exported"
    ),
    ("GET", API + "/cycles/{cycle_id}/outbox.zip"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
}
