"""Who may call what: one table, complete. A route that is not in it does not start.

`own_only` marks routes about one person's object: a person gets there only for what is theirs, and
sees "not found" for everything else.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.http.principal import AccessRole
from api.http.urls import API

MANAGER = frozenset({AccessRole.MANAGER})
COACH = frozenset({AccessRole.COACH})
COACHEE = frozenset({AccessRole.COACHEE})
PERSON = COACH | COACHEE
AUDITOR = frozenset({AccessRole.AUDITOR})
OFFICE = MANAGER | AUDITOR
SIGNED_IN = OFFICE | PERSON
EVERYBODY = frozenset(AccessRole)


@dataclass(frozen=True, slots=True)
class Permission:
    """Which roles may call a route, and whether people reach only their own objects by it.

    Where `authenticates` is not set, the route answers without the database, even while that is
    away. Where `requires_recent_authentication` is set, a browser's user must have shown lately who
    they are: it is so for what takes personal data out of the house (also by mail: invitations
    carry secret links to addresses that the office itself can change), and for what changes how one
    signs in. `audit_action` is the act that is written into the audit trail when the office asks
    for personal data by a route.
    """

    roles: frozenset[AccessRole]
    own_only: bool = False
    authenticates: bool = True
    requires_recent_authentication: bool = False
    audit_action: str = ""


def _api(path: str) -> str:
    return f"{API}{path}"


PERMISSIONS: dict[tuple[str, str], Permission] = {
    ("GET", "/healthz"): Permission(EVERYBODY, authenticates=False),
    ("GET", "/readyz"): Permission(EVERYBODY, authenticates=False),
    ("GET", "/metrics"): Permission(EVERYBODY),  # and looks itself at who is asking from where
    ("GET", _api("/openapi.json")): Permission(EVERYBODY),
    ("GET", _api("/problems")): Permission(EVERYBODY),
    ("GET", _api("/rules")): Permission(EVERYBODY),
    ("GET", _api("/forms")): Permission(EVERYBODY),
    ("GET", _api("/cycles")): Permission(OFFICE),
    ("POST", _api("/cycles")): Permission(MANAGER),
    ("GET", _api("/cycles/{cycle_id}")): Permission(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/policy")): Permission(MANAGER),
    ("PUT", _api("/cycles/{cycle_id}/policy")): Permission(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/rules")): Permission(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/people")): Permission(MANAGER, audit_action="people opened"),
    ("PUT", _api("/cycles/{cycle_id}/people")): Permission(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/retention")): Permission(MANAGER),
    ("PUT", _api("/cycles/{cycle_id}/retention/hold")): Permission(MANAGER),
    ("DELETE", _api("/cycles/{cycle_id}/retention/hold")): Permission(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/reminders")): Permission(MANAGER),
    ("PUT", _api("/cycles/{cycle_id}/reminders")): Permission(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/runs")): Permission(MANAGER),
    ("POST", _api("/cycles/{cycle_id}/runs")): Permission(MANAGER),
    ("POST", _api("/cycles/{cycle_id}/what-if")): Permission(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/plans")): Permission(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/schedule")): Permission(
        MANAGER, audit_action="timetable opened"
    ),
    ("GET", _api("/cycles/{cycle_id}/outbox")): Permission(MANAGER, audit_action="messages opened"),
    ("GET", _api("/cycles/{cycle_id}/outbox.zip")): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("GET", _api("/outbox/{message_id}.eml")): Permission(
        MANAGER, requires_recent_authentication=True, audit_action="message exported"
    ),
    ("POST", _api("/people/{person_id}/link")): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("GET", _api("/cycles/{cycle_id}/outbox/waiting")): Permission(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/outbox/post")): Permission(
        MANAGER, audit_action="messages opened"
    ),
    ("POST", _api("/cycles/{cycle_id}/outbox/post")): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("POST", _api("/cycles/{cycle_id}/outbox/post/retry")): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("POST", _api("/cycles/{cycle_id}/outbox/post/{mail_id}/sent")): Permission(MANAGER),
    ("POST", _api("/cycles/{cycle_id}/outbox/sent")): Permission(MANAGER),
    ("GET", _api("/runs/{run_id}")): Permission(MANAGER),
    ("GET", _api("/runs/{run_id}/events")): Permission(MANAGER),
    ("GET", _api("/runs/{run_id}/record")): Permission(MANAGER),
    ("POST", _api("/runs/{run_id}/cancel")): Permission(MANAGER),
    ("GET", _api("/plans/{plan_id}")): Permission(MANAGER, audit_action="plan opened"),
    ("POST", _api("/plans/{plan_id}/publish")): Permission(MANAGER),
    ("GET", _api("/plans/{plan_id}/comparison")): Permission(MANAGER, audit_action="plan opened"),
    ("GET", _api("/plans/{plan_id}/questions")): Permission(MANAGER, audit_action="plan opened"),
    ("POST", _api("/plans/{plan_id}/questions")): Permission(MANAGER),
    ("POST", _api("/plans/{plan_id}/people/{person_id}/replace")): Permission(MANAGER),
    ("GET", _api("/questions/{question_id}")): Permission(MANAGER, audit_action="answer opened"),
    ("POST", _api("/questions/{question_id}/cancel")): Permission(MANAGER),
    ("GET", _api("/audit")): Permission(OFFICE),
    ("GET", _api("/audit/head")): Permission(OFFICE),
    ("GET", _api("/audit/report")): Permission(OFFICE),
    ("GET", _api("/me")): Permission(SIGNED_IN),
    ("GET", _api("/me/notes")): Permission(COACH),
    ("PUT", _api("/me/notes/passphrase")): Permission(COACH),
    ("POST", _api("/me/notes/open")): Permission(COACH),
    ("POST", _api("/me/notes/recovery-code")): Permission(COACH),
    ("POST", _api("/me/notes/afresh")): Permission(COACH),
    ("POST", _api("/me/notes/code")): Permission(COACH),
    ("GET", _api("/me/address")): Permission(PERSON),
    ("POST", _api("/me/address")): Permission(PERSON),
    ("POST", _api("/me/address/confirm")): Permission(PERSON),
    ("GET", _api("/me/sessions")): Permission(PERSON),
    ("GET", _api("/me/consent")): Permission(PERSON),
    ("PUT", _api("/me/consent")): Permission(PERSON),
    ("PUT", _api("/me/publicity")): Permission(PERSON),
    ("GET", _api("/cycles/{cycle_id}/consents")): Permission(MANAGER, audit_action="people opened"),
    ("GET", _api("/me/credentials")): Permission(OFFICE),
    ("POST", _api("/me/credentials")): Permission(OFFICE, requires_recent_authentication=True),
    ("DELETE", _api("/credentials/{credential_id}")): Permission(OFFICE),
    ("GET", _api("/sessions/{session_id}")): Permission(
        MANAGER | PERSON, own_only=True, audit_action="session opened"
    ),
    ("GET", _api("/sessions/{session_id}/invitation.ics")): Permission(
        MANAGER | PERSON, own_only=True, audit_action="session opened"
    ),
    ("PUT", _api("/sessions/{session_id}/reply")): Permission(PERSON, own_only=True),
    ("GET", _api("/sessions/{session_id}/record")): Permission(
        MANAGER | PERSON, own_only=True, audit_action="record opened"
    ),
    ("PUT", _api("/sessions/{session_id}/record")): Permission(COACH, own_only=True),
    ("GET", _api("/sessions/{session_id}/note")): Permission(COACH, own_only=True),
    ("PUT", _api("/sessions/{session_id}/note")): Permission(COACH, own_only=True),
    ("GET", _api("/sessions/{session_id}/feedback")): Permission(
        MANAGER | COACHEE, own_only=True, audit_action="feedback opened"
    ),
    ("PUT", _api("/sessions/{session_id}/feedback")): Permission(COACHEE, own_only=True),
    ("POST", "/sign-in/{secret}"): Permission(EVERYBODY),
    ("POST", "/sign-out"): Permission(OFFICE),
}
"""By method and path. Pages add their rows in `api.http.page_permissions`, when they are there."""
