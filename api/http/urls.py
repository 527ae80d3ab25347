"""URLs used by more than one module."""

from __future__ import annotations

from urllib.parse import urlencode

API = "/api/v1"
STATIC = "/static"
SIGN_IN = "/sign-in"
OIDC_START = "/sign-in/provider"
OIDC_CALLBACK = "/sign-in/provider/back"
SECOND_FACTOR = "/sign-in/second"
PASSKEY = "/sign-in/passkey"
CONFIRM = "/confirm"
ACCOUNT = "/account"
CONFIRM_CHANGE = "/account/confirm"
USERS = "/users"
DIRECTORY = "/directory"
SEARCHES = "/searches"
AUDIT = "/audit"
SERVICE = "/service"
GUIDANCE = "/guidance"
NEW_CYCLE = "/new-cycle"
WEBHOOKS = "/webhooks"
MAIL_CHECK = "/mail-check"
CURRICULUM = "/curriculum"
REPLIES = "/replies"
PERSON = "/p/"
FEEDS = "/feeds/"
AIDE = "/aide/"
OFFICE_CALENDAR = f"{ACCOUNT}/calendar"
JOIN = "/join"
PEOPLE_UPLOAD_SUFFIXES = ("/people", "/people/preview")  # of every URL that accepts people lists
CYCLE_FILE_SUFFIXES = (
    "/cycles",
    "/policy",
    "/policy/text",
    "/policy/edit",
    "/policy/check",
    "/what-if",
)  # suffixes of every URL that accepts a cycle file
CALENDAR_SUFFIX = "/busy-times"  # suffix of every URL that accepts a person's calendar file
NOTE_SUFFIX = "/note"  # suffix of every URL that accepts a coach's note
VERIFY_SUFFIX = "/verify"  # suffix of every URL that verifies a person and passes on their form
VERIFY_CODE_SUFFIX = f"{VERIFY_SUFFIX}/code"


def safe_redirect_path(path: str) -> str:
    """Return `path` if it is a path on this server, else `/`, to prevent open redirects."""
    plain = path.startswith("/") and path.isascii() and path.isprintable() and " " not in path
    return path if plain and not path.startswith("//") and "\\" not in path else "/"


def confirm(next_path: str) -> str:
    """Return the URL of the page that confirms the user's identity and then redirects."""
    return f"{CONFIRM}?{urlencode({'go_on_to': safe_redirect_path(next_path)})}"


def sign_in(secret: str) -> str:
    """Return the URL of the page that redeems a sign-in link."""
    return f"{SIGN_IN}/{secret}"


def person(secret: str) -> str:
    """Return the URL of a person's page, which contains the secret of their link."""
    return f"{PERSON}{secret}"


def link_secret_in_path(path: str) -> str | None:
    """Return the link secret in the path of a person's page, or `None` for other paths."""
    return path.removeprefix(PERSON).partition("/")[0] if path.startswith(PERSON) else None


def person_session(secret: str, session_id: str) -> str:
    """Return the URL of a person's page for a session."""
    return f"{person(secret)}/sessions/{session_id}"


def person_session_accept(secret: str, session_id: str) -> str:
    """Return the URL of the page on which a person accepts a session."""
    return f"{person_session(secret, session_id)}/accept"


def person_session_decline(secret: str, session_id: str) -> str:
    """Return the URL of the page on which a person declines a session."""
    return f"{person_session(secret, session_id)}/decline"


def person_session_another_time(secret: str, session_id: str) -> str:
    """Return the URL of the page on which a person asks for another time."""
    return f"{person_session(secret, session_id)}/another-time"


def person_event(secret: str, invitation_id: str) -> str:
    """Return the URL of a person's page for a date of a group event."""
    return f"{person(secret)}/events/{invitation_id}"


def group_events(cycle_id: str) -> str:
    """Return the URL of the page with a cycle's group events."""
    return f"{cycle(cycle_id)}/events"


def group_event(cycle_id: str, event_id: str) -> str:
    """Return the URL of the office's page about a group event."""
    return f"{group_events(cycle_id)}/{event_id}"


def session_change(session_id: str) -> str:
    """Return the URL of the page on which the programme office changes a session."""
    return f"/sessions/{session_id}/change"


def person_notes(secret: str) -> str:
    """Return the URL of the page on which a coach manages access to their notes."""
    return f"{person(secret)}/notes"


def person_address(secret: str) -> str:
    """Return the URL of the page on which a person changes their email address."""
    return f"{person(secret)}/address"


def person_details(secret: str, *, saved: bool = False) -> str:
    """Return the URL of the page on which a person enters their own times and details."""
    return f"{person(secret)}/details{'?saved=true' if saved else ''}"


def person_verify(secret: str, go_on_to: str = "") -> str:
    """Return the URL of the page that verifies a person and then redirects to `go_on_to`."""
    page = f"{person(secret)}{VERIFY_SUFFIX}"
    return f"{page}?{urlencode({'go_on_to': go_on_to})}" if go_on_to else page


def person_verify_again(secret: str, go_on_to: str) -> str:
    """Return the URL of `person_verify` for a person whose verification is no longer recent."""
    return f"{person_verify(secret, go_on_to)}&again=true"


