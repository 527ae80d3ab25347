"""Retention: the time and scope of erasure, the warning, holds, and the remaining data."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, select, text, update

from api.accounts import browser_sessions, users
from api.accounts.rows import CredentialKind, CredentialRow
from api.audit_trail import verification
from api.audit_trail.rows import AuditRow
from api.background.job import Job
from api.background.job_type import JobContext
from api.background.purge import purge_finished_jobs
from api.background.queue import JobQueue
from api.background.rows import TaskState
from api.background.worker import Worker
from api.cli import retention as command
from api.cycles import service as cycles
from api.cycles.rows import CycleRow
from api.data_protection import retention_policy
from api.data_protection import retention_sweep as retention
from api.data_protection.job import JOBS, create_retention_handler
from api.data_protection.redaction import ERASED
from api.data_protection.retention_policy import HoldInput
from api.data_protection.retention_sweep import RETENTION_JOB
from api.database.schema import METADATA
from api.http.principal import AccessRole, Principal
from api.input_files.policy_file import parse_policy_file
from api.input_files.source import NamedFile
from api.mail.rows import MailRow
from api.overview import statistics as figures
from api.participants.rows import PersonRow, Side
from api.personal_links.rows import OneTimeCodeRow
from api.plan_queries import questions
from api.plan_queries.questions import QuestionRequest
from api.plan_queries.rows import QuestionKind, QuestionRow
from api.plans import plan_details
from api.runs.frozen_input import RunInput
from api.runs.rows import PlanRow, PlanState, RunRow
from api.session_reports import feedback as feedback_reports
from api.session_reports import records
from api.sessions import schedule
from api.sessions.rows import SessionRow
from api.sessions.schedule import own_session
from coach.errors import ConflictError
from coach.feedback import Feedback, SharedRecord
from coach.sessions import Attendance
from tests.instruments import AFTER_SESSION

if TYPE_CHECKING:
    import httpx
    from conftest import World

DAYS = 730
LAST_DAY = date(2027, 7, 16)
OVER = LAST_DAY + timedelta(days=DAYS)
WORDS = (
    "Coachee 1",
    "Coach 2",
    "c1@example.org",
    "own topic",
    "my feedback",
    "C-3 of K-2",
    "both: sr",
)
SECOND = """\
[cycle]
name = "Regional \\"cycle\\""
start = 2027-01-18
end = 2027-07-16
# C-3 of K-2 asked for this
[bans]
"C-3" = ["K-2"]
[pins]
"C-1" = "K-1"
[timetable]
hours = 10
rhythm = 40
[timetable.preferred_by]
"C-2" = ["Mon 09:00-12:00"]
"""


def _at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _move_clock(world: World, day: date) -> None:
    world.services = replace(world.services, now=lambda: _at(day))


def _do_the_job(world: World, day: date) -> None:
    _move_clock(world, day)
    create_retention_handler(JobContext(world.services, "worker@1"))(f"{day}")


@pytest.fixture
def cycle_id(world: World) -> str:
    """Fill a cycle with a record, feedback, an answer, ids in its policy, and a failed run."""
    cycle_id = world.cycle()
    policy = parse_policy_file(NamedFile("cycle.toml", SECOND.encode())).policy
    now = datetime(2027, 1, 1, tzinfo=UTC)
    with world.database.writing() as tx:
        cycles.store_policy(tx, cycle_id, policy, SECOND, now=now)
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    world.link(cycle_id, "C-1")
    with world.database.writing() as tx:
        session = next(
            one for one in schedule.cycle_schedule(tx, cycle_id) if one.coachee.code == "C-1"
        )
        after = session.start + timedelta(hours=1)
        coach = Principal(AccessRole.COACH, person_id=session.coach.id)
        record = SharedRecord(
            session_date=date(2027, 1, 27), attendance=Attendance.HELD, topic="own topic"
        )
        records.store_record(tx, coach, own_session(tx, coach, session.id), record, now=after)
        feedback = Feedback(attendance=Attendance.HELD, answers={"useful": 4}, text="my feedback")
        coachee = Principal(AccessRole.COACHEE, person_id=session.coachee.id)
        feedback_reports.store_feedback(
            tx,
            coachee,
            own_session(tx, coachee, session.id),
            feedback,
            instrument=AFTER_SESSION,
            now=after,
        )
        plan = tx.scalars(select(PlanRow.id).where(PlanRow.cycle_id == cycle_id)).one()
        asking = QuestionRequest(
            kind=QuestionKind.EXPLAIN, person_id=world.person_id(cycle_id, "C-3")
        )
        asked = questions.store_question(tx, world.services.enqueue, plan, asking, now=after)
        row = tx.get_one(QuestionRow, asked.id)
        row.state, row.answer = TaskState.FINISHED, '"Coachee 1"'
        run = tx.scalars(select(RunRow).where(RunRow.cycle_id == cycle_id)).one()
        run.record = "{}"
        run.failure = {"slug": "x", "title": "x", "detail": "C-3 of K-2"}
    return cycle_id


def _erased_at(world: World, cycle_id: str) -> datetime | None:
    with world.database.reading() as tx:
        return tx.get_one(CycleRow, cycle_id).erased_at


def _acts(world: World, action: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the object and the detail of each audit event with the given action."""
    query = select(AuditRow.object_id, AuditRow.detail).where(AuditRow.action == action)
    with world.database.reading() as tx:
        return [(row.object_id, row.detail) for row in tx.execute(query)]


