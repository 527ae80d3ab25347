from __future__ import annotations

import io
import json
import logging
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from fastapi import Request
from sqlalchemy import select

from api.http.routes.health import _is_this_machine
from api.jobs.heartbeat import STALE_AFTER, Heartbeat, stale_runs
from api.logs import set_up_logs
from api.store.access_rows import CredentialRow
from api.store.run_rows import RunRow, RunState, SlotRow
from api.workflows import runs
from api.workflows.runs import RunOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from conftest import World

    from api.settings import Settings

API = "/api/v1"


@pytest.fixture
def logged(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the server logs."""
    written = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:]
    monkeypatch.setattr("sys.stderr", written)
    set_up_logs(settings)
    yield written
    root.handlers[:] = before


def test_alive_and_ready(client: httpx.Client) -> None:
    assert client.get("/healthz").status_code == HTTPStatus.OK
    assert client.get("/readyz").status_code == HTTPStatus.OK


def test_not_ready_on_a_database_of_another_version(world: World, client: httpx.Client) -> None:
    with world.database.writing() as tx:
        tx.connection().exec_driver_sql("DELETE FROM gender_coach_schema")
    assert client.get("/readyz").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert client.get("/healthz").status_code == HTTPStatus.OK


def test_figures_count_requests_by_route_and_runs_by_state(
    world: World, client: httpx.Client
) -> None:
    link = world.link(world.cycle(), "C-1").secret
    client.get(f"/p/{link}")
    client.get("/nowhere/at/all")
    figures = client.get("/metrics").text
    assert 'route="/p/{link}"' in figures
    assert 'status="404"' in figures
    assert 'gender_coach_runs{state="queued"} 0' in figures
    assert "gender_coach_stale_runs 0" in figures
    assert link not in figures
    assert "nowhere" not in figures


@pytest.mark.parametrize(
    ("host", "forwarded", "ours"),
    [
        ("127.0.0.1", None, True),
        ("::1", None, True),
        ("10.0.0.7", None, False),
        ("testing", None, False),
        ("127.0.0.1", "10.0.0.7", False),
    ],
)
def test_figures_are_for_this_machine(host: str, forwarded: str | None, ours: bool) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {"type": "http", "client": (host, 1), "headers": headers}
    assert _is_this_machine(Request(scope)) is ours


def test_every_answer_has_an_id_and_keeps_one_that_was_sent(client: httpx.Client) -> None:
    made = [client.get("/healthz").headers["x-request-id"] for _ in range(2)]
    assert made[0] != made[1]
    kept = client.get("/healthz", headers={"X-Request-ID": "abc-12345678"})
    assert kept.headers["x-request-id"] == "abc-12345678"
    refused = client.get("/healthz", headers={"X-Request-ID": "a b/../c"})
    assert refused.headers["x-request-id"] != "a b/../c"


def test_logs_tell_routes_not_paths_and_no_secret(
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
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    told = [line for line in lines if line["event"] == "request"]
    assert {line["route"] for line in told} >= {"/p/{link}", "/sign-in/{secret}"}
    assert all(line["request_id"] and line["ms"] >= 0 for line in told)
    for secret in (link, token, "Coachee 1", "example.org", *hashes):
        assert secret not in logged.getvalue()


def test_a_fault_is_logged_by_its_place_not_its_message(logged: io.StringIO) -> None:
    try:
        int("Colonel X said")
    except ValueError:
        logging.getLogger("api.test").exception("it failed")
    (line,) = map(json.loads, logged.getvalue().splitlines())
    assert line["event"] == "it failed"
    assert line["error"].startswith("ValueError at test_watching.py:")
    assert "Colonel" not in logged.getvalue()


def test_a_run_is_stale_once_its_worker_is_not_heard_of(world: World) -> None:
    now = world.services.now()
    beat = Heartbeat(world.database, "worker@3", lambda: now)
    beat.start()
    beat.stop()
    cycle_id = world.cycle()
    with world.database.writing() as tx:
        run = runs.start_run(tx, world.services.enqueue_run, cycle_id, RunOptions(), now=now)
        row = tx.get_one(RunRow, run.id)
        row.state, row.slot = RunState.RUNNING, "worker@3"
        tx.flush()
        assert tx.get_one(SlotRow, "worker@3").seen_at == now
        assert stale_runs(tx, now + STALE_AFTER) == 0
        assert stale_runs(tx, now + STALE_AFTER + timedelta(seconds=1)) == 1
        row.slot = "worker@4"
        tx.flush()
        assert stale_runs(tx, now) == 1
