"""The audit trail: recorded events, and the verification of their seals."""

from __future__ import annotations

import functools
import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, select, update

from api.audit_trail import log as audit
from api.audit_trail import verification
from api.audit_trail.rows import AuditRow
from api.cli.audit import AuditAction, BrokenTrailError
from api.cli.audit import audit as audit_command
from api.database.engine import Database
from api.http.principal import AccessRole, Principal
from api.overview import audit_entries
from api.overview import cycles as overview_cycles
from api.overview.audit_entries import AuditFilter
from api.session_reports import notes
from api.sessions import schedule
from api.sessions.schedule import own_session
from coach.feedback import Note

if TYPE_CHECKING:
    import httpx
    from conftest import World

API = "/api/v1"
PAIRS = {"C-1": "K-1", "C-2": "K-2"}


@pytest.fixture
def acted(world: World) -> World:
    """Return a world with events in its audit trail."""
    world.published(world.cycle(), world.result(PAIRS))
    world.manager_token()
    return world


def _report(world: World, head: str | None = None) -> verification.VerificationResult:
    with world.database.reading() as tx:
        return verification.verify(tx, world.services.keyring, head)


def test_action_is_recorded_with_actor_object_and_time(office: httpx.Client) -> None:
    text = b"[cycle]\nstart = 2027-01-18\nend = 2027-07-16\n"
    cycle_id = office.post(f"{API}/cycles", content=text).json()["id"]
    (event,) = office.get(f"{API}/audit", params={"object_id": cycle_id}).json()
    assert (event["role"], event["action"], event["object_kind"]) == (
        "manager",
        "cycle begun",
        "cycle",
    )
    assert event["actor_id"]
    same_actor = office.get(f"{API}/audit", params={"actor_id": event["actor_id"], "limit": 1})
    assert [entry["number"] for entry in same_actor.json()] == [event["number"]]
    ever = {"object_id": cycle_id, "since": "0001-01-01", "until": "9999-12-31"}
    assert office.get(f"{API}/audit", params=ever).json() == [event]
    assert office.get("/audit", params=ever).is_success


def test_failed_action_is_not_recorded(acted: World) -> None:
    before = _report(acted)

    def fail() -> None:
        with acted.database.writing() as tx:
            audit.record_event(tx, "test", "cycle", "x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert _report(acted) == before


def test_event_without_principal_is_rejected(acted: World) -> None:
    raw = Database(acted.services.settings.database_url)
    with pytest.raises(LookupError), raw.writing() as tx:
        audit.record_event(tx, "test", "cycle", "x")
    raw.close()


def test_trail_contains_no_names_or_texts(acted: World) -> None:
    with acted.database.reading() as tx:
        cycle_id = overview_cycles.all_summaries(tx)[0].id
    coach = acted.coach_with_notebook(acted.person_id(cycle_id, "K-1"))
    with acted.database.writing() as tx:
        session = schedule.cycle_schedule(tx, cycle_id)[0]
        notes.store_note(
            tx,
            acted.services.keyring,
            coach,
            own_session(tx, coach, session.id),
            Note(text="a confidence"),
            now=acted.services.now(),
        )
        rows = "".join(
            repr((row.action, row.detail, row.object_kind, row.role))
            for row in tx.scalars(select(AuditRow))
        )
    assert "note written" in rows
    for word in ("confidence", "Coachee 1", "Coach 1", "example.org", "C-1", "K-1"):
        assert word not in rows


def test_unaltered_trail_is_intact(acted: World) -> None:
    report = _report(acted)
    assert report.rows > 5
    assert report.first_broken is None
    assert _report(acted, report.head).head_known is True


ALTERATIONS = {
    "at": lambda row: row.at + timedelta(seconds=1),
    "role": lambda _: "coach",
    "actor_id": lambda _: "somebody",
    "action": lambda row: row.action + "!",
    "object_kind": lambda _: "thing",
    "object_id": lambda _: "another",
    "detail": lambda row: {**row.detail, "more": 1},
    "seal": lambda row: row.seal[::-1],
}


def test_altered_row_is_detected(acted: World) -> None:
    with acted.database.reading() as tx:
        numbers = tx.scalars(select(AuditRow.number)).all()
    for number, column in itertools.product(numbers, ALTERATIONS):
        with acted.database.writing() as tx:
            row = tx.get_one(AuditRow, number)
            changed = update(AuditRow).where(AuditRow.number == number)
            tx.execute(changed.values({column: ALTERATIONS[column](row)}))
            tx.expire_all()
            report = verification.verify(tx, acted.services.keyring)
            assert report.first_broken is not None, (number, column)
            assert report.first_broken in {number, number + 1}
            tx.rollback()


@pytest.mark.parametrize("place", ["first", "middle"])
def test_removed_row_is_detected(acted: World, place: str) -> None:
    number = 1 if place == "first" else 3
    with acted.database.writing() as tx:
        tx.execute(delete(AuditRow).where(AuditRow.number == number))
        assert verification.verify(tx, acted.services.keyring).first_broken == number + 1


def test_inserted_row_is_detected(acted: World) -> None:
    with acted.database.writing() as tx:
        last = tx.scalars(select(AuditRow).order_by(AuditRow.number.desc())).first()
        assert last is not None
        forged = {column: getattr(last, column) for column in ALTERATIONS}
        tx.execute(insert(AuditRow).values(number=last.number + 1, **forged))
        assert verification.verify(tx, acted.services.keyring).first_broken == last.number + 1


def test_truncated_trail_is_detected_by_stored_head(acted: World) -> None:
    kept = _report(acted)
    with acted.database.writing() as tx:
        tx.execute(delete(AuditRow).where(AuditRow.number > kept.rows - 2))
    report = _report(acted, kept.head)
    assert report.first_broken is None
    assert report.head_known is False


def test_entries_are_listed_newest_first_by_page(acted: World) -> None:
    manager = Principal(AccessRole.MANAGER)
    first = audit_entries.list_entries(acted.services, manager, AuditFilter(limit=3))
    older = AuditFilter(limit=3, before=first[-1].number)
    second = audit_entries.list_entries(acted.services, manager, older)
    numbers = [entry.number for entry in first + second]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 6


def test_command_reports_whether_trail_is_intact(
    acted: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = acted.services.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    verify = functools.partial(audit_command, AuditAction.VERIFY, data=settings.data_dir)
    verify()
    head = capsys.readouterr().out.rpartition("Head: ")[2].strip()
    assert head == _report(acted).head
    verify(head=head)
    with pytest.raises(BrokenTrailError, match="the end of the trail was removed"):
        verify(head="1" * 64)
    with acted.database.writing() as tx:
        tx.execute(update(AuditRow).where(AuditRow.number == 2).values(role="coach"))
    with pytest.raises(BrokenTrailError, match="row 2"):
        verify()
