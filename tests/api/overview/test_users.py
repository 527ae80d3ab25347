"""Administrators add, limit, reset and disable users on pages and through the API."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pyotp
import pytest

from api.accounts import users
from api.accounts.access import Access, OfficeRole
from api.accounts.rows import UserRow
from api.accounts.second_factors import seal_totp
from api.audit_trail.rows import AuditRow
from api.crypto.password_hashing import hash_password
from api.crypto.row_seal import is_sealed
from api.http.principal import AccessRole
from api.overview.users.entered_access import EnteredAccess, access_from_form, checked_access
from api.web.qr_code import qr_code
from coach.errors import UnusableInputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Command, World

API = "/api/v1/users"
GOOD = "tulip anvil ferry quartz"
ANNA = {"name": "Anna Berg", "role": "manager"}


@pytest.fixture
def confirm(world: World, office: httpx.Client) -> Callable[[], dict[str, str]]:
    """Give the manager a password and an app; return a function that returns proof of both."""
    app = pyotp.TOTP(pyotp.random_base32())
    with world.database.writing() as tx:
        row = tx.get_one(UserRow, users.ensure_manager(tx, "manager", now=world.services.now()))
        row.password_hash = hash_password(GOOD)
        row.totp_sealed = seal_totp(world.services.keyring, row.id, app.secret)
    office.headers["Origin"] = str(office.base_url).rstrip("/")

    def enter() -> dict[str, str]:
        with world.database.writing() as tx:
            manager = users.ensure_manager(tx, "manager", now=world.services.now())
            tx.get_one(UserRow, manager).totp_step = None  # allows the same code again
        return {"old_password": GOOD, "old_code": app.now()}

    return enter


def _add(office: httpx.Client, confirm: Callable[[], dict[str, str]], **access: object) -> str:
    body = {"name": "Anna Berg", "access": {"role": "manager"} | access, **confirm()}
    return str(office.post(API, json=body).raise_for_status().json()["user"]["id"])


def test_a_user_is_added_limited_and_disabled_on_pages(
    world: World, office: httpx.Client, confirm: Callable[[], dict[str, str]]
) -> None:
    cycle_id = world.cycle()
    assert "/account/confirm?go_on_to=/users/new" in office.get("/users/new").text
    confirmed = office.post("/account/confirm", data=confirm() | {"go_on_to": "/users/new"})
    assert confirmed.headers["Location"] == "/users/new"
    limits = {"limit_cycles": "on", "cycles": cycle_id, "limit_countries": "on"}
    faulty = office.post("/users/new", data=ANNA | limits | {"countries": "RS QQ"})
    assert faulty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="RS QQ"' in faulty.text
    assert 'href="#countries"' in faulty.text
    added = office.post("/users/new", data=ANNA | limits | {"countries": "rs, me"})
    link = re.findall(r"<code>(\S+/sign-in/\S+)</code>", added.text)[0]
    assert str(qr_code(link)) in added.text
    assert "Regional cycle 2027/1; ME, RS" in office.get("/users").text
    found = re.search(r"/users/(\w{20})\"", office.get("/users?role=manager").text)
    assert found is not None
    page = f"/users/{found[1]}"
    office.post("/account/confirm", data=confirm())
    version = re.search(r'name="version" value="(\w+)"', office.get(page).text)
    assert version is not None
    role = {"role": "auditor", "version": version[1]}
    assert office.post(f"{page}/access", data=role).headers["Location"] == page
    assert ">Auditor" in re.sub(r"\s+", "", office.get(page).text)
    office.post("/account/confirm", data=confirm())
    late = office.post(f"{page}/access", data=role | {"role": "administrator"})
    assert late.status_code == HTTPStatus.CONFLICT
    assert "auditor" in late.text
    office.post(f"{page}/disable")
    assert "can no longer sign in" in office.get(page).text
    with world.database.reading() as tx:
        actions = [row.action for row in tx.query(AuditRow).order_by(AuditRow.number)]
    kept = ("user added", "user access changed", "user disabled")
    assert [one for one in actions if one in kept] == ["user added", *kept]


def test_limits_apply_from_the_next_request(
    world: World, office: httpx.Client, confirm: Callable[[], dict[str, str]]
) -> None:
    cycle_id, user_id = world.cycle(), _add(office, confirm)
    with world.database.writing() as tx:
        assert tx.get_one(UserRow, user_id).limits == '{"cycles": null, "countries": null}'
    body = {"access": {"role": "manager", "cycles": [cycle_id]}, **confirm()}
    seen = {"If-Match": office.get(f"{API}/{user_id}").headers["ETag"]}
    assert office.put(f"{API}/{user_id}/access", json=body).status_code == HTTPStatus(428)
    changed = office.put(f"{API}/{user_id}/access", json=body, headers=seen).json()
    assert changed["access"] == {"role": "manager", "cycles": [cycle_id], "countries": None}
    unknown = {"access": {"role": "manager", "cycles": ["0" * 20]}, **confirm()}
    refused = office.put(f"{API}/{user_id}/access", json=unknown, headers={"If-Match": "*"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    late = office.put(f"{API}/{user_id}/access", json=body | confirm(), headers=seen)
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED


@pytest.mark.parametrize("act", ["access", "disable", "sign-out", "second-factor/reset"])
def test_nobody_ends_or_changes_their_own_access(
    world: World, office: httpx.Client, confirm: Callable[[], dict[str, str]], act: str
) -> None:
    with world.database.writing() as tx:
        own_id = users.ensure_manager(tx, "manager", now=world.services.now())
    method = "PUT" if act == "access" else "POST"
    body = confirm() | ({"access": {"role": "auditor"}} if act == "access" else {})
    path, headers = f"{API}/{own_id}/{act}", {"If-Match": "*"}
    answer = office.request(method, path, json=body, headers=headers)
    assert answer.status_code == HTTPStatus.CONFLICT


def test_an_unknown_user_is_not_found(office: httpx.Client) -> None:
    for path in (API, "/users"):
        assert office.get(f"{path}/{'0' * 20}").status_code == HTTPStatus.NOT_FOUND


def test_a_change_needs_more_than_a_stolen_session(
    world: World, office: httpx.Client, confirm: Callable[[], dict[str, str]]
) -> None:
    user_id = _add(office, confirm)
    by_program = office.post(f"{API}/{user_id}/disable", json={})
    assert by_program.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    by_page = office.post(f"/users/{user_id}/disable")
    assert by_page.headers["Location"] == "/account/confirm"
    with world.database.reading() as tx:
        assert tx.get_one(UserRow, user_id).disabled_at is None


def test_two_administrators_cannot_take_the_role_from_each_other(
    world: World, office: httpx.Client, confirm: Callable[[], dict[str, str]]
) -> None:
    user_id = _add(office, confirm, role="administrator")
    with world.database.writing() as tx:  # another administrator was quicker
        manager = users.ensure_manager(tx, "manager", now=world.services.now())
        row = tx.get_one(UserRow, manager)
        row.limits = '{"cycles": null, "countries": null}'
    body = {"access": {"role": "auditor"}, **confirm()}
    headers = {"If-Match": "*"}
    answer = office.put(f"{API}/{user_id}/access", json=body, headers=headers)
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert office.get("/users").status_code == HTTPStatus.FORBIDDEN
    assert office.get("/api/v1/cycles").status_code == HTTPStatus.OK


def test_a_row_whose_limits_were_removed_by_hand_grants_nothing(world: World) -> None:
    with world.database.writing() as tx:
        access = Access(role=OfficeRole.MANAGER, cycles=frozenset())
        now = world.services.now()
        user_id = users.add_user(tx, "Anna", AccessRole.AUDITOR, now=now, access=access)
    with world.database.engine.begin() as connection:
        table = UserRow.__table__
        connection.execute(table.update().where(table.c.id == user_id).values(limits=None))
    with world.database.reading() as tx:
        assert not is_sealed(tx, tx.get_one(UserRow, user_id))


@pytest.mark.parametrize(
    ("entered", "column"),
    [
        ({"role": "owner"}, "role"),
        ({"role": "auditor", "limit_countries": "on", "countries": "RS"}, "role"),
        ({"role": "manager", "limit_cycles": "on"}, "cycles"),
        ({"role": "manager", "limit_countries": "on", "countries": " "}, "countries"),
        ({"role": "manager", "limit_countries": "on", "countries": "Serbia"}, "countries"),
    ],
)
def test_an_incomplete_limit_is_a_fault_and_never_no_limit(
    world: World, entered: dict[str, str], column: str
) -> None:
    with pytest.raises(UnusableInputError) as caught:
        access_from_form(world.services, entered)
    assert set(caught.value.by_column) == {column}


def test_an_empty_list_of_cycles_is_refused(world: World) -> None:
    with pytest.raises(UnusableInputError):
        checked_access(world.services, EnteredAccess(role=OfficeRole.MANAGER, cycles=[]))


def test_the_command_names_the_option_with_a_fault(
    world: World, gender_coach: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", world.services.settings.database_url)
    options = ("--data", tmp_path / "data", "--role", "manager", "--cycle", "3f0c")
    done = gender_coach("user", "add", "Besa", *options)
    assert (done.code, done.err) == (2, "user:1:--cycle: there is no cycle 3f0c\n")
