"""Use cases for webhooks: creating, listing and removing them, and replacing their secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import Url
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.audit_trail.rows import AuditRow
from api.database.types import new_id
from api.services import Services
from api.settings import Settings
from api.values import FrozenModel
from api.webhooks import facts
from api.webhooks.addresses import is_host_listed, is_host_permitted
from api.webhooks.delivery import EARLIER_SECRET_FOR
from api.webhooks.event_types import WebhookEvent
from api.webhooks.rows import MAX_URL_LENGTH, WebhookRow
from api.webhooks.signing import shown_secret
from coach.errors import (
    ConflictError,
    InputFault,
    InvalidValueError,
    NotFoundError,
    UnusableInputError,
)

MAX_WEBHOOKS = 20


def _check_url(text: str) -> str:
    """Return an `https` address without credentials or a fragment.

    Raises:
        InvalidValueError: the text is not such an address.
    """
    try:
        url = Url(text)
    except ValueError as error:
        raise InvalidValueError(facts.NOT_HTTPS()) from error
    if url.scheme != "https" or not url.host or url.username or url.password or url.fragment:
        raise InvalidValueError(facts.NOT_HTTPS())
    return str(url)


def _require_events(events: frozenset[WebhookEvent]) -> frozenset[WebhookEvent]:
    if not events:
        raise InvalidValueError(facts.NO_EVENTS())
    return events


class NewWebhook(FrozenModel):
    """The input for creating a webhook: the `https` address, and the events to report."""

    url: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=MAX_URL_LENGTH),
        AfterValidator(_check_url),
        Field(examples=["https://hr.example.org/coaching"]),
    ]
    events: Annotated[
        frozenset[WebhookEvent],
        BeforeValidator(lambda value: value.split() if isinstance(value, str) else value),
        AfterValidator(_require_events),
    ]


class Webhook(FrozenModel):
    """A webhook. `problem` states why the last attempt failed; empty if it succeeded."""

    id: str
    url: str
    events: tuple[WebhookEvent, ...]
    created_at: datetime
    last_success_at: datetime | None
    failing_since: datetime | None
    next_attempt_at: datetime | None
    stopped_at: datetime | None
    problem: str


class WebhookSecret(FrozenModel):
    """A webhook and its secret, which is not shown again."""

    webhook: Webhook
    secret: str


def list_webhooks(services: Services) -> tuple[Webhook, ...]:
    """Return all webhooks, oldest first."""
    with services.database.reading() as tx:
        rows = tx.scalars(select(WebhookRow).order_by(WebhookRow.created_at, WebhookRow.id))
        return tuple(map(_view, rows))


def create_webhook(services: Services, new: NewWebhook) -> WebhookSecret:
    """Create a webhook that is notified of events from now on.

    Raises:
        UnusableInputError: the host is not listed in the setting `webhook_hosts`, or it is an IP
            address that is neither public nor in the setting `webhook_networks`.
        ConflictError: there are too many webhooks.
    """
    _check_host(new.url, services.settings)
    with services.database.writing() as tx:
        if (tx.scalar(select(func.count()).select_from(WebhookRow)) or 0) >= MAX_WEBHOOKS:
            raise ConflictError(facts.TOO_MANY(limit=MAX_WEBHOOKS))
        row = WebhookRow(
            id=new_id(),
            url=new.url,
            events=" ".join(sorted(new.events)),
            secret_version=1,
            created_at=services.now(),
            delivered=tx.scalar(select(func.max(AuditRow.number))) or 0,
            failures=0,
            problem="",
        )
        tx.add(row)
        record_event(tx, "webhook created", "webhook", row.id)
        return _with_secret(services, row)


def _check_host(url: str, settings: Settings) -> None:
    host = urlsplit(url).hostname or ""
    if not is_host_listed(url, settings.webhook_hosts):
        fault = facts.HOST_NOT_LISTED(host=host)
    elif not is_host_permitted(url, settings.webhook_networks):
        fault = facts.ADDRESS_NOT_PERMITTED(address=host)
    else:
        return
    raise UnusableInputError([InputFault("form", 1, "url", fault)])


def replace_secret(services: Services, webhook_id: str) -> WebhookSecret:
    """Replace a webhook's secret. For a day, messages are signed with both secrets.

    Raises:
        NotFoundError: there is no such webhook.
    """
    with services.database.writing() as tx:
        row = _row(tx, webhook_id)
        row.secret_version += 1
        row.earlier_secret_until = services.now() + EARLIER_SECRET_FOR
        record_event(tx, "webhook secret replaced", "webhook", row.id)
        return _with_secret(services, row)


def resume_webhook(services: Services, webhook_id: str) -> Webhook:
    """Deliver a webhook's waiting events with the next job, even if deliveries have stopped.

    Raises:
        NotFoundError: there is no such webhook.
    """
    with services.database.writing() as tx:
        row = _row(tx, webhook_id)
        row.stopped_at = row.failing_since = row.next_attempt_at = None
        row.failures = 0
        record_event(tx, "webhook resumed", "webhook", row.id)
        return _view(row)


def remove_webhook(services: Services, webhook_id: str) -> None:
    """Remove a webhook.

    Raises:
        NotFoundError: there is no such webhook.
    """
    with services.database.writing() as tx:
        tx.delete(_row(tx, webhook_id))
        record_event(tx, "webhook removed", "webhook", webhook_id)


def _row(tx: Transaction, webhook_id: str) -> WebhookRow:
    row = tx.get(WebhookRow, webhook_id)
    if row is None:
        raise NotFoundError(facts.NOT_FOUND(id=webhook_id))
    return row


def _with_secret(services: Services, row: WebhookRow) -> WebhookSecret:
    secret = services.keyring.webhook_secret(row.id, row.secret_version)
    return WebhookSecret(webhook=_view(row), secret=shown_secret(secret))


def _view(row: WebhookRow) -> Webhook:
    return Webhook(
        id=row.id,
        url=row.url,
        events=tuple(WebhookEvent(name) for name in row.events.split()),
        created_at=row.created_at,
        last_success_at=row.last_success_at,
        failing_since=row.failing_since,
        next_attempt_at=row.next_attempt_at,
        stopped_at=row.stopped_at,
        problem=row.problem,
    )
