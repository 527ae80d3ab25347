"""Messages about the audit trail, and labels for the names that it stores.

The keys are the stored names, which never change; their labels can.
"""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import DATE, FACT, NUMBER, TEXT, Displayed, Fact, listed, message

# i18n: a detail of an event: its name and its value, such as "rows 12".
DETAIL = message("audit.detail", "{name} {value}", name=FACT, value=FACT)
DETAIL_LIST = message("audit.details", "{details}", details=listed(FACT))

HEAD_SUBJECT = message("audit_trail.head_subject", "Audit trail on {day}", day=DATE)
HEAD_BODY = message(
    "audit_trail.head_body",
    "On {day}, the audit trail of {server} had {rows} rows. The seal of the last row is:\n\n"
    "{head}\n\n"
    "Keep this email. To check later that no row has been removed, run:\n\n"
    "gender-coach audit verify --head {head}",
    day=DATE,
    server=TEXT,
    rows=NUMBER,
    head=TEXT,
)

ROLES: Mapping[str, Fact] = {
    "manager": message("audit_role.manager", "manager")(),
    "coach": message("audit_role.coach", "coach")(),
    "coachee": message("audit_role.coachee", "coachee")(),
    "aide": message("audit_role.aide", "aide")(),
    "follow_up": message("audit_role.follow_up", "coach or coachee (follow-up link)")(),
    "post": message("audit_role.post", "post that took over a commitment")(),
    "auditor": message("audit_role.auditor", "auditor")(),
    "nobody": message("audit_role.nobody", "anonymous visitor")(),
    "system": message("audit_role.system", "system")(),
}
"""The label of each role that can perform an action."""

OBJECTS: Mapping[str, Fact] = {
    "agreement": message("audit_object.agreement", "agreement")(),
    "audit": message("audit_object.audit", "audit trail")(),
    "commitment": message("audit_object.commitment", "commitment")(),
    "credential": message("audit_object.credential", "credential")(),
    "cycle": message("audit_object.cycle", "cycle")(),
    "database": message("audit_object.database", "database")(),
    "digest": message("audit_object.digest", "daily digest")(),
    "directory": message("audit_object.directory", "directory")(),
    "follow-up": message("audit_object.follow_up", "follow-up")(),
    "follow-ups": message("audit_object.follow_ups", "follow-ups")(),
    "goal": message("audit_object.goal", "goal")(),
    "human": message("audit_object.human", "person in the directory")(),
    "key": message("audit_object.key", "key")(),
    "mail": message("audit_object.mail", "email")(),
    "message": message("audit_object.message", "message")(),
    "module": message("audit_object.module", "curriculum module")(),
    "passkey": message("audit_object.passkey", "passkey")(),
    "person": message("audit_object.person", "person")(),
    "plan": message("audit_object.plan", "plan")(),
    "question": message("audit_object.question", "question")(),
    "reminders": message("audit_object.reminders", "reminders")(),
    "replies": message("audit_object.replies", "replies")(),
    "retention": message("audit_object.retention", "retention")(),
    "run": message("audit_object.run", "run")(),
    "group event": message("audit_object.group_event", "group event")(),
    "session": message("audit_object.session", "session")(),
    "user": message("audit_object.user", "user")(),
    "country": message("audit_object.country", "country/territory")(),
    "webhook": message("audit_object.webhook", "webhook")(),
}
"""The label of each kind of object that an action can affect."""


def label(labels: Mapping[str, Fact], stored: str) -> Displayed:
    """Return the label of a stored name, or the name itself if this version has no label for it."""
    return labels.get(stored, stored)
