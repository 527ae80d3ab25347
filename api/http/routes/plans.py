"""Plans, the schedule, and the messages that publishing causes."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.http.addresses import API, person_session
from api.http.asking import ServicesDep
from api.http.problems import documented
from api.workflows import credentials, messages, plans, schedule
from api.workflows.messages import OutboxMessage
from api.workflows.plans import PlanSummary, PlanView, Publication
from api.workflows.values import SessionView

PLANS = APIRouter(prefix=API, tags=["plans"])
SCHEDULE = APIRouter(prefix=API, tags=["schedule"])
INVITATIONS = APIRouter(prefix=API, tags=["invitations"])
EML = "message/rfc822"


@PLANS.get("/cycles/{cycle_id}/plans", responses=documented(404))
def list_plans(cycle_id: str, services: ServicesDep) -> tuple[PlanSummary, ...]:
    """The plans of a cycle, the youngest first."""
    with services.database.reading() as tx:
        return plans.list_plans(tx, cycle_id)


@PLANS.get("/plans/{plan_id}", responses=documented(404))
def read_plan(plan_id: str, services: ServicesDep) -> PlanView:
    """A plan whole: matches with verdicts and sessions, the unmatched with funnel and remedies."""
    with services.database.reading() as tx:
        return plans.plan_view(tx, plan_id)


@PLANS.post("/plans/{plan_id}/publish", responses=documented(404, 409))
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


@SCHEDULE.get("/cycles/{cycle_id}/schedule", responses=documented(404))
def cycle_schedule(cycle_id: str, services: ServicesDep) -> tuple[SessionView, ...]:
    """Every published session in order of time, cancelled ones included, with its replies."""
    with services.database.reading() as tx:
        return schedule.cycle_schedule(tx, cycle_id)


@INVITATIONS.get("/cycles/{cycle_id}/outbox", responses=documented(404))
def list_outbox(cycle_id: str, services: ServicesDep) -> tuple[OutboxMessage, ...]:
    """The messages to people, the youngest first."""
    with services.database.reading() as tx:
        return messages.outbox(tx, cycle_id)


@INVITATIONS.get(
    "/outbox/{message_id}.eml",
    responses=documented(404) | {200: {"content": {EML: {}}}},
    response_class=Response,
)
def outbox_mail(message_id: str, services: ServicesDep) -> Response:
    """One message as a mail ready to send; its buttons lead to the person's own page."""
    settings = services.settings
    with services.database.reading() as tx:
        letter = messages.outbox_letter(tx, message_id)
        link = credentials.link_of(tx, services.keyring, letter.person_id, now=services.now())
    page = settings.base_url + person_session(link.secret, letter.session_id)
    token = services.keyring.reply_token(message_id)
    return Response(messages.as_eml(letter, settings.deployment, token, page), media_type=EML)
