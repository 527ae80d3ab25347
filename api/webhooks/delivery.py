"""Delivers events to webhooks, in the order of the audit trail, at least once each.

The audit trail is the queue: it contains each event exactly once, in the transaction of the event.
A webhook stores the number of the last event delivered. An event that cannot be delivered is
retried later, and later events wait for it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.audit_trail.rows import AuditRow
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import is_sealed
from api.services import Services
from api.webhooks.addresses import is_host_listed
from api.webhooks.event_types import EVENT_OF_ACTION, WebhookEvent
from api.webhooks.rows import WebhookRow
from api.webhooks.sending import Problem, send
from api.webhooks.signing import signed_headers

EARLIER_SECRET_FOR = timedelta(hours=24)
_GIVE_UP_AFTER = timedelta(days=5)
_MAX_WAIT = timedelta(hours=6)
_PER_JOB = 100  # messages to one webhook per round, so that others do not wait long


@dataclass(frozen=True, slots=True)
class _Message:
    """A message to a webhook about event `number` in the audit trail."""

    number: int
    url: str
    headers: Mapping[str, str]
    body: bytes


def deliver_due(services: Services, stopping: threading.Event) -> None:
    """Deliver up to `_PER_JOB` waiting events to each webhook whose next attempt is due."""
    with services.database.reading() as tx:
        due = list(
            tx.scalars(
                select(WebhookRow.id).where(
                    WebhookRow.stopped_at.is_(None),
                    or_(
                        WebhookRow.next_attempt_at.is_(None),
                        WebhookRow.next_attempt_at <= services.now(),
                    ),
                )
            )
        )
    for webhook_id in due:
        for _ in range(_PER_JOB):
            if stopping.is_set() or not _deliver_next(services, webhook_id):
                break


def current_secrets(keyring: Keyring, row: WebhookRow, now: datetime) -> list[bytes]:
    """Return the secrets that sign messages: the current one, and the previous one while valid."""
    versions = [row.secret_version]
    if row.earlier_secret_until is not None and now < row.earlier_secret_until:
        versions.append(row.secret_version - 1)
    return [keyring.webhook_secret(row.id, version) for version in versions]


def _deliver_next(services: Services, webhook_id: str) -> bool:
    """Deliver the next event; return whether there may be more events to deliver."""
    with services.database.reading() as tx:
        row = tx.get(WebhookRow, webhook_id)
        if row is None or row.stopped_at is not None or not is_sealed(tx, row):
            return False
        message = _next_message(tx, services, row)
        last = tx.scalar(select(func.max(AuditRow.number))) or 0
        if message is None and row.delivered == last:
            return False
    if message is None:
        with services.database.writing() as tx:
            tx.get_one(WebhookRow, webhook_id).delivered = last
        return False
    settings = services.settings
    problem: Problem | None = Problem.FORBIDDEN_HOST
    if is_host_listed(message.url, settings.webhook_hosts):
        problem = send(message.url, message.headers, message.body, settings.webhook_networks)
    with services.database.writing() as tx:
        _record(tx, tx.get(WebhookRow, webhook_id), message.number, problem, services.now())
    return problem is None


def _next_message(tx: Transaction, services: Services, row: WebhookRow) -> _Message | None:
    wanted = {WebhookEvent(name) for name in row.events.split()}
    actions = [action for action, event in EVENT_OF_ACTION.items() if event in wanted]
    event = tx.scalars(
        select(AuditRow)
        .where(AuditRow.number > row.delivered, AuditRow.action.in_(actions))
        .order_by(AuditRow.number)
        .limit(1)
    ).one_or_none()
    if event is None:
        return None
    body = json.dumps(
        {
            "type": EVENT_OF_ACTION[event.action],
            "timestamp": event.at.isoformat(),
            "data": {"kind": event.object_kind, "id": event.object_id},
        }
    ).encode()
    now = services.now()
    secrets = current_secrets(services.keyring, row, now)
    headers = signed_headers(secrets, f"{row.id}.{event.number}", now, body)
    return _Message(event.number, row.url, headers, body)


def _record(
    tx: Transaction, row: WebhookRow | None, number: int, problem: Problem | None, now: datetime
) -> None:
    if row is None:  # removed in the meantime
        return
    if problem is None:
        row.delivered, row.last_success_at = number, now
        row.failures, row.failing_since, row.next_attempt_at, row.problem = 0, None, None, ""
        return
    row.failures += 1
    row.problem = problem
    row.failing_since = row.failing_since or now
    row.next_attempt_at = now + min(timedelta(minutes=2 ** min(row.failures, 10)), _MAX_WAIT)
    if problem is Problem.GONE or now - row.failing_since > _GIVE_UP_AFTER:
        row.stopped_at = now
        record_event(tx, "webhook stopped", "webhook", row.id)
