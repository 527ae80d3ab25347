"""Databases that are misconfigured, corrupt, outdated or temporarily unavailable."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import threading
import time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Table, func, select

from api.app import open_services
from api.background.job_type import JobContext
from api.background.rows import TaskState
from api.cli.serve import migrate
from api.cli.services import load_settings
from api.crypto.key_ring import KeyringError, open_keyring
from api.database import schema
from api.database.engine import Database, DatabaseUnusableError
from api.runs import run_queue
from api.runs.frozen_input import RunOptions
from api.runs.job import RunJob
from api.runs.rows import RunRow
from api.settings import Settings
from coach.errors import UnusableInputError
from tests.api.conftest import ANY_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import httpx
    from conftest import PostgresServer, World

API = "/api/v1"
UNREACHABLE = "postgresql://office:secret@127.0.0.1:1/programme"


@pytest.mark.parametrize(
    ("url", "reported"),
    [
        ("no address", "use one like"),
        ("mysql://host/name", "mysql is not a supported"),
        ("sqlite:////dev/null/x.sqlite", "cannot be created"),
        (UNREACHABLE, "cannot be used"),
    ],
)
def test_unusable_database_url_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, reported: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(DatabaseUnusableError, match=reported) as refused:
        migrate(data=tmp_path)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("postgresql://u:p@db.example.org/x", "sslmode=verify-full&sslrootcert=system"),
        ("postgresql://u:p@10.0.0.7/x?application_name=a&sslrootcert=/ca.pem", "verify-full"),
        ("postgresql://u:p@db.example.org/x?sslmode=disable", "sslmode=disable"),
        ("postgresql://u:p@127.0.0.1:5432/x", ""),
        ("postgresql:///x?host=/run/postgresql", "host=/run/postgresql"),
    ],
)
def test_database_on_another_machine_is_reached_with_tls_unless_the_url_says_otherwise(
    url: str, options: str
) -> None:
    query = urlsplit(Settings(database_url=url).database_url).query
    assert query.endswith(options)
    assert ("sslmode" in query) == bool(options and "host=" not in options)


def test_file_that_is_not_a_database_is_reported_and_unchanged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    place = tmp_path / "gender-coach.sqlite"
    place.write_text("a list of people, not a database", encoding="utf-8")
    with pytest.raises(DatabaseUnusableError, match="not a database"):
        migrate(data=tmp_path)
    assert place.read_text(encoding="utf-8").startswith("a list")


def test_all_invalid_settings_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENDER_COACH_PORT", "99999")
    monkeypatch.setenv("GENDER_COACH_RUN_WORKERS", "many")
    with pytest.raises(UnusableInputError) as refused:
        load_settings()
    assert {fault.column for fault in refused.value.faults} == {"port", "run_workers"}


def test_unwritable_key_file_is_reported() -> None:
    with pytest.raises(KeyringError, match="cannot be written"):
        open_keyring(Path("/dev/null/master.key"), create=True)


def test_missing_or_wrong_key_file_is_reported(world: World) -> None:
    settings = world.services.settings
    services, queue = open_services(settings)
    queue.close()
    services.database.close()
    path = settings.master_key_file
    kept = path.read_bytes()
    path.unlink()
    with pytest.raises(KeyringError, match="restore it"):
        open_services(settings)
    assert not path.exists(), "a new key file could not decrypt the existing data"
    open_keyring(path, create=True)
    with pytest.raises(KeyringError, match="does not belong to this database"):
        open_services(settings)
    path.write_bytes(kept)
    services, queue = open_services(settings)
    queue.close()
    services.database.close()


def _rows(database: Database) -> dict[str, int]:
    with database.reading() as tx:
        tables: list[Table] = schema.METADATA.sorted_tables
        return {
            table.name: tx.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        }


def test_downgrade_and_upgrade_preserve_rows(world: World) -> None:
    world.published(world.cycle(), world.result({"C-1": "K-1", "C-2": "K-2"}))
    before = _rows(world.database)
    assert before["sessions"] == 4
    schema.migrate(world.database, "0001")
    schema.migrate(world.database)
    later = {"audit", "worker_slots", "notebooks", "sealed_tables"}
    kept = {name: count for name, count in _rows(world.database).items() if name not in later}
    assert kept == {name: count for name, count in before.items() if name not in later}


@pytest.fixture
def own_postgres(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """Return a PostgreSQL server that can be stopped without affecting other tests."""
    with tempfile.TemporaryDirectory(prefix="postgres", ignore_cleanup_errors=True) as folder:
        server = postgres.another(Path(folder))
        yield server
        with contextlib.suppress(
            subprocess.CalledProcessError
        ):  # already stopped if the test failed
            server.stop()


@pytest.mark.slow
def test_requests_fail_and_runs_wait_while_postgresql_is_down(
    own_postgres: PostgresServer,
    tmp_path: Path,
    make_world: Callable[[Settings], AbstractContextManager[World]],
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = Settings(
        data_dir=tmp_path / "data", database_url=own_postgres.new_database(), worker=True, port=0
    )
    with make_world(settings) as world, serve(settings) as client:
        client.headers["Authorization"] = f"Bearer {world.manager_token()}"
        cycle_id = world.cycle()
        run_id = client.post(f"{API}/cycles/{cycle_id}/runs").json()["id"]
        _until(client, run_id, "running")
        own_postgres.stop()
        away = client.get(f"{API}/runs/{run_id}")
        assert away.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert "nothing was changed" in away.json()["detail"]
        assert int(away.headers["Retry-After"]) > 0
        lists = {side: (f"{side}.csv", b"x" * 100_000) for side in ("coachees", "coaches")}
        brought = client.put(f"{API}/cycles/{cycle_id}/people", files=lists, headers=ANY_VERSION)
        assert brought.status_code == HTTPStatus.SERVICE_UNAVAILABLE, "not the sender's fault"
        assert "nothing was changed" in brought.json()["detail"]
        assert brought.headers["Retry-After"]
        assert client.get("/healthz").status_code == HTTPStatus.OK
        assert client.get("/readyz").status_code == HTTPStatus.SERVICE_UNAVAILABLE
        _until_retried(caplog, times=3)
        own_postgres.start()
        assert _until(client, run_id, "finished")["plan_id"]
        second = client.post(f"{API}/cycles/{cycle_id}/runs").json()["id"]
        assert _until(client, second, "finished")["plan_id"]


def _until_retried(caplog: pytest.LogCaptureFixture, times: int) -> None:
    """Wait until jobs have found the database unavailable `times` times."""
    ends = time.monotonic() + 60
    while caplog.text.count("the database is unavailable during a job") < times:
        assert time.monotonic() < ends, caplog.text
        time.sleep(0.1)


def _until(client: httpx.Client, run_id: str, state: str) -> dict[str, Any]:
    ends = time.monotonic() + 60
    while True:
        answer = client.get(f"{API}/runs/{run_id}")
        run: dict[str, Any] = answer.json()
        if answer.is_success and run["state"] == state:
            return run
        assert time.monotonic() < ends, run
        time.sleep(0.1)


@pytest.mark.slow
def test_run_of_stopping_server_is_requeued(world: World) -> None:
    cycle_id, now = world.cycle(), world.services.now()
    with world.database.writing() as tx:
        run = run_queue.queue_cycle_run(tx, lambda *_: None, cycle_id, RunOptions(), now=now)
    place = JobContext(world.services, "worker@1")
    solving = RunJob(place)
    left: list[BaseException] = []

    def work() -> None:
        try:
            solving(run.id)
        except BaseException as error:  # noqa: BLE001 - checked below
            left.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while _state(world, run.id) is not TaskState.RUNNING:
        time.sleep(0.05)
    place.stopping.set()
    thread.join()
    assert not isinstance(left[0], Exception), (
        "the job engine would treat an Exception as a failed job"
    )
    assert _state(world, run.id) is TaskState.QUEUED
    RunJob(JobContext(world.services, "worker@1"))(run.id)
    assert _state(world, run.id) is TaskState.FINISHED


def _state(world: World, run_id: str) -> TaskState:
    with world.database.reading() as tx:
        return tx.get_one(RunRow, run_id).state
