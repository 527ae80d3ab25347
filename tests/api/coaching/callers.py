"""People in a published cycle who call the API and open pages on verified devices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
from sqlalchemy import select

from api.sessions.rows import SessionRow, SessionState

if TYPE_CHECKING:
    from conftest import World

PAIRS = {"C-1": "K-1", "C-2": "K-1", "C-3": "K-2"}


@dataclass(frozen=True)
class Caller:
    """A coach or coachee; `link` is the secret of their link."""

    client: httpx.Client
    id: str
    link: str
    device: str

    def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Call an API route with the link, on a verified device."""
        headers = {"Authorization": f"Bearer {self.link}", "X-Device-Key": self.device}
        return self.client.request(method, f"/api/v1{path}", json=body, headers=headers)

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """Return the JSON of a successful GET request."""
        answer = self.call("GET", path)
        assert answer.is_success, answer.text
        return answer.json()

    def put(self, path: str, body: object) -> Any:  # noqa: ANN401 - any JSON
        """Send a PUT request with a body, and return the JSON of the response."""
        answer = self.call("PUT", path, body)
        assert answer.is_success, answer.text
        return answer.json()

    def post(self, path: str, body: object) -> Any:  # noqa: ANN401 - any JSON
        """Send a POST request with a body, and return the JSON of the response."""
        answer = self.call("POST", path, body)
        assert answer.is_success, answer.text
        return answer.json()

    def page(self, path: str, form: dict[str, Any] | None = None) -> httpx.Response:
        """Open a page below the link, or submit a form to it."""
        headers = {"X-Device-Key": self.device, "Sec-Fetch-Site": "same-origin"}
        method = "GET" if form is None else "POST"
        return self.client.request(method, f"/p/{self.link}{path}", data=form, headers=headers)


@dataclass(frozen=True)
class PublishedCycle:
    """A cycle with the pairs `PAIRS`, and methods that change it."""

    world: World
    client: httpx.Client
    id: str

    def caller(self, code: str) -> Caller:
        """Return a person with a new link and a verified device."""
        link = self.world.link(self.id, code).secret
        device = self.world.device_key(self.id, code)
        return Caller(self.client, self.world.person_id(self.id, code), link, device)

    def move_sessions(self, code: str, weeks: int) -> None:
        """Move a coachee's sessions by a number of weeks."""
        person = self.world.person_id(self.id, code)
        with self.world.database.writing() as tx:
            for row in tx.scalars(select(SessionRow).where(SessionRow.coachee_id == person)):
                row.starts_at += timedelta(weeks=weeks)
                row.ends_at += timedelta(weeks=weeks)

    def hold_first_session(self, code: str, *, contracting: bool = False) -> None:
        """Move a coachee's first session into the past, and all other sessions into the future.

        If `contracting` is true, the first session is a contracting session.
        """
        now = self.world.services.now()
        person = self.world.person_id(self.id, code)
        with self.world.database.writing() as tx:
            row = tx.scalars(
                select(SessionRow)
                .where(SessionRow.coachee_id == person, SessionRow.state == SessionState.CONFIRMED)
                .order_by(SessionRow.starts_at)
            ).first()
            assert row is not None
            row.starts_at, row.ends_at = now - timedelta(hours=3), now - timedelta(hours=2)
            if contracting:
                row.number = 0

    def replace_coach(self, code: str, coach: str) -> None:
        """Publish a plan in which a coachee has another coach."""
        pairs = PAIRS | {code: coach}
        self.world.published(self.id, self.world.result(pairs, first_day=22))


def published_cycle(world: World, client: httpx.Client) -> PublishedCycle:
    """Publish a plan for a new cycle, and return the cycle."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    return PublishedCycle(world, client, cycle_id)


TERMS = {
    "purpose": "Change how the brigade recruits",
    "focus": ["B8", "A3"],
    "sessions": 6,
    "mode": "online",
    "language": "sr",
    "contact": "mail",
    "delegates": "none",
}


def make_agreement(coachee: Caller, coach: Caller) -> int:
    """Have the coachee propose an agreement and the coach agree; return its version."""
    path = f"/me/pairs/{coach.id}/agreement"
    coachee.put(path, {"terms": TERMS, "seen": 0})
    coachee.post(f"{path}/decision", {"act": "propose", "seen": 1})
    own = f"/me/pairs/{coachee.id}/agreement/decision"
    version: int = coach.post(own, {"act": "agree", "seen": 2})["version"]
    return version
