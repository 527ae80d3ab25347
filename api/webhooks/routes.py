"""JSON routes for webhooks."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.webhooks import service as webhooks
from api.webhooks.service import NewWebhook, Webhook, WebhookSecret

WEBHOOKS = APIRouter(prefix=f"{API}/webhooks", tags=["webhooks"])


@WEBHOOKS.get("", responses=problem_responses())
def list_webhooks(services: ServicesDep) -> tuple[Webhook, ...]:
    """List the webhooks, oldest first."""
    return webhooks.list_webhooks(services)


@WEBHOOKS.post("", status_code=HTTPStatus.CREATED, responses=problem_responses(409, 422))
def create_webhook(new: NewWebhook, services: ServicesDep) -> WebhookSecret:
    """Create a webhook, and get the secret that signs its messages."""
    return webhooks.create_webhook(services, new)


@WEBHOOKS.post("/{webhook_id}/secret", responses=problem_responses(404))
def replace_secret(webhook_id: str, services: ServicesDep) -> WebhookSecret:
    """Replace the secret of a webhook. For a day, messages are signed with both secrets."""
    return webhooks.replace_secret(services, webhook_id)


@WEBHOOKS.post("/{webhook_id}/resume", responses=problem_responses(404))
def resume_webhook(webhook_id: str, services: ServicesDep) -> Webhook:
    """Resume deliveries to a webhook within about a minute, even if they have stopped."""
    return webhooks.resume_webhook(services, webhook_id)


@WEBHOOKS.delete(
    "/{webhook_id}", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(404)
)
def remove_webhook(webhook_id: str, services: ServicesDep) -> None:
    """Remove a webhook."""
    webhooks.remove_webhook(services, webhook_id)


_READ = Permission(MANAGER, scope=TokenScope.ADMINISTRATION)
_CHANGE = Permission(MANAGER, scope=TokenScope.ADMINISTRATION, requires_recent_authentication=True)

ROUTERS = (WEBHOOKS,)
PERMISSIONS: Permissions = {
    ("GET", API + "/webhooks"): _READ,
    ("POST", API + "/webhooks"): _CHANGE,
    ("POST", API + "/webhooks/{webhook_id}/secret"): _CHANGE,
    ("POST", API + "/webhooks/{webhook_id}/resume"): _CHANGE,
    ("DELETE", API + "/webhooks/{webhook_id}"): _CHANGE,
}
