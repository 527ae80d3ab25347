"""A user without a second factor can open only their account page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pyotp
import pytest
from sqlalchemy import select

from api.accounts import tokens
from api.accounts.rows import UserRow
from api.app import PERMISSIONS, create_app
from api.audit_trail.rows import AuditRow
from api.cli.sample_cycle import contains_only_sample, load_sample_cycle
from api.crypto.password_hashing import verify_password
from api.http.permissions import OFFICE
from api.http.principal import AccessRole, Principal, TokenScope
from tests.api.authenticating import totp_secret_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import SharedServer, World

API = "/api/v1"
GOOD = "tulip anvil ferry quartz"
OTHER = "walnut prism lantern cobalt"
ID = "0" * 20


@pytest.fixture
def browser(client: httpx.Client) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=client.base_url, follow_redirects=True, timeout=30) as browser:
        browser.headers["Origin"] = str(client.base_url).rstrip("/")
        yield browser


@pytest.fixture
def new_user(world: World, browser: httpx.Client) -> httpx.Client:
    """Sign a manager without a second factor in to a browser; return the browser."""
    browser.post(f"/sign-in/{world.sign_in_secret(factor=False)}")
    return browser


def _set_up(browser: httpx.Client, **old: str) -> pyotp.TOTP:
    """Set up a password and an authenticator app on the account page; return the app."""
    app = pyotp.TOTP(totp_secret_on(browser.get("/account").text))
    answer = browser.post("/account", data={"password": GOOD, "code": app.now()} | old)
    assert answer.url.path == "/", answer.text
    return app


def _next(app: pyotp.TOTP) -> str:
    """Return the code for the next 30 seconds, which is already valid and has not been used."""
    return app.at(datetime.now(UTC) + timedelta(seconds=30))


RESTRICTED = [
    route
    for route, permission in sorted(PERMISSIONS.items())
    if permission.roles & OFFICE
    and AccessRole.ANONYMOUS not in permission.roles
    and not permission.without_second_factor
]


@pytest.fixture(scope="module")
def shared_new_user(shared: SharedServer) -> httpx.Client:
    """Sign a manager without a second factor in to a browser; return the browser."""
    shared.client.headers["Origin"] = str(shared.client.base_url).rstrip("/")
    secret = shared.world.sign_in_secret(factor=False)
    assert shared.client.post(f"/sign-in/{secret}").status_code == HTTPStatus.SEE_OTHER
    return shared.client


@pytest.mark.slow
@pytest.mark.parametrize("route", RESTRICTED, ids=" ".join)
def test_route_is_closed_to_a_user_without_a_second_factor(
    shared_new_user: httpx.Client, route: tuple[str, str]
) -> None:
    method, path = route
    filled = re.sub(r"\{\w+\}", ID, path)
    answer = shared_new_user.request(method, filled, follow_redirects=False)
    if path.startswith(API):
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert answer.json()["type"].endswith("#second-factor-first")
    else:
        assert answer.status_code == HTTPStatus.SEE_OTHER
        assert answer.headers["location"] == "/account"


def test_user_without_a_second_factor_is_told_to_set_it_up_and_can_then_go_on(
    new_user: httpx.Client,
) -> None:
    page = new_user.get("/")
    assert page.url.path == "/account"
    assert "Set up how you will sign in from now on" in page.text
    _set_up(new_user)
    assert new_user.get("/").url.path == "/"
    assert "Set up how you will sign in from now on" not in new_user.get("/account").text


def test_a_passkey_counts_as_a_second_factor(world: World, new_user: httpx.Client) -> None:
    with world.database.writing() as tx:
        world.give_factor(tx, tx.scalars(select(UserRow.id)).one())
    assert new_user.get("/").url.path == "/"


def test_a_passkey_inserted_by_hand_does_not_count(world: World, new_user: httpx.Client) -> None:
    with world.database.writing() as tx:
        world.give_factor(tx, tx.scalars(select(UserRow.id)).one())
    with world.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE passkeys SET seal = NULL")
    assert new_user.get("/").url.path == "/account"


def test_metrics_are_closed_to_a_user_without_a_second_factor(
    new_user: httpx.Client,
) -> None:
    proxied = {"X-Forwarded-For": "192.0.2.1"}
    assert new_user.get("/metrics", headers=proxied).status_code == HTTPStatus.FORBIDDEN
    _set_up(new_user)
    assert new_user.get("/metrics", headers=proxied).status_code == HTTPStatus.OK


def test_the_secret_comes_from_the_server(world: World, new_user: httpx.Client) -> None:
    shown = totp_secret_on(new_user.get("/account").text)
    assert totp_secret_on(new_user.get("/account").text) == shown
    chosen = pyotp.random_base32()
    form = {"password": GOOD, "totp_secret": chosen, "code": pyotp.TOTP(chosen).now()}
    answer = new_user.post("/account", data=form)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with world.database.reading() as tx:
        assert tx.scalars(select(UserRow.totp_sealed)).one() is None
    _set_up(new_user)
    assert totp_secret_on(new_user.get("/account").text) != shown


def test_changing_the_second_factor_asks_for_the_old_one(new_user: httpx.Client) -> None:
    app = _set_up(new_user)
    new = pyotp.TOTP(totp_secret_on(new_user.get("/account").text))
    form = {"code": new.now(), "old_password": GOOD}
    for wrong in ({}, {"old_code": "000000"}, {"old_code": new.now()}):
        answer = new_user.post("/account", data=form | wrong)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert new_user.post("/account", data=form | {"old_code": _next(app)}).url.path == "/"


def test_changing_the_password_asks_for_the_old_one(world: World, new_user: httpx.Client) -> None:
    app = _set_up(new_user)
    new = pyotp.TOTP(totp_secret_on(new_user.get("/account").text))
    form = {"password": OTHER, "code": new.now(), "old_code": _next(app)}
    for wrong in ({}, {"old_password": OTHER}):
        answer = new_user.post("/account", data=form | wrong)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "not your current password" in answer.text
    assert new_user.post("/account", data=form | {"old_password": GOOD}).url.path == "/"
    with world.database.reading() as tx:
        assert verify_password(OTHER, tx.scalars(select(UserRow.password_hash)).one())


def test_an_empty_new_password_keeps_the_old_one(world: World, new_user: httpx.Client) -> None:
    app = _set_up(new_user)
    new = pyotp.TOTP(totp_secret_on(new_user.get("/account").text))
    old = {"old_password": GOOD, "old_code": _next(app)}
    answer = new_user.post("/account", data={"password": "", "code": new.now()} | old)
    assert answer.url.path == "/"
    with world.database.reading() as tx:
        assert verify_password(GOOD, tx.scalars(select(UserRow.password_hash)).one())


def test_repeated_wrong_passwords_on_the_account_page_lock_the_user_out(
    world: World, new_user: httpx.Client
) -> None:
    _set_up(new_user)
    for _ in range(5):
        new_user.post("/account", data={"code": "1", "old_password": "x", "old_code": "1"})
    with world.database.reading() as tx:
        assert tx.scalars(select(UserRow.locked_until)).one() is not None
        failed = select(AuditRow).where(AuditRow.action == "confirmation failed")
        assert len(tx.scalars(failed).all()) == 5


def test_changing_the_second_factor_ends_tokens(world: World, new_user: httpx.Client) -> None:
    now, lifetime = world.services.now(), timedelta(days=1)
    with world.database.writing() as tx:
        manager = Principal(AccessRole.MANAGER, user_id=tx.scalars(select(UserRow.id)).one())
        issued = tokens.issue_token(tx, manager, "tests", now=now, lifetime=lifetime)
    token = {"Authorization": f"Bearer {issued.secret}"}
    base = str(new_user.base_url).rstrip("/")
    assert httpx.get(f"{base}{API}/me", headers=token).is_success
    _set_up(new_user)
    assert httpx.get(f"{base}{API}/me", headers=token).status_code == HTTPStatus.UNAUTHORIZED
    with world.database.reading() as tx:
        event = tx.scalars(select(AuditRow).where(AuditRow.action == "tokens revoked")).one()
        assert event.detail == {"credentials": 1}


@pytest.mark.slow
def test_demonstration_with_the_sample_alone_needs_no_second_factor(world: World) -> None:
    load_sample_cycle(world.services)
    assert contains_only_sample(world.services)
    world.cycle()
    assert not contains_only_sample(world.services)


def test_server_requires_a_second_factor_unless_it_is_told_otherwise(world: World) -> None:
    app = create_app(world.services.settings)
    app.state.services.database.close()
    assert not app.state.exempt_from_second_factor(world.services)


@pytest.mark.parametrize("scope", list(TokenScope))
def test_every_scope_can_read(world: World, client: httpx.Client, scope: TokenScope) -> None:
    token = {"Authorization": f"Bearer {world.user_token(AccessRole.MANAGER, [scope])}"}
    assert client.get(f"{API}/cycles", headers=token).status_code == HTTPStatus.OK


def test_password_and_second_factor_are_changed_by_json(
    world: World, new_user: httpx.Client
) -> None:
    app = _set_up(new_user)
    new = pyotp.TOTP(new_user.get(f"{API}/me/second-factor").json()["secret"])
    old = {"old_password": GOOD, "old_code": _next(app)}
    for wrong in ({}, {"old_password": GOOD}, {"old_password": "x", "old_code": "000000"}):
        form = {"password": OTHER, "code": new.now()} | wrong
        refused = new_user.put(f"{API}/me/second-factor", json=form)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
        refused = new_user.post(f"{API}/me/recovery-codes", json=wrong)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
    with world.database.writing() as tx:
        tx.scalars(select(UserRow)).one().locked_until = None
    changed = new_user.put(
        f"{API}/me/second-factor", json={"password": OTHER, "code": new.now()} | old
    )
    assert changed.status_code == HTTPStatus.NO_CONTENT, changed.text
    with world.database.reading() as tx:
        assert verify_password(OTHER, tx.scalars(select(UserRow.password_hash)).one())
    now = {"old_password": OTHER, "old_code": _next(new)}
    made = new_user.post(f"{API}/me/recovery-codes", json=now)
    assert len(set(made.json()["codes"])) == 10
    again = new_user.post(f"{API}/me/recovery-codes", json=now)
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, "a code works once"