def test_a_cycle_is_erased_after_its_retention_and_a_warning(world: World, cycle_id: str) -> None:
    for before in (OVER - timedelta(days=31), OVER - timedelta(days=30), OVER - timedelta(days=1)):
        _do_the_job(world, before)
        assert _erased_at(world, cycle_id) is None
    assert len(_acts(world, "erasure announced")) == 1
    _do_the_job(world, OVER)
    assert _erased_at(world, cycle_id) == _at(OVER)


def test_erasing_a_cycle_leaves_no_personal_data_and_the_same_totals(
    world: World, cycle_id: str
) -> None:
    with world.database.reading() as tx:
        before = figures.cycle_statistics(tx)
        plan = tx.scalars(select(PlanRow.id).where(PlanRow.state == PlanState.PUBLISHED)).one()
        result = plan_details.plan_details(tx, plan).result
    _do_the_job(world, OVER - timedelta(days=30))
    _do_the_job(world, OVER)
    with world.database.reading() as tx:
        for table in METADATA.sorted_tables:
            rows = repr([tuple(row) for row in tx.execute(table.select())])
            assert not [word for word in WORDS if word in rows], table.name
        assert figures.cycle_statistics(tx) == before
        assert before[0].cycle.coachees == 3
        assert before[0].held == 1
        left = plan_details.plan_details(tx, plan).result
        assert set(tx.scalars(select(PersonRow.name))) == {ERASED}
        codes = set(tx.scalars(select(PersonRow.code)))
        for table in (MailRow, QuestionRow, CredentialRow):
            assert tx.scalar(select(func.count()).select_from(table)) == 0
        row = tx.get_one(CycleRow, cycle_id)
        policy, source = cycles.policy_of(row), row.source
        frozen = RunInput.model_validate_json(tx.scalars(select(RunRow.input)).one())
        assert tx.scalars(select(RunRow.record)).one() is None
    assert [(pair.points, pair.sessions) for pair in left.matches] == [
        (pair.points, pair.sessions) for pair in result.matches
    ]
    assert {one for pair in left.matches for one in (pair.coachee, pair.coach)} <= codes
    assert not [code for code in codes if code.startswith(("C-", "K-"))]
    for kept in (policy, frozen.cycle):
        assert (kept.pins, kept.bans, kept.timetable.preferred_by) == ({}, {}, {})
        assert kept.timetable.rhythm == 40
    again = parse_policy_file(NamedFile("cycle.toml", source.encode())).policy
    assert again.cycle == policy.cycle
    (act,) = _acts(world, "cycle erased")
    assert act[0] == cycle_id
    assert (act[1]["people"], act[1]["questions"], act[1]["messages"]) == (5, 1, 8)
    with world.database.reading() as tx:
        assert verification.verify(tx, world.services.keyring).first_broken is None
    if world.database.is_sqlite:
        files = [path.read_bytes() for path in world.services.settings.data_dir.iterdir()]
        assert not [word for word in WORDS if any(word.encode() in content for content in files)]


