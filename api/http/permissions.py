"""Who may call what: one table, complete. A route that is not in it does not start.

`own` marks routes about one person's object: a person gets there only for what is theirs, and
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
class Access:
    """Which roles may call a route, and whether people reach only their own objects by it.

    Where `asks_who` is not set, the route answers without the database, even while that is away.
    Where `fresh` is set, a browser's user must have shown lately who they are: it is so for what
    takes personal data out of the house (also by mail: invitations carry secret links to addresses
    that the office itself can change), and for what changes how one signs in. `noted` is the act
    that is written into the audit trail when the office asks for personal data by a route.
    """

    roles: frozenset[AccessRole]
    own: bool = False
    asks_who: bool = True
    fresh: bool = False
    noted: str = ""


def _api(path: str) -> str:
    return f"{API}{path}"


ACCESS: dict[tuple[str, str], Access] = {
    ("GET", "/healthz"): Access(EVERYBODY, asks_who=False),
    ("GET", "/readyz"): Access(EVERYBODY, asks_who=False),
    ("GET", "/metrics"): Access(EVERYBODY),  # and looks itself at who is asking from where
    ("GET", _api("/openapi.json")): Access(EVERYBODY),
    ("GET", _api("/problems")): Access(EVERYBODY),
    ("GET", _api("/rules")): Access(EVERYBODY),
    ("GET", _api("/forms")): Access(EVERYBODY),
    ("GET", _api("/cycles")): Access(OFFICE),
    ("POST", _api("/cycles")): Access(MANAGER),
    ("GET", _api("/cycles/{cycle_id}")): Access(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/policy")): Access(MANAGER),
    ("PUT", _api("/cycles/{cycle_id}/policy")): Access(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/rules")): Access(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/people")): Access(MANAGER, noted="people opened"),
    ("PUT", _api("/cycles/{cycle_id}/people")): Access(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/retention")): Access(MANAGER),
    ("PUT", _api("/cycles/{cycle_id}/retention/hold")): Access(MANAGER),
    ("DELETE", _api("/cycles/{cycle_id}/retention/hold")): Access(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/reminders")): Access(MANAGER),
    ("PUT", _api("/cycles/{cycle_id}/reminders")): Access(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/runs")): Access(MANAGER),
    ("POST", _api("/cycles/{cycle_id}/runs")): Access(MANAGER),
    ("POST", _api("/cycles/{cycle_id}/what-if")): Access(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/plans")): Access(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/schedule")): Access(MANAGER, noted="timetable opened"),
    ("GET", _api("/cycles/{cycle_id}/outbox")): Access(MANAGER, noted="messages opened"),
    ("GET", _api("/cycles/{cycle_id}/outbox.zip")): Access(MANAGER, fresh=True),
    ("GET", _api("/outbox/{message_id}.eml")): Access(
        MANAGER, fresh=True, noted="message exported"
    ),
    ("POST", _api("/people/{person_id}/link")): Access(MANAGER, fresh=True),
    ("GET", _api("/cycles/{cycle_id}/outbox/waiting")): Access(MANAGER),
    ("GET", _api("/cycles/{cycle_id}/outbox/post")): Access(MANAGER, noted="messages opened"),
    ("POST", _api("/cycles/{cycle_id}/outbox/post")): Access(MANAGER, fresh=True),
    ("POST", _api("/cycles/{cycle_id}/outbox/post/retry")): Access(MANAGER, fresh=True),
    ("POST", _api("/cycles/{cycle_id}/outbox/post/{mail_id}/sent")): Access(MANAGER),
    ("POST", _api("/cycles/{cycle_id}/outbox/sent")): Access(MANAGER),
    ("GET", _api("/runs/{run_id}")): Access(MANAGER),
    ("GET", _api("/runs/{run_id}/events")): Access(MANAGER),
    ("GET", _api("/runs/{run_id}/record")): Access(MANAGER),
    ("POST", _api("/runs/{run_id}/cancel")): Access(MANAGER),
    ("GET", _api("/plans/{plan_id}")): Access(MANAGER, noted="plan opened"),
    ("POST", _api("/plans/{plan_id}/publish")): Access(MANAGER),
    ("GET", _api("/plans/{plan_id}/comparison")): Access(MANAGER, noted="plan opened"),
    ("GET", _api("/plans/{plan_id}/questions")): Access(MANAGER, noted="plan opened"),
    ("POST", _api("/plans/{plan_id}/questions")): Access(MANAGER),
    ("POST", _api("/plans/{plan_id}/people/{person_id}/replace")): Access(MANAGER),
    ("GET", _api("/questions/{question_id}")): Access(MANAGER, noted="answer opened"),
    ("POST", _api("/questions/{question_id}/cancel")): Access(MANAGER),
    ("GET", _api("/audit")): Access(OFFICE),
    ("GET", _api("/audit/head")): Access(OFFICE),
    ("GET", _api("/audit/report")): Access(OFFICE),
    ("GET", _api("/me")): Access(SIGNED_IN),
    ("GET", _api("/me/notes")): Access(COACH),
    ("PUT", _api("/me/notes/passphrase")): Access(COACH),
    ("POST", _api("/me/notes/open")): Access(COACH),
    ("POST", _api("/me/notes/recovery-code")): Access(COACH),
    ("POST", _api("/me/notes/afresh")): Access(COACH),
    ("POST", _api("/me/notes/code")): Access(COACH),
    ("GET", _api("/me/address")): Access(PERSON),
    ("POST", _api("/me/address")): Access(PERSON),
    ("POST", _api("/me/address/confirm")): Access(PERSON),
    ("GET", _api("/me/sessions")): Access(PERSON),
    ("GET", _api("/me/consent")): Access(PERSON),
    ("PUT", _api("/me/consent")): Access(PERSON),
    ("PUT", _api("/me/publicity")): Access(PERSON),
    ("GET", _api("/cycles/{cycle_id}/consents")): Access(MANAGER, noted="people opened"),
    ("GET", _api("/me/credentials")): Access(OFFICE),
    ("POST", _api("/me/credentials")): Access(OFFICE, fresh=True),
    ("DELETE", _api("/credentials/{credential_id}")): Access(OFFICE),
    ("GET", _api("/sessions/{session_id}")): Access(
        MANAGER | PERSON, own=True, noted="session opened"
    ),
    ("GET", _api("/sessions/{session_id}/invitation.ics")): Access(
        MANAGER | PERSON, own=True, noted="session opened"
    ),
    ("PUT", _api("/sessions/{session_id}/reply")): Access(PERSON, own=True),
    ("GET", _api("/sessions/{session_id}/record")): Access(
        MANAGER | PERSON, own=True, noted="record opened"
    ),
    ("PUT", _api("/sessions/{session_id}/record")): Access(COACH, own=True),
    ("GET", _api("/sessions/{session_id}/note")): Access(COACH, own=True),
    ("PUT", _api("/sessions/{session_id}/note")): Access(COACH, own=True),
    ("GET", _api("/sessions/{session_id}/feedback")): Access(
        MANAGER | COACHEE, own=True, noted="feedback opened"
    ),
    ("PUT", _api("/sessions/{session_id}/feedback")): Access(COACHEE, own=True),
    ("POST", "/sign-in/{secret}"): Access(EVERYBODY),
    ("POST", "/sign-out"): Access(OFFICE),
}
"""By method and path. Pages add their rows in `api.http.page_permissions`, when they are there."""
