"""Rows that are inserted or altered in the database without the key file grant no access."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Table

from api.accounts.credentials import sha256_of
from api.accounts.rows import CredentialKind, CredentialRow, RecoveryCodeRow, UserRow
from api.audit_trail.verification import verify_and_store
from api.cli.audit import AuditAction, BrokenTrailError
from api.cli.audit import audit as audit_command
from api.database.engine import Database
from api.http.principal import AccessRole

if TYPE_CHECKING:
    import httpx
    from conftest import World

API = "/api/v1"
SECRET = "x" * 43  # chosen by the attacker
COOKIE = "gender-coach"
USERS: Any = UserRow.__table__
CREDENTIALS: Any = CredentialRow.__table__
RECOVERY_CODES: Any = RecoveryCodeRow.__table__


def _by_hand(world: World, statement: Any) -> None:  # noqa: ANN401 - any statement
    database = Database(world.database.url)
    with database.engine.begin() as connection:
        connection.execute(statement)
    database.close()


def _insert_credential(world: World, kind: CredentialKind, **owner: str) -> None:
    now = world.services.now()
    values = {
        "id": "f" * 20,
        "kind": kind,
        "secret_sha256": sha256_of(SECRET),
        "label": "",
        "created_at": now,
        "confirmed_at": now,
        "expires_at": now + timedelta(days=1),
    }
    _by_hand(world, CREDENTIALS.insert().values(**values, **owner))


def _user_id(world: World) -> str:
    world.user_token(AccessRole.MANAGER)
    with world.database.reading() as tx:
        row = tx.query(UserRow).one()
        return row.id


def test_inserted_token_opens_nothing(world: World, client: httpx.Client) -> None:
    _insert_credential(world, CredentialKind.TOKEN, user_id=_user_id(world))
    answer = client.get(f"{API}/cycles", headers={"Authorization": f"Bearer {SECRET}"})
    assert answer.status_code == HTTPStatus.UNAUTHORIZED


def test_inserted_browser_session_opens_neither_page_nor_json(
    world: World, client: httpx.Client
) -> None:
    _insert_credential(world, CredentialKind.BROWSER_SESSION, user_id=_user_id(world))
    client.cookies.set(COOKIE, SECRET)
    assert client.get(f"{API}/cycles").status_code == HTTPStatus.UNAUTHORIZED
    page = client.get("/", headers={"Accept": "text/html"}, follow_redirects=False)
    assert page.status_code in {HTTPStatus.SEE_OTHER, HTTPStatus.UNAUTHORIZED}


def test_inserted_sign_in_link_signs_nobody_in(world: World, client: httpx.Client) -> None:
    _insert_credential(world, CredentialKind.SIGN_IN, user_id=_user_id(world))
    client.headers["Origin"] = str(client.base_url).rstrip("/")
    answer = client.post(f"/sign-in/{SECRET}", follow_redirects=False)
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert not client.cookies


def test_inserted_link_opens_neither_page_nor_json(world: World, client: httpx.Client) -> None:
    person_id = world.person_id(world.cycle(), "K-1")
    _insert_credential(world, CredentialKind.LINK, person_id=person_id)
    assert client.get(f"/p/{SECRET}").status_code == HTTPStatus.NOT_FOUND
    answer = client.get(f"{API}/me/sessions", headers={"Authorization": f"Bearer {SECRET}"})
    assert answer.status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("table", "altered"),
    [
        (USERS, {"role": "auditor"}),
        (USERS, {"password_hash": "forged"}),
        (CREDENTIALS, {"expires_at": "later"}),
        (CREDENTIALS, {"label": "forged"}),
    ],
)
def test_altered_row_opens_nothing(
    world: World, office: httpx.Client, table: Table, altered: dict[str, Any]
) -> None:
    assert office.get(f"{API}/cycles").status_code == HTTPStatus.OK
    values = {
        name: world.services.now() + timedelta(days=300) if value == "later" else value
        for name, value in altered.items()
    }
    _by_hand(world, table.update().values(**values))
    assert office.get(f"{API}/cycles").status_code == HTTPStatus.UNAUTHORIZED


def test_revocation_taken_back_by_hand_opens_nothing(world: World, office: httpx.Client) -> None:
    (token,) = office.get(f"{API}/me/credentials").json()
    office.delete(f"{API}/credentials/{token['id']}")
    _by_hand(world, CREDENTIALS.update().values(revoked_at=None))
    assert office.get(f"{API}/cycles").status_code == HTTPStatus.UNAUTHORIZED


def test_refused_row_is_logged_counted_and_found_by_the_verification(
    world: World, office: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    count = 'gender_coach_refused_rows_total{table="credentials"} '
    metrics = office.get("/metrics").text
    before = int(metrics.partition(count)[2].split("\n")[0])
    assert "gender_coach_audit_unsealed_rows 0" in metrics
    _insert_credential(world, CredentialKind.TOKEN, user_id=_user_id(world))
    with caplog.at_level(logging.ERROR):
        office.get(f"{API}/cycles", headers={"Authorization": f"Bearer {SECRET}"})
    assert f"credentials {'f' * 20}" in caplog.text
    assert SECRET not in caplog.text
    result = verify_and_store(world.services)
    assert [(row.table, row.id) for row in result.unsealed] == [("credentials", "f" * 20)]
    assert not result.is_intact
    metrics = office.get("/metrics").text
    assert f"{count}{before + 1}\n" in metrics
    assert "gender_coach_audit_unsealed_rows 1\n" in metrics
    assert "is ignored" in office.get("/audit").text
    assert office.get(f"{API}/audit/report").json()["last_check"]["unsealed_rows"] == 1


def test_audit_verify_names_an_inserted_row(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user_id = _user_id(world)
    settings = world.services.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    audit_command(AuditAction.VERIFY, data=settings.data_dir)
    code = {"id": "a" * 20, "user_id": user_id, "code_sha256": sha256_of("CODE")}
    _by_hand(world, RECOVERY_CODES.insert().values(**code))
    with pytest.raises(BrokenTrailError, match=f"recovery_codes {'a' * 20}"):
        audit_command(AuditAction.VERIFY, data=settings.data_dir)
