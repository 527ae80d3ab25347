"""Who may open which page: the rows that pages add to the table of roles and routes."""

from __future__ import annotations

from api.http.access import COACH, COACHEE, EVERYBODY, MANAGER, OFFICE, PERSON, Access

_SESSION = "/p/{link}/sessions/{session_id}"

ACCESS: dict[tuple[str, str], Access] = {
    ("GET", "/"): Access(MANAGER),
    ("POST", "/cycles"): Access(MANAGER),
    ("GET", "/cycles/{cycle_id}"): Access(MANAGER),
    ("POST", "/cycles/{cycle_id}/policy"): Access(MANAGER),
    ("GET", "/cycles/{cycle_id}/rules"): Access(MANAGER),
    ("GET", "/cycles/{cycle_id}/people"): Access(MANAGER),
    ("POST", "/cycles/{cycle_id}/people"): Access(MANAGER),
    ("POST", "/people/{person_id}/link"): Access(MANAGER),
    ("POST", "/cycles/{cycle_id}/runs"): Access(MANAGER),
    ("POST", "/cycles/{cycle_id}/what-if"): Access(MANAGER),
    ("GET", "/cycles/{cycle_id}/sessions"): Access(MANAGER),
    ("GET", "/cycles/{cycle_id}/messages"): Access(MANAGER),
    ("POST", "/cycles/{cycle_id}/messages/sent"): Access(MANAGER),
    ("GET", "/runs/{run_id}"): Access(MANAGER),
    ("POST", "/runs/{run_id}/cancel"): Access(MANAGER),
    ("GET", "/plans/{plan_id}"): Access(MANAGER),
    ("GET", "/plans/{plan_id}/report.html"): Access(MANAGER),
    ("GET", "/plans/{plan_id}/schedule.xlsx"): Access(MANAGER),
    ("POST", "/plans/{plan_id}/publish"): Access(MANAGER),
    ("GET", "/plans/{plan_id}/compare"): Access(MANAGER),
    ("GET", "/sessions/{session_id}"): Access(MANAGER, own=True),
    ("GET", "/rules"): Access(EVERYBODY),
    ("GET", "/sign-in"): Access(EVERYBODY),
    ("POST", "/sign-in"): Access(EVERYBODY),
    ("GET", "/sign-in/{secret}"): Access(EVERYBODY),
    ("GET", "/account"): Access(OFFICE),
    ("POST", "/account"): Access(OFFICE),
    ("GET", "/static/{name}"): Access(EVERYBODY, asks_who=False),
    ("GET", "/p/{link}"): Access(PERSON, own=True),
    ("GET", "/p/{link}/notes"): Access(COACH, own=True),
    ("POST", "/p/{link}/notes/passphrase"): Access(COACH, own=True),
    ("POST", "/p/{link}/notes/open"): Access(COACH, own=True),
    ("POST", "/p/{link}/accept-all"): Access(PERSON, own=True),
    ("GET", _SESSION): Access(PERSON, own=True),
    ("GET", f"{_SESSION}/invitation.ics"): Access(PERSON, own=True),
    ("POST", f"{_SESSION}/reply"): Access(PERSON, own=True),
    ("GET", f"{_SESSION}/note"): Access(COACH, own=True),
    ("POST", f"{_SESSION}/note"): Access(COACH, own=True),
    ("GET", f"{_SESSION}/feedback"): Access(COACHEE, own=True),
    ("POST", f"{_SESSION}/feedback"): Access(COACHEE, own=True),
}
