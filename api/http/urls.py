"""URLs of pages and routes that are used by several modules."""

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
PEOPLE_UPLOAD_SUFFIX = "/people"  # suffix of every URL that accepts people lists
CYCLE_FILE_SUFFIXES = (
    "/cycles",
    "/policy",
    "/what-if",
)  # suffixes of every URL that accepts a cycle file
NOTE_SUFFIX = "/note"  # suffix of every URL that accepts a coach's note


def safe_redirect_path(path: str) -> str:
    """Return `path` if it is a page of this server, else `/`, to prevent open redirects."""
    plain = path.startswith("/") and path.isascii() and path.isprintable() and " " not in path
    return path if plain and not path.startswith("//") and "\\" not in path else "/"


def confirm(go_on_to: str) -> str:
    """The page that asks the user to authenticate again, then redirects."""
    return f"{CONFIRM}?{urlencode({'go_on_to': safe_redirect_path(go_on_to)})}"


def sign_in(secret: str) -> str:
    """The page that asks for confirmation before it uses up a one-time sign-in secret."""
    return f"{SIGN_IN}/{secret}"


def person(secret: str) -> str:
    """A person's page behind their secret link."""
    return f"{PERSON}{secret}"


def link_secret_in_path(path: str) -> str | None:
    """Return the secret in the path of a person's page; `None` for other paths."""
    return path.removeprefix(PERSON).partition("/")[0] if path.startswith(PERSON) else None


def person_session(secret: str, session_id: str) -> str:
    """A person's page about one session: reply, forms, invitation."""
    return f"{person(secret)}/sessions/{session_id}"


def person_notes(secret: str) -> str:
    """A coach's page about access to their notes."""
    return f"{person(secret)}/notes"


def person_address(secret: str) -> str:
    """A person's page about their email address."""
    return f"{person(secret)}/address"


def cycle(cycle_id: str) -> str:
    """A cycle's overview."""
    return f"/cycles/{cycle_id}"


def run(run_id: str) -> str:
    """A run with its progress."""
    return f"/runs/{run_id}"


def plan(plan_id: str) -> str:
    """A plan with its explanations."""
    return f"/plans/{plan_id}"


def plan_person(plan_id: str, person_id: str) -> str:
    """One coachee of a plan, with the explanation of their match."""
    return f"{plan(plan_id)}/people/{person_id}"


def question(question_id: str) -> str:
    """A query about a plan, with its answer."""
    return f"/questions/{question_id}"


def outbox_mail(message_id: str) -> str:
    """An outbox message as an `.eml` file."""
    return f"{API}/outbox/{message_id}.eml"


def person_consent(secret: str) -> str:
    """A person's page about privacy and consent."""
    return f"{person(secret)}/consent"
