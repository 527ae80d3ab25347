"""Who may open which page: the rows that pages add to the table of roles and routes."""

from __future__ import annotations

from api.http.permissions import COACH, COACHEE, EVERYBODY, MANAGER, OFFICE, PERSON, Permission

_SESSION = "/p/{link}/sessions/{session_id}"

PERMISSIONS: dict[tuple[str, str], Permission] = {
    ("GET", "/"): Permission(OFFICE),
    ("POST", "/cycles"): Permission(MANAGER),
    ("GET", "/cycles/{cycle_id}"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/policy"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/retention/hold"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/retention/release"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/reminders"): Permission(MANAGER),
    ("GET", "/cycles/{cycle_id}/rules"): Permission(MANAGER),
    ("GET", "/cycles/{cycle_id}/people"): Permission(MANAGER, audit_action="people opened"),
    ("POST", "/cycles/{cycle_id}/people"): Permission(MANAGER),
    ("POST", "/people/{person_id}/link"): Permission(MANAGER, requires_recent_authentication=True),
    ("POST", "/cycles/{cycle_id}/runs"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/what-if"): Permission(MANAGER),
    ("GET", "/cycles/{cycle_id}/sessions"): Permission(MANAGER, audit_action="timetable opened"),
    ("GET", "/cycles/{cycle_id}/messages"): Permission(MANAGER, audit_action="messages opened"),
    ("POST", "/cycles/{cycle_id}/messages/sent"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/messages/{mail_id}/sent"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/messages/send"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("POST", "/cycles/{cycle_id}/messages/retry"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("GET", "/runs/{run_id}"): Permission(MANAGER),
    ("POST", "/runs/{run_id}/cancel"): Permission(MANAGER),
    ("GET", "/plans/{plan_id}"): Permission(MANAGER, audit_action="plan opened"),
    ("GET", "/plans/{plan_id}/report.html"): Permission(
        MANAGER, requires_recent_authentication=True, audit_action="plan exported"
    ),
    ("GET", "/plans/{plan_id}/schedule.xlsx"): Permission(
        MANAGER, requires_recent_authentication=True, audit_action="plan exported"
    ),
    ("POST", "/plans/{plan_id}/publish"): Permission(MANAGER),
    ("GET", "/plans/{plan_id}/compare"): Permission(MANAGER, audit_action="plan opened"),
    ("POST", "/plans/{plan_id}/advice"): Permission(MANAGER),
    ("GET", "/plans/{plan_id}/people/{person_id}"): Permission(MANAGER, audit_action="plan opened"),
    ("POST", "/plans/{plan_id}/people/{person_id}/explain"): Permission(MANAGER),
    ("POST", "/plans/{plan_id}/people/{person_id}/other-coaches"): Permission(MANAGER),
    ("POST", "/plans/{plan_id}/people/{person_id}/replace"): Permission(MANAGER),
    ("GET", "/questions/{question_id}"): Permission(MANAGER),
    ("POST", "/questions/{question_id}/cancel"): Permission(MANAGER),
    ("GET", "/sessions/{session_id}"): Permission(
        MANAGER, own_only=True, audit_action="session opened"
    ),
    ("GET", "/rules"): Permission(EVERYBODY),
    ("GET", "/sign-in"): Permission(EVERYBODY),
    ("POST", "/sign-in"): Permission(EVERYBODY),
    ("GET", "/sign-in/{secret}"): Permission(EVERYBODY),
    ("GET", "/sign-in/provider"): Permission(EVERYBODY),
    ("GET", "/sign-in/provider/back"): Permission(EVERYBODY),
    ("GET", "/sign-in/second"): Permission(EVERYBODY),
    ("POST", "/sign-in/second/code"): Permission(EVERYBODY),
    ("POST", "/sign-in/passkey/begin"): Permission(EVERYBODY),
    ("POST", "/sign-in/passkey/finish"): Permission(EVERYBODY),
    ("GET", "/sign-out/provider"): Permission(EVERYBODY),
    ("GET", "/confirm"): Permission(OFFICE),
    ("POST", "/confirm"): Permission(OFFICE),
    ("GET", "/confirm/provider"): Permission(OFFICE),
    ("GET", "/audit"): Permission(OFFICE),
    ("GET", "/account"): Permission(OFFICE),
    ("POST", "/account"): Permission(OFFICE, requires_recent_authentication=True),
    ("GET", "/account/provider"): Permission(OFFICE, requires_recent_authentication=True),
    ("POST", "/account/provider/remove"): Permission(OFFICE, requires_recent_authentication=True),
    ("POST", "/account/recovery-codes"): Permission(OFFICE, requires_recent_authentication=True),
    ("POST", "/account/passkeys/begin"): Permission(OFFICE, requires_recent_authentication=True),
    ("POST", "/account/passkeys/finish"): Permission(OFFICE, requires_recent_authentication=True),
    ("POST", "/account/passkeys/{passkey_id}"): Permission(
        OFFICE, requires_recent_authentication=True
    ),
    ("POST", "/account/passkeys/{passkey_id}/remove"): Permission(
        OFFICE, requires_recent_authentication=True
    ),
    ("POST", "/account/tokens"): Permission(OFFICE, requires_recent_authentication=True),
    ("POST", "/account/sign-out-elsewhere"): Permission(OFFICE),
    ("POST", "/account/credentials/{credential_id}/end"): Permission(OFFICE),
    ("GET", "/static/{name}"): Permission(EVERYBODY, authenticates=False),
    ("GET", "/p/{link}"): Permission(PERSON, own_only=True),
    ("GET", "/p/{link}/consent"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/consent"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/publicity"): Permission(PERSON, own_only=True),
    ("GET", "/p/{link}/address"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/address"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/address/confirm"): Permission(PERSON, own_only=True),
    ("GET", "/p/{link}/notes"): Permission(COACH, own_only=True),
    ("POST", "/p/{link}/notes/code"): Permission(COACH, own_only=True),
    ("POST", "/p/{link}/notes/passphrase"): Permission(COACH, own_only=True),
    ("POST", "/p/{link}/notes/open"): Permission(COACH, own_only=True),
    ("POST", "/p/{link}/notes/recovery-code"): Permission(COACH, own_only=True),
    ("POST", "/p/{link}/notes/afresh"): Permission(COACH, own_only=True),
    ("POST", "/p/{link}/accept-all"): Permission(PERSON, own_only=True),
    ("GET", _SESSION): Permission(PERSON, own_only=True),
    ("GET", f"{_SESSION}/invitation.ics"): Permission(PERSON, own_only=True),
    ("POST", f"{_SESSION}/reply"): Permission(PERSON, own_only=True),
    ("GET", f"{_SESSION}/note"): Permission(COACH, own_only=True),
    ("POST", f"{_SESSION}/note"): Permission(COACH, own_only=True),
    ("GET", f"{_SESSION}/feedback"): Permission(COACHEE, own_only=True),
    ("POST", f"{_SESSION}/feedback"): Permission(COACHEE, own_only=True),
}