def test_repeating_the_job_changes_nothing(world: World, cycle_id: str) -> None:
    _do_the_job(world, OVER - timedelta(days=30))
    for _ in range(3):
        _do_the_job(world, OVER)
    _do_the_job(world, OVER + timedelta(days=400))
    assert len(_acts(world, "cycle erased")) == 1
    assert _erased_at(world, cycle_id) == _at(OVER)


def test_an_old_cycle_is_erased_only_after_thirty_days_of_warning(
    world: World, cycle_id: str
) -> None:
    late = OVER + timedelta(days=1000)
    _do_the_job(world, late)
    _do_the_job(world, late + timedelta(days=29))
    assert _erased_at(world, cycle_id) is None
    _do_the_job(world, late + timedelta(days=30))
    assert _erased_at(world, cycle_id) is not None


def test_a_warning_from_a_wrong_clock_is_withdrawn(world: World, cycle_id: str) -> None:
    _do_the_job(world, OVER + timedelta(days=5))
    _do_the_job(world, LAST_DAY)
    with world.database.reading() as tx:
        assert tx.get_one(CycleRow, cycle_id).erasure_announced_at is None
    assert _erased_at(world, cycle_id) is None


def test_no_cycle_is_erased_if_retention_is_disabled(world: World, cycle_id: str) -> None:
    off = world.services.settings.model_copy(update={"retention_days": 0})
    world.services = replace(world.services, settings=off)
    for days in (0, 40, 4000):
        _do_the_job(world, OVER + timedelta(days=days))
    assert _erased_at(world, cycle_id) is None
    with world.database.reading() as tx:
        stays = retention_policy.retention_of(tx, cycle_id, 0, now=_at(OVER))
    assert (stays.erased_on, stays.soon) == (None, False)


def test_a_cycle_on_hold_is_not_erased_and_gets_a_new_warning_after_the_hold(
    world: World, cycle_id: str
) -> None:
    _do_the_job(world, OVER - timedelta(days=30))
    services = replace(world.services, now=lambda: _at(OVER))
    retention_policy.hold(services, cycle_id, HoldInput(because="an appeal"))
    _do_the_job(world, OVER + timedelta(days=100))
    assert _erased_at(world, cycle_id) is None
    ended = OVER + timedelta(days=101)
    retention_policy.end_hold(services, cycle_id)
    with pytest.raises(ConflictError, match="not on hold"):
        retention_policy.end_hold(services, cycle_id)
    for days in (0, 29):
        _do_the_job(world, ended + timedelta(days=days))
    assert _erased_at(world, cycle_id) is None
    _do_the_job(world, ended + timedelta(days=30))
    assert _erased_at(world, cycle_id) is not None
    with pytest.raises(ConflictError, match="already"):
        retention_policy.hold(services, cycle_id, HoldInput(because="late"))
    assert _acts(world, "erasure held") == [(cycle_id, {})]


def test_a_session_after_the_last_day_counts_as_the_last_day(world: World, cycle_id: str) -> None:
    late = _at(LAST_DAY + timedelta(days=10))
    with world.database.writing() as tx:
        session = tx.scalars(select(SessionRow.id)).first()
        tx.execute(
            update(SessionRow)
            .where(SessionRow.id == session)
            .values(starts_at=late, ends_at=late + timedelta(hours=1))
        )
        stays = retention_policy.retention_of(tx, cycle_id, DAYS, now=_at(LAST_DAY))
    assert stays.erased_on == OVER + timedelta(days=10)


def test_erasure_waits_only_for_cycles_with_work_in_progress(world: World, cycle_id: str) -> None:
    other = world.cycle()
    with world.database.writing() as tx:
        tx.execute(
            update(RunRow).where(RunRow.cycle_id == cycle_id).values(state=TaskState.RUNNING)
        )
    _do_the_job(world, OVER - timedelta(days=30))
    _do_the_job(world, OVER)
    assert _erased_at(world, cycle_id) is None
    assert _erased_at(world, other) is not None
    with world.database.writing() as tx:
        tx.execute(update(RunRow).values(state=TaskState.FINISHED))
    _do_the_job(world, OVER + timedelta(days=1))
    assert _erased_at(world, cycle_id) is not None


