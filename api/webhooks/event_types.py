"""The events that webhooks can report, each of which is an action in the audit trail."""

from __future__ import annotations

from enum import StrEnum


class WebhookEvent(StrEnum):
    """The type of an event, as sent to receivers. Types are never renamed or removed."""

    LISTS_IMPORTED = "lists.imported"
    RUN_FINISHED = "run.finished"
    RUN_FAILED = "run.failed"
    PLAN_PUBLISHED = "plan.published"
    SESSION_ACCEPTED = "session.accepted"
    SESSION_DECLINED = "session.declined"
    SESSION_CHANGED = "session.changed"
    SESSION_CANCELLED = "session.cancelled"
    PERSON_LEFT = "person.left"
    MAIL_FAILED = "mail.failed"


EVENT_OF_ACTION = {
    "coach list taken in": WebhookEvent.LISTS_IMPORTED,
    "coachee list taken in": WebhookEvent.LISTS_IMPORTED,
    "run finished": WebhookEvent.RUN_FINISHED,
    "run failed": WebhookEvent.RUN_FAILED,
    "plan published": WebhookEvent.PLAN_PUBLISHED,
    "session accepted": WebhookEvent.SESSION_ACCEPTED,
    "session declined": WebhookEvent.SESSION_DECLINED,
    "session changed": WebhookEvent.SESSION_CHANGED,
    "session cancelled": WebhookEvent.SESSION_CANCELLED,
    "person left": WebhookEvent.PERSON_LEFT,
    "mail not delivered": WebhookEvent.MAIL_FAILED,
}
"""The event type for each action in the audit trail that webhooks can report."""
