"""The permitted uses and the expiry dates of tokens."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.accounts import tokens, users
from api.accounts.rows import CredentialRow
from api.app import PERMISSIONS
from api.cli.user import UserAction
from api.cli.user import user as user_command
from api.http.permissions import MANAGER
from api.http.principal import AccessRole, Principal, TokenScope

if TYPE_CHECKING:
    import httpx
    from conftest import SharedServer, World

API = "/api/v1"
ID = "0" * 20
ROUTES = [
    route
    for route, permission in sorted(PERMISSIONS.items())
    if permission.roles & MANAGER and AccessRole.ANONYMOUS not in permission.roles
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("route", "scope"),
    list(itertools.product(ROUTES, TokenScope)),
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_route_admits_only_tokens_with_its_scope(
    shared: SharedServer, route: tuple[str, str], scope: TokenScope
) -> None:
    method, path = route
    answer = shared.client.request(
        method,
        re.sub(r"\{\w+\}", ID, path),
        headers=_bearer(shared.world.user_token(AccessRole.MANAGER, [scope])),
        follow_redirects=False,
    )
    needed = PERMISSIONS[route].required_scope(method)
    refused = answer.status_code == HTTPStatus.FORBIDDEN and "the scope" in answer.text
    assert answer.status_code != HTTPStatus.INTERNAL_SERVER_ERROR
    assert refused == (needed not in {scope, TokenScope.READ})


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_token_without_scopes_may_only_read(client: httpx.Client, world: World) -> None:
    client.headers.update(_bearer(world.user_token(AccessRole.MANAGER, [])))
    assert client.get(f"{API}/cycles").status_code == HTTPStatus.OK
    refused = client.post(f"{API}/cycles", content=b"[cycle]")
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert refused.json()["params"] == {"scope": "administration"}


def test_token_is_valid_for_ninety_days_at_most(office: httpx.Client) -> None:
    for days, status in ((91, HTTPStatus.UNPROCESSABLE_ENTITY), (90, HTTPStatus.CREATED)):
        made = office.post(f"{API}/me/credentials", json={"label": "x", "days": days})
        assert made.status_code == status


def test_token_is_listed_with_its_scopes_and_its_last_use(office: httpx.Client) -> None:
    wanted = {"label": "HR export", "scopes": ["people"]}
    made = office.post(f"{API}/me/credentials", json=wanted).json()
    office.get(f"{API}/me", headers=_bearer(made["secret"]))
    (listed,) = [
        each for each in office.get(f"{API}/me/credentials").json() if each["id"] == made["id"]
    ]
    assert listed["scopes"] == ["people", "read"]
    assert listed["last_used_at"] is not None


def test_token_cannot_create_a_token_with_more_scopes(client: httpx.Client, world: World) -> None:
    client.headers.update(
        _bearer(world.user_token(AccessRole.MANAGER, [TokenScope.ADMINISTRATION]))
    )
    wanted = {"label": "x", "scopes": ["run"]}
    answer = client.post(f"{API}/me/credentials", json=wanted)
    assert answer.status_code == HTTPStatus.FORBIDDEN


def test_export_with_a_token_requires_recent_authentication(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    export = f"{API}/cycles/{cycle_id}/outbox.zip"
    assert office.get(export).status_code == HTTPStatus.OK
    with world.database.writing() as tx:
        for row in tx.scalars(select(CredentialRow).where(CredentialRow.user_id.is_not(None))):
            row.confirmed_at = world.services.now() - timedelta(hours=1)
    refused = office.get(export)
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert refused.json()["type"].endswith("#confirm-first")
    wrong = office.post(f"{API}/me/confirmation", json={"code": "000000"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert office.get(export).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("action", [UserAction.SIGN_OUT, UserAction.SIGN_IN])
def test_command_ends_tokens(
    world: World, office: httpx.Client, monkeypatch: pytest.MonkeyPatch, action: UserAction
) -> None:
    assert office.get(f"{API}/me").status_code == HTTPStatus.OK
    settings = world.services.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    user_command(action, "manager", data=settings.data_dir)
    assert office.get(f"{API}/me").status_code == HTTPStatus.UNAUTHORIZED


def test_lifetime_of_a_token_is_cut_to_ninety_days(world: World) -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    with world.database.writing() as tx:
        user_id = users.add_user(tx, "office", AccessRole.MANAGER, now=now)
        issued = tokens.issue_token(
            tx,
            Principal(AccessRole.MANAGER, user_id=user_id),
            "x",
            now=now,
            lifetime=timedelta(days=366),
        )
    assert issued.expires_at == now + timedelta(days=90)
