"""Forms that are shown again after an expired sign-in or a 503; downloads after confirmation."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.requests import Request

from api.accounts import browser_sessions, second_factors, users
from api.app import create_app
from api.http.cookies import cookie_name
from api.services import utc_now
from api.web.returned_forms import without_secrets
from tests.api.conftest import World

ROOT = Path(__file__).parents[3]
TYPED = {"label": 'Ana "<b>" Šarić', "days": "30"}


@pytest.fixture
def codes(world: World) -> tuple[str, ...]:
    """Give the manager a second factor and recovery codes; return the codes."""
    with world.database.writing() as tx:
        user = users.ensure_manager(tx, "manager", now=utc_now())
        world.give_factor(tx, user)
        return second_factors.replace_recovery_codes(tx, user)


@pytest.fixture
def browser(world: World, client: httpx.Client, codes: tuple[str, ...]) -> Iterator[httpx.Client]:
    """Return a browser in which the manager is signed in but has not confirmed recently."""
    assert codes
    with world.database.writing() as tx:
        user = users.ensure_manager(tx, "manager", now=utc_now())
        lifetime = timedelta(hours=1)
        cookie = browser_sessions.issue_session_cookie(
            tx, user, now=utc_now(), lifetime=lifetime, recently_authenticated=False
        )
    with httpx.Client(base_url=client.base_url) as browser:
        browser.cookies.set(cookie_name(world.services.settings), cookie.secret)
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        yield browser


def _returned(page: str) -> dict[str, str]:
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: html.unescape(text) for name, text in fields}


def test_form_submitted_after_the_sign_in_expired_is_given_back(client: httpx.Client) -> None:
    answer = client.post("/account/tokens", data=TYPED)
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert _returned(answer.text) == TYPED
    assert '<form method="post" action="/account/tokens">' in answer.text
    assert "<b>" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_form_with_a_secret_is_not_given_back(client: httpx.Client) -> None:
    answer = client.post("/account", data={"password": "violet tram", "code": "1", "x": "y"})
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert "violet" not in answer.text
    assert "Send the form again" not in answer.text


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("old_password", "x", False),
        ("verification.pin", "1", False),
        ("recovery_code", "x", False),
        ("passphrase", "", True),
        ("opinion", "x", True),
    ],
)
def test_field_with_a_secret_is_recognised_by_its_name(name: str, text: str, kept: bool) -> None:
    assert without_secrets(((name, text),)) == (((name, text),) if kept else ())


def test_no_form_is_given_back_for_the_api_files_and_other_errors(
    client: httpx.Client, browser: httpx.Client
) -> None:
    assert "Ana" not in client.post("/api/v1/me/credentials", data=TYPED).text
    assert "Ana" not in client.post("/account/tokens", data=TYPED, files={"file": b"x"}).text
    assert "Ana" not in browser.post("/nowhere", data=TYPED).text


def test_form_submitted_while_the_database_is_unavailable_is_given_back(world: World) -> None:
    app = create_app(world.services.settings)
    body = urlencode(TYPED).encode()

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": body, "more_body": False}

    media_type = (b"content-type", b"application/x-www-form-urlencoded")
    scope = {"type": "http", "method": "POST", "path": "/cycles/1/x", "query_string": b""}
    scope |= {"headers": [media_type, (b"host", b"x")], "app": app, "server": ("x", 80)}
    scope |= {"scheme": "http"}
    handle: Any = app.exception_handlers[OperationalError]
    error = OperationalError("", None, Exception())
    answer = asyncio.run(handle(Request(scope, receive), error))
    world.services.database.close()
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert _returned(answer.body.decode()) == TYPED


def test_link_to_a_file_leads_to_the_confirmation_and_then_to_the_file(
    world: World, browser: httpx.Client, codes: tuple[str, ...]
) -> None:
    file = f"/api/v1/cycles/{world.cycle()}/outbox.zip"
    assert browser.get(file).headers["content-type"] == "application/problem+json"
    followed = browser.get(file, headers={"Sec-Fetch-Mode": "navigate"})
    assert followed.status_code == HTTPStatus.SEE_OTHER
    assert followed.headers["location"] == f"/confirm?go_on_to={quote(file, safe='')}"
    confirmed = browser.post("/confirm", data={"code": codes[0], "go_on_to": file})
    assert f'content="0; url={file}"' in confirmed.text
    answer = browser.get(file)
    assert answer.headers["content-disposition"].startswith("attachment")


def test_no_link_has_its_target_saved_whatever_it_is() -> None:
    """With the attribute `download`, browsers would save the confirmation page instead."""
    for template in (ROOT / "templates").rglob("*.html"):
        links = re.findall(r"<a\b[^>]*>", template.read_text(encoding="utf-8"))
        assert [link for link in links if re.search(r"\sdownload(\s|=|>)", link)] == []
