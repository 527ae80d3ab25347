"""Access over HTTP through the links that outlive a cycle."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from api.app import PERMISSIONS
from api.coaching.agreements.rows import FollowUpRow
from api.http.permissions import EVERYBODY, POST
from api.http.principal import AccessRole, Principal, Verification
from api.http.urls import API
from api.personal_links.follow_up_links import ensure_follow_up_link
from api.personal_links.verified_devices import issue_device
from tests.api.coaching.afterwards import PairLife, pair_life

if TYPE_CHECKING:
    import httpx
    from conftest import World


@pytest.fixture
def pair(world: World) -> PairLife:
    """Return a completed pair whose first follow-up is open today, by the server's clock."""
    life = pair_life(world)
    life.agree()
    life.commit()
    life.complete()
    today = world.services.now().date()
    with world.database.writing() as tx:
        row = tx.get_one(FollowUpRow, life.follow_ups()[0].id)
        row.due, row.until = today - timedelta(days=1), today + timedelta(days=1)
    return life


def _admits(role: AccessRole) -> set[str]:
    return {
        f"{method} {path}"
        for (method, path), permission in PERMISSIONS.items()
        if role in permission.roles and permission.roles != EVERYBODY
    }


def test_links_for_follow_ups_can_call_only_the_listed_routes() -> None:
    """Add new routes for these links here; each must check that the follow-up is the caller's."""
    page, own = "/p/{link}/follow-up", f"{API}/me/follow-ups"
    assert _admits(AccessRole.FOLLOW_UP) == {
        *("GET /p/{link}/verify", "POST /p/{link}/verify", "POST /p/{link}/verify/code"),
        *("POST /p/{link}/verify/passkey/begin", "POST /p/{link}/verify/passkey/finish"),
        *(f"GET {page}", f"POST {page}/stop", f"POST {page}/alumni"),
        *(f"GET {page}/{{follow_up_id}}", f"POST {page}/{{follow_up_id}}"),
        f"POST {page}/{{follow_up_id}}/commitments/{{commitment_id}}",
        *(f"GET {own}", f"DELETE {own}"),
        *(f"GET {own}/{{follow_up_id}}", f"PUT {own}/{{follow_up_id}}"),
        f"POST {own}/{{follow_up_id}}/commitments/{{commitment_id}}",
    }
    of_posts = {"GET /p/{link}/handed-over", "POST /p/{link}/handed-over"}
    assert _admits(AccessRole.POST) == of_posts | {
        f"GET {API}/handed-over",
        f"PUT {API}/handed-over",
    }
    assert all(one.roles == POST for (_, path), one in PERMISSIONS.items() if "handed-over" in path)


def test_a_link_for_follow_ups_opens_nothing_else(
    world: World, client: httpx.Client, pair: PairLife
) -> None:
    now, person = world.services.now(), pair.person("C-1")
    with world.database.writing() as tx:
        keyring, until = world.services.keyring, now + timedelta(days=1)
        row = ensure_follow_up_link(tx, keyring, person, until=until, now=now)
        secret = keyring.link_secret(row.id)
        holder = Principal(AccessRole.FOLLOW_UP, person_id=person, credential_id=row.id)
        device = issue_device(tx, holder, Verification.CODE, "", remember=True, now=now).secret
    opened = {"X-Device-Key": device, "Sec-Fetch-Site": "same-origin"}
    bearer = {"Authorization": f"Bearer {secret}"}
    first = pair.follow_ups()[0]
    form = f"/p/{secret}/follow-up/{first.id}"
    page = client.get(form, headers=opened)
    assert page.status_code == HTTPStatus.OK
    assert "One last question" in page.text
    for path in ("", "/consent", "/coaching", "/details", "/devices", "/aides", "/own-data"):
        refused = client.get(f"/p/{secret}{path}", headers=opened)
        assert refused.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}, path
    coach = pair.person("K-1")
    for path in (f"/me/pairs/{coach}/goals", "/me/sessions", "/me/verification", "/me/devices"):
        refused = client.get(f"{API}{path}", headers=opened | bearer)
        assert refused.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}, path
    sent = client.post(form, data={"seen": "0", "again": "true"}, headers=opened)
    assert sent.status_code == HTTPStatus.SEE_OTHER
    elsewhere = {"X-Device-Key": device, "Sec-Fetch-Site": "cross-site"}
    forged = client.post(f"/p/{secret}/follow-up/stop", headers=elsewhere)
    assert forged.status_code == HTTPStatus.FORBIDDEN


def test_a_form_with_faults_keeps_what_was_entered_and_its_version(
    world: World, client: httpx.Client, pair: PairLife
) -> None:
    link = world.link(pair.id, "C-1").secret
    headers = {
        "X-Device-Key": world.device_key(pair.id, "C-1"),
        "Sec-Fetch-Site": "same-origin",
    }
    first = pair.follow_ups()[0]
    page = f"/p/{link}/follow-up/{first.id}"
    (one,) = client.get(
        f"{API}/me/follow-ups/{first.id}", headers=headers | {"Authorization": f"Bearer {link}"}
    ).json()["commitments"]
    entered = {
        "seen": "1",
        "event": "hand_over",
        "to_post": "Chief of personnel",
        "post_address": "nowhere",
        "ask_post": "true",
    }
    answer = client.post(f"{page}/commitments/{one['id']}", data=entered, headers=headers)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="nowhere"' in answer.text
    assert 'name="seen" value="1"' in " ".join(answer.text.split())
    right = entered | {"post_address": "post@example.org"}
    stale = client.post(f"{page}/commitments/{one['id']}", data=right, headers=headers)
    assert stale.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="post@example.org"' in stale.text
    saved = right | {"seen": str(one["version"])}
    answer = client.post(f"{page}/commitments/{one['id']}", data=saved, headers=headers)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert [row.post for row in pair.posts()] == ["Chief of personnel"]