def person_devices(secret: str) -> str:
    """Return the URL of the page with a person's verified devices, PIN and passkeys."""
    return f"{person(secret)}/devices"


def person_calendar(secret: str) -> str:
    """Return the URL of the page with a person's calendar feed."""
    return f"{person(secret)}/calendar"


def person_aides(secret: str) -> str:
    """Return the URL of the page on which a coachee creates and ends aides' links."""
    return f"{person(secret)}/aides"


def person_coaching(secret: str) -> str:
    """Return the URL of the page with a person's agreements, goals and commitments."""
    return f"{person(secret)}/coaching"


def person_pair(secret: str, other_id: str) -> str:
    """Return the common URL prefix of a person's pages about one of their pairs."""
    return f"{person_coaching(secret)}/{other_id}"


def person_follow_ups(secret: str) -> str:
    """Return the URL of the page with a person's follow-ups."""
    return f"{person(secret)}/follow-up"


def person_follow_up(secret: str, follow_up_id: str) -> str:
    """Return the URL of the form for one follow-up."""
    return f"{person_follow_ups(secret)}/{follow_up_id}"


def post(secret: str) -> str:
    """Return the URL of the page for a post that has taken over a commitment."""
    return f"{person(secret)}/handed-over"


def follow_ups(cycle_id: str) -> str:
    """Return the URL of the page with a cycle's follow-ups."""
    return f"{cycle(cycle_id)}/follow-ups"


def agreements(cycle_id: str) -> str:
    """Return the URL of the page with the states of a cycle's agreements."""
    return f"{cycle(cycle_id)}/agreements"


def goals(cycle_id: str) -> str:
    """Return the URL of the page with a cycle's goals and commitments."""
    return f"{cycle(cycle_id)}/goals"


def person_session_modules(secret: str, session_id: str, *, saved: bool = False) -> str:
    """Return the URL of the page on which a coach plans the modules of a session's pair."""
    page = f"{person_session(secret, session_id)}/modules"
    return f"{page}?saved=true" if saved else page


def aide(secret: str) -> str:
    """Return the URL of an aide's page, which contains the secret of the aide's link."""
    return f"{AIDE}{secret}"


def aide_another_time(secret: str, session_id: str) -> str:
    """Return the URL of the page on which an aide asks for another time."""
    return f"{aide(secret)}/times/{session_id}/another-time"


def feed(secret: str) -> str:
    """Return the URL of a calendar feed, which contains its secret."""
    return f"{FEEDS}{secret}.ics"


def cycle(cycle_id: str) -> str:
    """Return the URL of a cycle's overview."""
    return f"/cycles/{cycle_id}"


def cycle_curriculum(cycle_id: str) -> str:
    """Return the URL of the page with a cycle's course and the progress of its pairs."""
    return f"{cycle(cycle_id)}/curriculum"


def session(session_id: str) -> str:
    """Return the URL of the office's page about a session."""
    return f"/sessions/{session_id}"


def join(secret: str) -> str:
    """Return the URL of an open call, which contains the secret of its link."""
    return f"{JOIN}/{secret}"


def applications(cycle_id: str) -> str:
    """Return the URL of the page with a cycle's applications."""
    return f"{cycle(cycle_id)}/applications"


def policy_editor(cycle_id: str) -> str:
    """Return the URL of the page on which a cycle's policy is edited."""
    return f"/cycles/{cycle_id}/policy/edit"


def pair_decisions(cycle_id: str) -> str:
    """Return the URL of the page with a cycle's pins, bans and waivers."""
    return f"/cycles/{cycle_id}/pairs"


def cycle_file(cycle_id: str) -> str:
    """Return the URL from which a cycle file is downloaded."""
    return f"{API}/cycles/{cycle_id}/policy.toml"


def human(human_id: str) -> str:
    """Return the URL of a person's page in the directory."""
    return f"{DIRECTORY}/{human_id}"


def list_preview(cycle_id: str) -> str:
    """Return the URL of the page with lists that are awaiting a decision."""
    return f"{cycle(cycle_id)}/people/preview"


def module(code: str) -> str:
    """Return the URL of the office's page about a module of the curriculum."""
    return f"{CURRICULUM}/{code}"


def run(run_id: str) -> str:
    """Return the URL of a run's page."""
    return f"/runs/{run_id}"


def plan(plan_id: str) -> str:
    """Return the URL of a plan's page."""
    return f"/plans/{plan_id}"


def plans_side_by_side(cycle_id: str) -> str:
    """Return the URL of the page that shows a cycle's plans side by side."""
    return f"{cycle(cycle_id)}/plans/compare"


def plan_person(plan_id: str, person_id: str) -> str:
    """Return the URL of the page that explains a coachee's match in a plan."""
    return f"{plan(plan_id)}/people/{person_id}"


def question(question_id: str) -> str:
    """Return the URL of the page with a plan query and its answer."""
    return f"/questions/{question_id}"


def person_consent(secret: str) -> str:
    """Return the URL of a person's privacy and consent page."""
    return f"{person(secret)}/consent"
