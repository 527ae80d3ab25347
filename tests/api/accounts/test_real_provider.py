"""Sign-in through a certified identity provider, which runs in Node."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from pydantic import SecretStr

from api.accounts import users
from api.accounts.oidc.settings import IdentityProvider
from api.accounts.users import ProviderLink
from api.http.principal import AccessRole
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from conftest import World

    from api.settings import Settings

FOLDER = Path(__file__).parents[2] / "node"
SECRET = "a secret of the tests and of nothing else"  # noqa: S105 - of the tests

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("node") is None or not (FOLDER / "node_modules").is_dir(),
        reason="no provider here: install Node, then `npm install --prefix tests/node`",
    ),
]


@contextmanager
def _provider(port: int, base: str) -> Iterator[str]:
    """Run a provider with the server at `base` as its client; yield the provider's issuer URL."""
    back_to = [f"{base}/sign-in/provider/back", f"{base}/sign-in"]
    with subprocess.Popen(
        ["node", FOLDER / "provider.mjs", str(port), *back_to],  # noqa: S607 - found above
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "ready"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@contextmanager
def _office(
    settings: Settings,
    make_world: Callable[[Settings], AbstractContextManager[World]],
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
    **more: object,
) -> Iterator[tuple[World, httpx.Client, str]]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with _provider(free_port(), base) as issuer:
        oidc = IdentityProvider(
            issuer=issuer, client_id="coaching", client_secret=SecretStr(SECRET), **more
        )
        own = settings.model_copy(update={"port": port, "oidc": oidc})
        with (
            make_world(own) as world,
            serve(own),
            httpx.Client(base_url=base, follow_redirects=True, headers={"Origin": base}) as browser,
        ):
            yield world, browser, issuer


def _sign_in_there(browser: httpx.Client, page: httpx.Response, name: str) -> httpx.Response:
    """Complete the provider's sign-in and consent forms; return the page that follows."""
    for _ in range(2):
        form = re.search(r'<form[^>]*action="([^"]+)"', page.text)
        prompt = re.search(r'name="prompt" value="([^"]+)"', page.text)
        if form is None or prompt is None:
            break
        typed = {"prompt": prompt[1], "login": name, "password": "x"}
        page = browser.post(page.url.join(form[1]), data=typed)
    return page


def _role(browser: httpx.Client) -> str | None:
    role: str | None = browser.get("/api/v1/me").json().get("role")
    return role


def test_linked_user_signs_in_and_out(
    settings: Settings,
    make_world: Callable[[Settings], AbstractContextManager[World]],
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> None:
    with _office(settings, make_world, serve, second_factor="trust") as (world, browser, issuer):
        with world.database.writing() as tx:
            user_id = users.add_user(tx, "Anna", AccessRole.AUDITOR, now=world.services.now())
            users.link_user(tx, user_id, ProviderLink(issuer=issuer, subject="anna"))
        page = _sign_in_there(browser, browser.get("/sign-in/provider"), "anna")
        assert page.status_code == HTTPStatus.OK, page.text
        assert _role(browser) == "auditor"
        confirmed = _sign_in_there(
            browser, browser.get("/confirm/provider", params={"go_on_to": "/account"}), "anna"
        )
        assert confirmed.url.path == "/account", confirmed.text
        browser.post("/sign-out")
        assert _role(browser) is None
        there = browser.get("/sign-out/provider")
        assert str(there.url).startswith(issuer)


def test_unlinked_account_is_rejected(
    settings: Settings,
    make_world: Callable[[Settings], AbstractContextManager[World]],
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> None:
    with _office(settings, make_world, serve, second_factor="trust") as (world, browser, _issuer):
        page = _sign_in_there(browser, browser.get("/sign-in/provider"), "berta")
        assert page.status_code == HTTPStatus.UNAUTHORIZED
        assert "berta" in page.text
        assert _role(browser) is None
        with world.database.reading() as tx:
            assert users.list_users(tx) == ()


@pytest.mark.parametrize(("name", "let_in"), [("anna", True), ("unverified", False)])
def test_account_is_linked_only_by_verified_email_address(
    settings: Settings,
    make_world: Callable[[Settings], AbstractContextManager[World]],
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
    name: str,
    let_in: bool,
) -> None:
    office = _office(settings, make_world, serve, second_factor="trust", link_by_mail=True)
    with office as (world, browser, issuer):
        with world.database.writing() as tx:
            user_id = users.add_user(tx, "Anna", AccessRole.MANAGER, now=world.services.now())
            users.link_user(tx, user_id, ProviderLink(issuer=issuer, mail=f"{name}@example.org"))
        _sign_in_there(browser, browser.get("/sign-in/provider"), name)
        assert _role(browser) == ("manager" if let_in else None)
