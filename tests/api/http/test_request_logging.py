"""Probes, metrics and the request log."""

from __future__ import annotations

import io
import json
import logging
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import Request
from sqlalchemy import select

from api.accounts.rows import CredentialRow
from api.job_types import JOB_TYPES
from api.logging.setup import configure_logging
from api.overview.metrics_routes import is_local
from api.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

API = "/api/v1"


@pytest.fixture
def logged(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Capture the server's log."""
    written = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:]
    monkeypatch.setattr("sys.stderr", written)
    configure_logging(settings)
    yield written
    root.handlers[:] = before


def _logged_requests(routes: set[str], logged: io.StringIO) -> list[dict[str, Any]]:
    """Wait until requests to all `routes` are logged, and return all logged requests."""
    until = time.monotonic() + 30
    while True:
        complete, _, _ = logged.getvalue().rpartition("\n")
        lines = [json.loads(line) for line in complete.splitlines()]
        requests = [line for line in lines if line["event"] == "request"]
        if routes <= (so_far := {line["route"] for line in requests}):
            return requests
        assert time.monotonic() < until, f"not logged: {routes - so_far}"
        time.sleep(0.01)


def test_names_searched_for_and_query_strings_are_not_logged(
    world: World, office: httpx.Client, logged: io.StringIO
) -> None:
    page = f"/cycles/{world.cycle()}/people"
    form = {"text": "Oberstleutnant Mustermann", "list_address": f"{page}?side=coach"}
    found = office.post("/searches", data=form).headers["location"]
    office.get(found)
    requests = _logged_requests({"/searches", "/cycles/{cycle_id}/people"}, logged)
    fields = {"event", "level", "logger", "method", "ms", "request_id", "route", "status"}
    assert {frozenset(line) for line in requests} == {frozenset(fields | {"timestamp"})}
    log = logged.getvalue()
    assert [word for word in ("Mustermann", "search=", "side=", "?") if word in log] == []


def test_running_server_is_alive_and_ready(client: httpx.Client) -> None:
    assert client.get("/healthz").status_code == HTTPStatus.OK
    assert client.get("/readyz").status_code == HTTPStatus.OK


def test_server_is_not_ready_with_database_of_another_version(
    world: World, client: httpx.Client
) -> None:
    with world.database.writing() as tx:
        tx.connection().exec_driver_sql("DELETE FROM gender_coach_schema")
    assert client.get("/readyz").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert client.get("/healthz").status_code == HTTPStatus.OK


def test_metrics_count_requests_by_route_and_runs_by_state(
    world: World, client: httpx.Client
) -> None:
    link = world.link(world.cycle(), "C-1").secret
    client.get(f"/p/{link}")
    client.get("/nowhere/at/all")
    figures = client.get("/metrics").text
    assert 'route="/p/{link}"' in figures
    assert 'status="404"' in figures
    assert 'gender_coach_runs{state="queued"} 0' in figures
    for job_type in JOB_TYPES:
        assert f'gender_coach_stranded_jobs{{kind="{job_type.name}"}} 0' in figures
    assert link not in figures
    assert "nowhere" not in figures


def _request_from(host: str, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "client": (host, 1), "headers": raw})


def test_only_loopback_clients_are_local() -> None:
    alone = Settings()
    for host, ours in (("127.0.0.1", True), ("::1", True), ("10.0.0.7", False), ("t", False)):
        assert is_local(_request_from(host), alone) is ours, host


@pytest.mark.parametrize("mark", ["forwarded", "via", "x_forwarded_for", "x_real_ip"])
def test_proxied_request_is_not_local(mark: str) -> None:
    for claimed in ("127.0.0.1", "10.0.0.7", ""):
        assert not is_local(_request_from("127.0.0.1", **{mark: claimed}), Settings())


def test_no_request_is_local_behind_public_url() -> None:
    public = Settings(public_url="https://coaching.example.org")
    assert not is_local(_request_from("127.0.0.1"), public), "a proxy may add no headers"


def test_metrics_behind_public_url_require_token(
    world: World, serve: Callable[[Settings], AbstractContextManager[httpx.Client]]
) -> None:
    token = "token of the monitoring server"  # noqa: S105 - of a test
    public = {"public_url": "https://coaching.example.org", "metrics_token": token}
    settings = Settings(**(world.services.settings.model_dump() | public))
    with serve(settings) as client:
        for shown, expected in (
            (None, HTTPStatus.FORBIDDEN),
            ("another", HTTPStatus.FORBIDDEN),
            (token, HTTPStatus.OK),
            (world.manager_token(), HTTPStatus.OK),
        ):
            headers = {} if shown is None else {"Authorization": f"Bearer {shown}"}
            assert client.get("/metrics", headers=headers).status_code == expected
        spoofed = client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
        assert spoofed.status_code == HTTPStatus.FORBIDDEN
    assert token not in repr(settings)


def test_response_has_request_id_and_preserves_valid_client_id(client: httpx.Client) -> None:
    made = [client.get("/healthz").headers["x-request-id"] for _ in range(2)]
    assert made[0] != made[1]
    kept = client.get("/healthz", headers={"X-Request-ID": "abc-12345678"})
    assert kept.headers["x-request-id"] == "abc-12345678"
    refused = client.get("/healthz", headers={"X-Request-ID": "a b/../c"})
    assert refused.headers["x-request-id"] != "a b/../c"


def test_logs_contain_routes_but_no_paths_or_secrets(
    world: World, logged: io.StringIO, client: httpx.Client
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    link, token = world.link(cycle_id, "C-1").secret, world.manager_token()
    bearer = {"Authorization": f"Bearer {token}"}
    client.get(f"/p/{link}")
    client.get(f"{API}/cycles/{cycle_id}/people", headers=bearer)
    client.post(f"/sign-in/{world.sign_in_secret()}")
    with world.database.reading() as tx:
        hashes = tx.scalars(select(CredentialRow.secret_sha256)).all()
    requests = _logged_requests({"/p/{link}", "/sign-in/{secret}"}, logged)
    assert all(line["request_id"] and line["ms"] >= 0 for line in requests)
    for secret in (link, token, "Coachee 1", "example.org", *hashes):
        assert secret not in logged.getvalue()


def test_error_is_logged_with_location_but_without_message(logged: io.StringIO) -> None:
    try:
        int("Colonel X said")
    except ValueError:
        logging.getLogger("api.test").exception("it failed")
    (line,) = map(json.loads, logged.getvalue().splitlines())
    assert line["event"] == "it failed"
    assert line["error"].startswith("ValueError at test_request_logging.py:")
    assert "Colonel" not in logged.getvalue()
