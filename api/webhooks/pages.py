"""The page where managers see and change webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.http.dependencies import ServicesDep, services_for
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.urls import WEBHOOKS
from api.web.date_formats import format_short_datetime
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from api.webhooks import facts
from api.webhooks import service as webhooks
from api.webhooks.event_types import WebhookEvent
from api.webhooks.service import NewWebhook, WebhookSecret
from coach.errors import UnusableInputError
from coach.texts.facts import Displayed

WEBHOOK_PAGES = APIRouter(include_in_schema=False)
_UTC = ZoneInfo("UTC")


@WEBHOOK_PAGES.get(WEBHOOKS)
def show(request: Request) -> Response:
    """Show the webhooks, and a form to add one."""
    return _render(request)


@WEBHOOK_PAGES.post(WEBHOOKS)
def create(request: Request, form_fields: FormFields, services: ServicesDep) -> Response:
    """Create a webhook and show its secret once."""
    url = form_fields.get("url", "")
    events = [event for event in WebhookEvent if event.value in form_fields]
    try:
        new = parse_form(NewWebhook, {"url": url, "events": " ".join(events)})
        created = webhooks.create_webhook(services, new)
    except UnusableInputError as error:
        return _render(request, faults=error.by_column, url=url, chosen=frozenset(events))
    return _render(request, secret=created)


@WEBHOOK_PAGES.post(f"{WEBHOOKS}/{{webhook_id}}/secret")
def replace_secret(webhook_id: str, request: Request, services: ServicesDep) -> Response:
    """Replace the secret of a webhook and show it once."""
    return _render(request, secret=webhooks.replace_secret(services, webhook_id))


@WEBHOOK_PAGES.post(f"{WEBHOOKS}/{{webhook_id}}/resume")
def resume(webhook_id: str, services: ServicesDep) -> Response:
    """Resume deliveries to a webhook, starting with the next job."""
    webhooks.resume_webhook(services, webhook_id)
    return redirect_after_post(WEBHOOKS)


@WEBHOOK_PAGES.post(f"{WEBHOOKS}/{{webhook_id}}/remove")
def remove(webhook_id: str, services: ServicesDep) -> Response:
    """Remove a webhook."""
    webhooks.remove_webhook(services, webhook_id)
    return redirect_after_post(WEBHOOKS)


def _render(
    request: Request,
    *,
    secret: WebhookSecret | None = None,
    faults: Mapping[str, Displayed] | None = None,
    url: str = "",
    chosen: frozenset[WebhookEvent] = frozenset(),
) -> Response:
    found = webhooks.list_webhooks(services_for(request))
    return render_page(
        request,
        "webhooks/webhooks.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        webhooks=[
            (
                each,
                [facts.EVENT_LABELS[event] for event in each.events],
                each.last_success_at and format_short_datetime(each.last_success_at, _UTC),
                each.failing_since and format_short_datetime(each.failing_since, _UTC),
                facts.PROBLEMS.get(each.problem),
            )
            for each in found
        ],
        events=[(event, facts.EVENT_LABELS[event], event in chosen) for event in WebhookEvent],
        secret=secret,
        faults=faults or {},
        entered={"url": url},
    )


_CHANGE = Permission(MANAGER, requires_recent_authentication=True)

ROUTERS = (WEBHOOK_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", WEBHOOKS): Permission(MANAGER),
    ("POST", WEBHOOKS): _CHANGE,
    ("POST", f"{WEBHOOKS}/{{webhook_id}}/secret"): _CHANGE,
    ("POST", f"{WEBHOOKS}/{{webhook_id}}/resume"): _CHANGE,
    ("POST", f"{WEBHOOKS}/{{webhook_id}}/remove"): _CHANGE,
}