_KILLED = """\
import os, signal, sys
from datetime import datetime
from pathlib import Path
from api.cli.services import open_cli_services
from api.data_protection import retention_sweep as retention

data, now, *cycles = sys.argv[1:]
with open_cli_services(Path(data)) as services:
    for cycle_id in cycles:
        with services.database.writing() as tx:
            at = datetime.fromisoformat(now)
            assert retention.erase_cycle(tx, cycle_id, 730, now=at, warned=False)
            tx.flush()
            if cycle_id == cycles[-1]:
                os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_sweep_leaves_each_cycle_complete_or_erased(
    world: World, cycle_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = world.services.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    other = world.cycle()
    arguments = (settings.data_dir, _at(OVER).isoformat(), other, cycle_id)
    killed = subprocess.run([sys.executable, "-c", _KILLED, *arguments], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert _erased_at(world, other) == _at(OVER)
    assert _erased_at(world, cycle_id) is None
    with world.database.reading() as tx:
        names = tx.scalars(select(PersonRow.name).where(PersonRow.cycle_id == cycle_id)).all()
        assert "Coachee 1" in names
        assert ERASED not in names
        assert retention.erasure_scope(tx, cycle_id).counts["messages"] == 8
    _do_the_job(world, OVER)
    _do_the_job(world, OVER + timedelta(days=30))
    assert [act[0] for act in _acts(world, "cycle erased")] == [other, cycle_id]


@pytest.mark.usefixtures("cycle_id")
def test_people_uploaded_after_erasure_are_erased_after_another_warning(world: World) -> None:
    _do_the_job(world, OVER - timedelta(days=30))
    _do_the_job(world, OVER)
    with world.database.writing() as tx:
        first = (PersonRow.side == Side.COACHEE) & (PersonRow.position == 0)
        tx.execute(update(PersonRow).where(first).values(erased_at=None))
    again = OVER + timedelta(days=3)
    _do_the_job(world, again)
    _do_the_job(world, again + timedelta(days=30))
    assert len(_acts(world, "cycle erased")) == 2


def test_only_long_expired_secrets_are_deleted(world: World, cycle_id: str) -> None:
    now = world.services.now()
    with world.database.writing() as tx:
        tx.execute(delete(CredentialRow))
        user = users.ensure_manager(tx, "office", now=now)
        lifetime = browser_sessions.issue_session_cookie(
            tx, user, now=now, lifetime=timedelta(days=900)
        )
        revoked = browser_sessions.issue_session_cookie(
            tx, user, now=now, lifetime=timedelta(days=900)
        )
        browser_sessions.issue_session_cookie(tx, user, now=now, lifetime=timedelta(hours=1))
        tx.get_one(CredentialRow, revoked.id).revoked_at = now
        person = world.person_id(cycle_id, "C-1")
        tx.add(
            OneTimeCodeRow(
                person_id=person, purpose="x", detail="y", created_at=now, expires_at=now
            )
        )
    _do_the_job(world, now.date() + timedelta(days=29))
    with world.database.reading() as tx:
        assert tx.scalar(select(func.count()).select_from(CredentialRow)) == 3
    _do_the_job(world, now.date() + timedelta(days=32))
    with world.database.reading() as tx:
        assert tx.scalars(select(CredentialRow.id)).all() == [lifetime.id]
        assert tx.scalars(select(CredentialRow.kind)).one() is CredentialKind.BROWSER_SESSION
        assert tx.scalars(select(OneTimeCodeRow)).all() == []
    (act,) = _acts(world, "ended secrets deleted")
    assert act[1] == {
        "credentials": 2,
        "codes": 1,
        "ceremonies": 0,
        "devices": 0,
        "failed_sign_ins": 0,
        "previews": 0,
        "searches": 0,
        "address_codes": 0,
        "applications": 0,
    }


def test_finished_jobs_are_deleted_after_a_week_and_waiting_jobs_remain(world: World) -> None:
    url = world.services.settings.database_url
    queue = JobQueue(url, JOBS)
    with world.database.writing() as tx:
        for day in ("2027-01-01", "2027-01-02"):
            queue(tx, Job(RETENTION_JOB, day))
        queue(tx, Job(RETENTION_JOB, "2027-01-03", delay=timedelta(days=300)))
    (job_type,) = JOBS
    worker = Worker(world.services, [replace(job_type, poll_seconds=0.05, schedule=None)])
    worker.start()
    try:
        _wait_until_done(world, 2)
    finally:
        worker.stop()
        queue.close()
    present = datetime.now(UTC)
    assert purge_finished_jobs(url, present - timedelta(days=7)) == 0
    assert purge_finished_jobs(url, present + timedelta(minutes=1)) == 2
    assert _jobs(world) == {f"{RETENTION_JOB}-2027-01-03": "DELAYED"}


def _wait_until_done(world: World, jobs: int) -> None:
    import time  # noqa: PLC0415 - of this loop alone

    ends = time.monotonic() + 30
    while list(_jobs(world).values()).count("SUCCESS") < jobs:
        assert time.monotonic() < ends, _jobs(world)
        time.sleep(0.05)


def _jobs(world: World) -> dict[str, str]:
    table = "workflow_status" if world.database.is_sqlite else "dbos.workflow_status"
    with world.database.reading() as tx:
        rows = tx.execute(text(f"SELECT workflow_uuid, status FROM {table}"))  # noqa: S608 - ours
        return {row.workflow_uuid: row.status for row in rows}


def test_the_command_reports_before_it_erases(
    world: World,
    cycle_id: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", world.services.settings.database_url)
    data = world.services.settings.data_dir
    command.retention(dry_run=True, data=data)
    assert "No cycle is past its retention period." in capsys.readouterr().out
    old = 'name = "Old"\nstart = 2020-01-01\nend = 2020-06-01'
    policy = parse_policy_file(NamedFile("c.toml", f"[cycle]\n{old}".encode())).policy
    past = datetime(2020, 3, 1, tzinfo=UTC)
    with world.database.writing() as tx:
        cycles.store_policy(tx, cycle_id, policy, old, now=past)
        tx.execute(update(SessionRow).values(starts_at=past, ends_at=past + timedelta(hours=1)))
    command.retention(dry_run=True, data=data)
    told = capsys.readouterr().out
    assert f"Old ({cycle_id}): would erase 5 people, 0 notes, 1 run, 1 question, " in told
    assert _erased_at(world, cycle_id) is None
    command.retention(data=data)
    assert f"Old ({cycle_id}): erased 5 people" in capsys.readouterr().out
    assert _erased_at(world, cycle_id) is not None
    command.retention(data=data)
    assert "No cycle is past its retention period." in capsys.readouterr().out


def test_managers_can_read_hold_and_release_through_the_api(
    office: httpx.Client, cycle_id: str
) -> None:
    address = f"/api/v1/cycles/{cycle_id}/retention"
    assert office.get(address).json()["erased_on"] == f"{OVER}"
    assert office.put(f"{address}/hold", json={"because": " "}).status_code == 422
    held = office.put(f"{address}/hold", json={"because": "an appeal"}).json()
    assert (held["erased_on"], held["held_because"]) == (None, "an appeal")
    assert office.delete(f"{address}/hold").json()["erased_on"] == f"{OVER}"
    assert office.delete(f"{address}/hold").status_code == 409
    assert office.get("/api/v1/cycles/none/retention").status_code == 404


def test_the_page_of_a_cycle_shows_its_retention(
    office: httpx.Client, world: World, cycle_id: str
) -> None:
    page = office.get(f"/cycles/{cycle_id}").text
    assert "All personal data in this cycle will be erased on or after Sunday 15 July 2029." in page
    assert 'id="retention-soon"' not in page
    wrong = office.post(f"/cycles/{cycle_id}/retention/hold", data={"because": ""})
    assert wrong.status_code == 422
    assert "Enter a reason" in wrong.text
    office.post(f"/cycles/{cycle_id}/retention/hold", data={"because": "an appeal"})
    assert "an appeal" in office.get(f"/cycles/{cycle_id}").text
    office.post(f"/cycles/{cycle_id}/retention/release")
    near = world.services.now().date() - timedelta(days=DAYS - 20)
    policy = f'[cycle]\nname = "Near"\nstart = {near - timedelta(days=90)}\nend = {near}\n'
    past = _at(near - timedelta(days=20))
    with world.database.writing() as tx:
        read = parse_policy_file(NamedFile("c.toml", policy.encode())).policy
        cycles.store_policy(tx, cycle_id, read, policy, now=past)
        tx.execute(update(SessionRow).values(starts_at=past, ends_at=past + timedelta(hours=1)))
    assert 'id="retention-soon"' in office.get(f"/cycles/{cycle_id}").text
