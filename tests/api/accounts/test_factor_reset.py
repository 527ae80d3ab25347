"""Resetting a lost second factor, by another manager or on the command line."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pyotp
import pytest
from sqlalchemy import select

from api.accounts import users
from api.accounts.rows import PasskeyRow, UserRow
from api.accounts.second_factors import seal_totp
from api.audit_trail.rows import AuditRow
from api.cli.user import UserAction
from api.cli.user import user as user_command
from api.crypto.password_hashing import hash_password
from api.http.principal import AccessRole

if TYPE_CHECKING:
    from conftest import World

API = "/api/v1"
GOOD = "tulip anvil ferry quartz"


@pytest.fixture
def colleague(world: World) -> str:
    """Return the id of another manager, who has a second factor."""
    with world.database.writing() as tx:
        user_id = users.add_user(tx, "Berta", AccessRole.MANAGER, now=world.services.now())
        world.give_factor(tx, user_id)
    return user_id


@pytest.fixture
def old(world: World) -> dict[str, str]:
    """Give the requesting manager a password and an app; return proof of both."""
    app = pyotp.TOTP(pyotp.random_base32())
    with world.database.writing() as tx:
        manager = users.ensure_manager(tx, "manager", now=world.services.now())
        row = tx.get_one(UserRow, manager)
        row.password_hash = hash_password(GOOD)
        row.totp_sealed = seal_totp(world.services.keyring, row.id, app.secret)
    return {"old_password": GOOD, "old_code": app.now()}


def _factors(world: World, user_id: str) -> int:
    with world.database.reading() as tx:
        return len(tx.scalars(select(PasskeyRow).where(PasskeyRow.user_id == user_id)).all())


def _opens_only_the_account(base: httpx.URL, address: str) -> bool:
    with httpx.Client(base_url=base, follow_redirects=True, timeout=30) as browser:
        browser.headers["Origin"] = str(base).rstrip("/")
        path = "/sign-in/" + address.rpartition("/sign-in/")[2]
        assert browser.post(path).is_success
        return browser.get("/").url.path == "/account"


@pytest.mark.parametrize("by_page", [False, True])
def test_another_manager_resets_a_lost_second_factor(
    world: World, office: httpx.Client, colleague: str, old: dict[str, str], by_page: bool
) -> None:
    if by_page:
        assert "Berta" in office.get("/users").text
        office.headers["Origin"] = str(office.base_url).rstrip("/")
        office.post("/account/confirm", data=old)
        page = office.post(f"/users/{colleague}/second-factor/reset").text
        address = re.findall(r"<code>(.+/sign-in/.+)</code>", page)[0]
    else:
        assert "Berta" in [each["name"] for each in office.get(f"{API}/users").json()]
        answer = office.post(f"{API}/users/{colleague}/second-factor/reset", json=old)
        address = answer.json()["address"]
    assert _factors(world, colleague) == 0
    assert _opens_only_the_account(office.base_url, address)
    with world.database.reading() as tx:
        event = tx.scalars(select(AuditRow).where(AuditRow.action == "second factor reset")).one()
        manager = tx.scalars(select(UserRow.id).where(UserRow.name == "manager")).one()
        assert (event.actor_id, event.object_id) == (manager, colleague)


def test_session_or_token_of_a_manager_alone_resets_nobodys_second_factor(
    world: World, office: httpx.Client, colleague: str, old: dict[str, str]
) -> None:
    wrong = old | {"old_code": "000000"}
    for entered in ({}, wrong):
        refused = office.post(f"{API}/users/{colleague}/second-factor/reset", json=entered)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    office.headers["Origin"] = str(office.base_url).rstrip("/")
    assert "Reset the second factor for Berta" not in office.get("/users").text
    page = office.post(f"/users/{colleague}/second-factor/reset", follow_redirects=False)
    assert page.headers["location"] == "/account/confirm"
    assert _factors(world, colleague) == 1


def test_nobody_resets_their_own_second_factor(world: World, office: httpx.Client) -> None:
    (own,) = [each["id"] for each in office.get(f"{API}/users").json()]
    answer = office.post(f"{API}/users/{own}/second-factor/reset", json={})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert _factors(world, own) == 1


@pytest.mark.parametrize("user_id", ["0" * 20, "x"])
def test_second_factor_of_an_unknown_user_is_not_found(
    office: httpx.Client, old: dict[str, str], user_id: str
) -> None:
    answer = office.post(f"{API}/users/{user_id}/second-factor/reset", json=old)
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_administrator_resets_a_lost_second_factor(
    world: World,
    client: httpx.Client,
    colleague: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = world.services.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    user_command(UserAction.RESET_FACTOR, "Berta", data=settings.data_dir)
    assert _factors(world, colleague) == 0
    assert _opens_only_the_account(client.base_url, capsys.readouterr().out.strip())
