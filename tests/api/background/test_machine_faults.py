"""Machine faults: missing permissions, a full disk, no memory, and a clock set back."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.pool import Pool

from api.accounts import browser_sessions, credentials, tokens, users
from api.accounts.rows import CredentialKind, CredentialRow
from api.audit_trail import log as audit
from api.audit_trail import verification
from api.background.job_type import JobContext
from api.background.rows import TaskState
from api.background.task_failure import read_failure
from api.bootstrap import open_database_and_keyring
from api.crypto.key_ring import KeyringError, open_keyring
from api.database import schema
from api.database.rows import KeyMarkRow
from api.http.principal import ANONYMOUS, AccessRole, Principal
from api.invitations.publish import publish_draft
from api.mail.rows import REMINDER_KINDS, MailRow, MailState
from api.mail.settings import MailSettings
from api.participants.rows import PersonRow
from api.personal_links import one_time_codes
from api.personal_links.one_time_codes import CodePurpose
from api.personal_links.rows import OneTimeCodeRow
from api.reminders.service import write_due_reminders
from api.runs import run_queue
from api.runs.frozen_input import RunOptions
from api.runs.job import RunJob
from api.runs.rows import PlanRow, RunRow
from coach.errors import NotSignedInError
from coach.texts.renderer import english
from tests.api.authenticating import identify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

    from api.settings import Settings

pytestmark = pytest.mark.slow

API = "/api/v1"
NOON = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
IDLE = timedelta(hours=2)
PAIRS = {"C-1": "K-1", "C-2": "K-2"}
_COLUMNS = "id,name,email,country,languages,availability,rank"


# Missing permissions.


def _without_overriding(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python without the capabilities that let root bypass file permissions."""
    able = ["--bounding-set=-dac_override,-dac_read_search"]
    before = [shutil.which("setpriv") or "", *able] if os.geteuid() == 0 else []
    if before and not before[0]:
        pytest.skip("root bypasses file permissions, and setpriv (util-linux) is not installed")
    return subprocess.run(
        [*before, sys.executable, *arguments],
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_unwritable_folder_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)
    ended = _without_overriding("-m", "api", "serve", "--data", str(folder))
    assert ended.returncode == 2, ended.stderr
    assert f"{folder}" in ended.stderr
    assert "writable" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(folder.iterdir()) == []


_OPENED_WITHOUT_RIGHTS = """
import sys
from pathlib import Path
from api.bootstrap import open_database_and_keyring
from api.settings import Settings
from api.database import schema
from api.database.engine import Database
from coach.errors import DomainError

def write():
    database, _ = open_database_and_keyring(settings)
    try:
        with database.writing():
            return "written"
    finally:
        database.close()

settings = Settings(data_dir=Path(sys.argv[1]))
made = Database(settings.database_url)
schema.migrate(made)
made.close()
print(write())
for file, mode in (("master.key", 0o200), (".sqlite-writer", 0o400), (".sqlite", 0o000)):
    (place,) = settings.data_dir.glob("*" + file)
    place.chmod(mode)
    try:
        print(write())
    except DomainError as error:
        print(str(error).replace(chr(10), " "))
    place.chmod(0o600)
print(write())
"""


