"""Messages about webhooks."""

from __future__ import annotations

from coach.texts.facts import NUMBER, TEXT, message

NOT_FOUND = message("webhooks.not_found", "there is no webhook {id}", id=TEXT)
NOT_HTTPS = message(
    "webhooks.not_https",
    "enter an https address without a user name, password or fragment, such as "
    "https://hr.example.org/coaching",
)
NO_EVENTS = message("webhooks.no_events", "choose at least one kind of event")
HOST_NOT_LISTED = message(
    "webhooks.host_not_listed",
    "{host} is not among the hosts that the setting GENDER_COACH_WEBHOOK_HOSTS permits",
    host=TEXT,
)
ADDRESS_NOT_PERMITTED = message(
    "webhooks.address_not_permitted",
    "{address} is neither a public address nor in a network that the setting "
    "GENDER_COACH_WEBHOOK_NETWORKS permits",
    address=TEXT,
)
TOO_MANY = message(
    "webhooks.too_many",
    "there are already {limit} webhooks, which is the maximum; remove one before you add another",
    limit=NUMBER,
)

EVENT_LABELS = {
    "lists.imported": message("webhooks.lists_imported", "Lists were uploaded")(),
    "run.finished": message("webhooks.run_finished", "A run finished")(),
    "run.failed": message("webhooks.run_failed", "A run failed")(),
    "plan.published": message("webhooks.plan_published", "A plan was published")(),
    "session.accepted": message("webhooks.session_accepted", "A session was accepted")(),
    "session.declined": message("webhooks.session_declined", "A session was declined")(),
    "session.changed": message("webhooks.session_changed", "A session was changed")(),
    "session.cancelled": message("webhooks.session_cancelled", "A session was cancelled")(),
    "person.left": message("webhooks.person_left", "A person left a cycle")(),
    "mail.failed": message("webhooks.mail_failed", "An email could not be delivered")(),
}
"""The name of each type of event."""

PROBLEMS = {
    "unknown host": message("webhooks.unknown_host", "the host name of the address is unknown")(),
    "forbidden address": message(
        "webhooks.forbidden_address",
        "the address is neither public nor in a network that the setting "
        "GENDER_COACH_WEBHOOK_NETWORKS permits",
    )(),
    "forbidden host": message(
        "webhooks.forbidden_host",
        "the host is not among those that the setting GENDER_COACH_WEBHOOK_HOSTS permits",
    )(),
    "no connection": message("webhooks.no_connection", "no connection, or no valid certificate")(),
    "timeout": message("webhooks.timeout", "the receiver did not respond in time")(),
    "refused": message("webhooks.refused", "the receiver did not accept the message")(),
    "gone": message("webhooks.gone", "the receiver no longer accepts messages")(),
}
"""The message for each reason why an attempt failed."""
