"""Where things are: the addresses that more than one module has to agree on."""

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
AUDIT = "/audit"
PERSON = "/p/"
PEOPLE_UPLOAD_SUFFIX = "/people"  # ends every address that takes in lists of people
CYCLE_FILE_SUFFIXES = (
    "/cycles",
    "/policy",
    "/what-if",
)  # end every address that takes in a cycle file
NOTE_SUFFIX = "/note"  # ends every address that takes in a coach's note


def safe_redirect_path(path: str) -> str:
    """`path` where it is a page of this server, else the first page: nobody is sent elsewhere."""
    plain = path.startswith("/") and path.isascii() and path.isprintable() and " " not in path
    return path if plain and not path.startswith("//") and "\\" not in path else "/"


def confirm(go_on_to: str) -> str:
    """The page that asks who one is again, and then goes on."""
    return f"{CONFIRM}?{urlencode({'go_on_to': safe_redirect_path(go_on_to)})}"


def sign_in(secret: str) -> str:
    """The page that asks before it uses up a one-time sign-in secret."""
    return f"{SIGN_IN}/{secret}"


def person(secret: str) -> str:
    """A person's page behind their secret link."""
    return f"{PERSON}{secret}"


def link_secret_in_path(path: str) -> str | None:
    """The secret link in the path of a person's page."""
    return path.removeprefix(PERSON).partition("/")[0] if path.startswith(PERSON) else None


def person_session(secret: str, session_id: str) -> str:
    """A person's page about one session: the reply, the forms, the invitation."""
    return f"{person(secret)}/sessions/{session_id}"


def person_notes(secret: str) -> str:
    """A coach's page about where their notes open."""
    return f"{person(secret)}/notes"


def person_address(secret: str) -> str:
    """A person's page about where they are written to."""
    return f"{person(secret)}/address"


def cycle(cycle_id: str) -> str:
    """A cycle's overview."""
    return f"/cycles/{cycle_id}"


def run(run_id: str) -> str:
    """A run with its progress."""
    return f"/runs/{run_id}"


def plan(plan_id: str) -> str:
    """A plan with its reasons."""
    return f"/plans/{plan_id}"


def plan_person(plan_id: str, person_id: str) -> str:
    """One coachee of a plan: why this coach, or why nobody."""
    return f"{plan(plan_id)}/people/{person_id}"


def question(question_id: str) -> str:
    """A question while it is answered."""
    return f"/questions/{question_id}"


def outbox_mail(message_id: str) -> str:
    """A message of the outbox as a mail ready to send."""
    return f"{API}/outbox/{message_id}.eml"


def person_consent(secret: str) -> str:
    """A person's page about what is private, and what they have agreed to."""
    return f"{person(secret)}/consent"