def test_inaccessible_files_are_reported(tmp_path: Path) -> None:
    ended = _without_overriding("-c", _OPENED_WITHOUT_RIGHTS, str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    before, key, writer, file, after = ended.stdout.splitlines()
    assert before == after == "written"
    assert "master.key cannot be read: Permission denied" in key
    assert "cannot write to the database" in writer
    assert "cannot be used" in file


# A full disk.


def _many_coachees() -> bytes:
    week = "Mon 09:00-16:00; Wed 09:00-16:00"
    rows = (f"C-{n},Coachee {n},c{n}@example.org,RS,en,{week},OF-5,commander" for n in range(1000))
    return "\n".join([f"{_COLUMNS},role", *rows]).encode()


def _coach() -> bytes:
    return f"{_COLUMNS},capacity\nK-1,Coach,k@example.org,SE,en,Mon 09:00-16:00,OF-5,3".encode()


class Disk:
    """The database's disk, which can be made to appear full."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._limited: list[Any] = []

    def fill(self) -> None:
        """Make the disk appear full.

        SQLite is limited to its current number of pages. In PostgreSQL, triggers on two tables
        raise the error for a full disk.
        """
        if self._world.database.is_sqlite:
            for connection in self._limited:
                connection.execute(
                    "PRAGMA max_page_count=1"
                )  # SQLite uses the current number of pages
            return
        with self._world.database.writing() as tx:
            tx.connection().exec_driver_sql(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "RAISE EXCEPTION 'could not extend file: no space left' USING ERRCODE='53100'; "
                "END $$"
            )
            for table in ("people", "credentials"):
                tx.connection().exec_driver_sql(
                    f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION full_disk()"
                )

    def make_room(self) -> None:
        if self._world.database.is_sqlite:
            for connection in self._limited:
                connection.execute("PRAGMA max_page_count=1000000")
            return
        with self._world.database.writing() as tx:
            tx.connection().exec_driver_sql("DROP FUNCTION full_disk CASCADE")

    def watch(self, connection: Any, _record: object) -> None:  # noqa: ANN401 - of two drivers
        self._limited.append(connection)


@pytest.fixture
def disk(world: World) -> Iterator[Disk]:
    disk = Disk(world)
    event.listen(Pool, "connect", disk.watch)
    yield disk
    event.remove(Pool, "connect", disk.watch)


def _counts(world: World) -> dict[str, int]:
    with world.database.reading() as tx:
        return {
            table.name: tx.scalar(select(func.count()).select_from(table)) or 0
            for table in schema.METADATA.sorted_tables
        }


def test_full_disk_changes_nothing_and_the_server_recovers(
    world: World,
    disk: Disk,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> None:
    bearer = {"Authorization": f"Bearer {world.manager_token()}"}
    lists = {
        "coachees": ("coachees.csv", _many_coachees()),
        "coaches": ("coaches.csv", _coach()),
    }
    with serve(world.services.settings) as client:
        client.headers.update(bearer)
        created = client.post(
            f"{API}/cycles", content=b"[cycle]\nstart=2027-01-18\nend=2027-07-16\n"
        )
        people = f"{API}/cycles/{created.json()['id']}/people"
        before = _counts(world)
        _use_long_ago(world)
        disk.fill()
        refused = client.put(people, files=lists, headers={"If-Match": "*"})
        assert refused.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert "the database disk is full" in refused.json()["detail"]
        assert "nothing was changed" in refused.json()["detail"]
        assert int(refused.headers["Retry-After"]) > 0
        assert _counts(world) == before
        assert client.get(people).json() == []
        disk.make_room()
        assert client.put(people, files=lists, headers={"If-Match": "*"}).is_success
        after = _counts(world)
        assert after["people"] == before["people"] + 1001
        assert after["audit"] > before["audit"]
    with world.database.reading() as tx:
        assert verification.verify(tx, world.services.keyring).first_broken is None


def _use_long_ago(world: World) -> None:
    """Make credentials appear unused for so long that their next use is recorded."""
    with world.database.writing() as tx:
        for row in tx.scalars(select(CredentialRow)):
            row.last_used_at = world.services.now() - HOUR


# A missing key file.


def test_no_new_key_is_created_while_encrypted_rows_exist(world: World) -> None:
    """The key file is lost, and the database of an older version lacks its fingerprint."""
    world.published(world.cycle(), world.result(PAIRS))
    settings = world.services.settings
    with world.database.reading() as tx:
        assert tx.scalar(select(func.count()).select_from(KeyMarkRow)) == 0
    kept = settings.master_key_file.read_bytes()
    settings.master_key_file.unlink()
    with pytest.raises(KeyringError, match="restore it from your copy"):
        open_database_and_keyring(settings)
    assert not settings.master_key_file.exists()
    settings.master_key_file.write_bytes(kept)
    settings.master_key_file.chmod(0o600)
    database, keyring = open_database_and_keyring(settings)
    database.close()
    assert keyring.mark == open_keyring(settings.master_key_file, create=False).mark


# No memory.


def test_run_whose_solver_runs_out_of_memory_fails_with_advice(world: World) -> None:
    _assert_failed_with_advice(
        _ended(world, _take_memory), "memory ran out", "exit code", "signal 6"
    )


def test_run_whose_solver_is_killed_fails_with_advice(world: World) -> None:
    _assert_failed_with_advice(_ended(world, lambda pid: os.kill(pid, signal.SIGKILL)), "signal 9")


def _take_memory(pid: int) -> None:
    """Prevent the process from allocating memory."""
    resource.prlimit(pid, resource.RLIMIT_AS, (1, resource.RLIM_INFINITY))


def _ended(world: World, at_work: Callable[[int], object]) -> RunRow:
    """Start a run, call `at_work` with the process id of its solver, and return the failed run.

    This also checks that no plan is stored, and that repeating the job does not change the run's
    state.
    """
    cycle_id = world.cycle()
    with world.database.writing() as tx:
        run_id = run_queue.queue_cycle_run(
            tx, world.services.enqueue, cycle_id, RunOptions(), now=world.services.now()
        ).id
    solving = threading.Thread(
        target=RunJob(JobContext(world.services, "worker@1")), args=(run_id,)
    )
    before = _children()
    solving.start()
    ends = time.monotonic() + 60
    while not (new := _children() - before):
        assert time.monotonic() < ends
        time.sleep(0.01)
    at_work(new.pop())
    solving.join()
    with world.database.reading() as tx:
        assert tx.scalar(select(func.count()).select_from(PlanRow)) == 0
        row = tx.get_one(RunRow, run_id)
        tx.expunge(row)
    again = RunJob(JobContext(world.services, "worker@1"))
    again(run_id)
    with world.database.reading() as tx:
        assert tx.get_one(RunRow, run_id).state is TaskState.FAILED, "a final state does not change"
    return row


def _children() -> set[int]:
    """Return the ids of all running child processes."""
    tasks = Path("/proc/self/task")
    return {
        int(pid)
        for task in tasks.iterdir()
        for pid in (task / "children").read_text(encoding="ascii").split()
    }


def _assert_failed_with_advice(row: RunRow, *one_of: str) -> None:
    assert row.state is TaskState.FAILED
    assert row.finished_at is not None
    assert row.failure is not None
    detail = english(read_failure(row.failure).detail)
    assert any(words in detail for words in one_of), detail
    assert "please try again" in detail
    assert "memory" in detail


# A clock set back.


def _who(world: World, secret: str, now: datetime) -> Principal:
    kinds = frozenset(CredentialKind)
    with world.database.reading() as tx:
        return identify(tx, secret, kinds, now=now, idle=IDLE)


def test_clock_set_back_does_not_revive_a_browser_session(world: World) -> None:
    with world.database.writing() as tx:
        user = users.ensure_manager(tx, "manager", now=NOON)
        cookie = browser_sessions.issue_session_cookie(tx, user, now=NOON, lifetime=4 * HOUR)
        token = tokens.issue_token(
            tx, Principal(AccessRole.MANAGER, user_id=user), "x", now=NOON, lifetime=DAY
        )
    assert _who(world, cookie.secret, NOON + HOUR).is_manager
    with world.database.writing() as tx:
        credentials.touch(tx, cookie.id, now=NOON + HOUR)
    assert _who(world, cookie.secret, NOON + 4 * HOUR) == ANONYMOUS, "the session has ended"
    for back in (NOON - 10 * DAY, NOON - HOUR, NOON, NOON + timedelta(minutes=54)):
        assert _who(world, cookie.secret, back) == ANONYMOUS, back
    assert _who(world, token.secret, NOON - HOUR).is_manager, "API tokens remain valid"
    with world.database.writing() as tx:
        browser_sessions.end_browser_sessions(tx, user, NOON + HOUR)
    assert _who(world, cookie.secret, NOON + HOUR) == ANONYMOUS


def test_sign_in_link_works_once_after_any_clock_change(world: World) -> None:
    def opens(secret: str, now: datetime) -> bool:
        try:
            with world.database.writing() as tx:
                browser_sessions.redeem_sign_in_secret(tx, secret, now=now, lifetime=HOUR)
        except NotSignedInError:
            return False
        return True

    with world.database.writing() as tx:
        user = users.ensure_manager(tx, "manager", now=NOON)
        used, unused = (
            browser_sessions.issue_sign_in_secret(tx, user, now=NOON, lifetime=HOUR).secret
            for _ in range(2)
        )
    assert opens(used, NOON)
    assert not opens(used, NOON - DAY)
    assert not opens(unused, NOON - DAY), "the secret must not be valid for a day longer"
    assert opens(unused, NOON - timedelta(minutes=1)), (
        "the clocks of two machines can differ by a minute"
    )


def test_clock_set_back_does_not_revive_an_expired_code(world: World) -> None:
    cycle_id = world.cycle()
    principal = Principal(AccessRole.COACH, person_id=world.person_id(cycle_id, "K-1"))
    with world.database.writing() as tx:
        services = replace(world.services_with_mail(), now=lambda: NOON)
        one_time_codes.send_code(tx, services, principal, CodePurpose.ADDRESS, detail="x@y.org")
        (code,) = tx.scalars(select(OneTimeCodeRow.id))
    typed = world.services.keyring.one_time_code(code)

    def fits(now: datetime) -> bool:
        with world.database.writing() as tx:
            found = one_time_codes.verify_code(
                tx, world.services.keyring, principal, CodePurpose.ADDRESS, typed, now=now
            )
            return found is not None

    assert fits(NOON)
    assert not fits(NOON + timedelta(minutes=11))
    assert not fits(NOON - timedelta(minutes=30))


def test_clock_set_back_does_not_break_the_audit_trail(world: World) -> None:
    for moment in (NOON, NOON - DAY, NOON - 400 * DAY, NOON + DAY):
        turned = replace(world.services, now=lambda moment=moment: moment)
        with turned.on_behalf_of(lambda: ANONYMOUS).database.writing() as tx:
            audit.record_event(tx, "user added", "user", f"{moment:%Y}")
    with world.database.reading() as tx:
        report = verification.verify(tx, world.services.keyring)
    assert (report.rows, report.first_broken) == (4, None)


def test_clock_set_back_does_not_lower_the_sequence_of_invitations(world: World) -> None:
    """Calendars compare SEQUENCE first, and DTSTAMP only if the sequences are equal."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    plan_id = world.plan(cycle_id, world.result(PAIRS, first_day=21))
    earlier = datetime(2026, 11, 1, tzinfo=UTC)
    with world.database.writing() as tx:
        publish_draft(
            tx, world.services.keyring, plan_id, now=earlier, link_grace=timedelta(days=60)
        )
    with world.database.reading() as tx:
        rows = tx.execute(select(MailRow.session_id, MailRow.person_id, MailRow.content)).all()
    sequences: dict[tuple[str, str], list[int]] = {}
    for session, person, message in rows:
        sequences.setdefault((session, person), []).append(message["sequence"])
    assert len(rows) > len(sequences)
    assert all(len(set(each)) == len(each) for each in sequences.values()), "sequences are unique"
    assert all(sorted(each) == list(range(len(each))) for each in sequences.values())


def test_clock_set_back_does_not_repeat_reminders(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    with world.database.writing() as tx:
        at = datetime(2026, 12, 2, tzinfo=UTC)
        tx.execute(update(MailRow).values(state=MailState.SENT, ended_at=at))
    mail = MailSettings(host="127.0.0.1")
    settings = world.services.settings.model_copy(update={"mail": mail})
    moment = datetime(2027, 1, 21, 9, 0, tzinfo=UTC)
    written = []
    for now in (moment, moment - 2 * HOUR, moment - DAY, moment):
        services = replace(world.services, settings=settings, now=lambda now=now: now)
        written.append(write_due_reminders(services))
    with world.database.reading() as tx:
        reminders = select(func.count()).where(MailRow.kind.in_(REMINDER_KINDS))
        rows = tx.scalar(reminders)
        people = tx.scalar(select(func.count()).select_from(PersonRow))
    assert written[0] > 0
    assert written[1:] == [0, 0, 0]
    assert rows == written[0] <= (people or 0)
