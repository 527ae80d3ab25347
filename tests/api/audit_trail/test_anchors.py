"""Anchors of the audit trail: detection of removed rows, restored copies and forged lines."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from api.audit_trail import verification
from api.audit_trail.anchors import Anchor, append_anchor, read_anchors
from api.audit_trail.head_publication import HEAD_STORED, publish_head
from api.audit_trail.job import create_verification_handler
from api.audit_trail.log import last_event_time, record_event
from api.audit_trail.rows import AuditCheckRow, AuditRow
from api.audit_trail.trail_status import trail_status
from api.background.job_type import JobContext
from api.mail.settings import MailSettings, Security
from tests.mail_server import mail_server

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import World

PAIRS = {"C-1": "K-1", "C-2": "K-2"}
_LAST = select(AuditRow).order_by(AuditRow.number.desc()).limit(1)


@pytest.fixture
def acted(world: World) -> World:
    """Return a world with events in its audit trail."""
    world.published(world.cycle(), world.result(PAIRS))
    world.manager_token()
    return world


def _remove_rows_after(world: World, number: int) -> None:
    with world.database.writing() as tx:
        tx.execute(delete(AuditRow).where(AuditRow.number > number))


def _verify(world: World) -> verification.VerificationResult:
    return verification.verify_and_store(world.services)


def test_removed_end_is_detected_by_a_stored_verification(acted: World) -> None:
    before = _verify(acted)
    assert before.is_intact
    _remove_rows_after(acted, before.rows - 1)
    after = _verify(acted)
    assert (after.first_broken, after.missing_from) == (None, before.rows)
    assert not after.is_intact


def test_replaced_end_of_the_same_length_is_detected(acted: World) -> None:
    before = _verify(acted)
    _remove_rows_after(acted, before.rows - 1)
    with acted.database.writing() as tx:
        record_event(tx, "people opened", "cycle", "another")
    assert _verify(acted).missing_from == before.rows


def test_removed_end_is_detected_by_the_file_if_stored_verifications_are_removed(
    acted: World,
) -> None:
    before = _verify(acted)
    publish_head(acted.services, before)
    _remove_rows_after(acted, before.rows - 1)
    with acted.database.writing() as tx:
        tx.execute(delete(AuditCheckRow))
    assert _verify(acted).missing_from == before.rows


def test_rows_lost_in_a_restore_are_named_with_the_time_restored_to(acted: World) -> None:
    before = _verify(acted)
    kept = before.rows - 2
    _remove_rows_after(acted, kept)
    with acted.database.writing() as tx:
        record_event(tx, verification.RESTORED, "database", "main", rows=kept, replaced=0)
    with acted.database.reading() as tx:
        restored_to = tx.get_one(AuditRow, kept).at
    after = _verify(acted)
    assert after.missing_from is None
    (lost,) = after.lost
    assert (lost.first, lost.last, lost.restored_to) == (kept + 1, before.rows, restored_to)
    assert not after.is_intact


def test_restore_without_anchors_reports_the_rows_of_the_replaced_database(acted: World) -> None:
    with acted.database.reading() as tx:
        rows = trail_status(tx).rows
    with acted.database.writing() as tx:
        record_event(tx, verification.RESTORED, "database", "main", rows=rows, replaced=rows + 5)
    (lost,) = _verify(acted).lost
    assert (lost.first, lost.last) == (rows + 1, rows + 5)


def test_restore_that_lost_nothing_is_intact(acted: World) -> None:
    with acted.database.reading() as tx:
        rows = trail_status(tx).rows
    with acted.database.writing() as tx:
        record_event(tx, verification.RESTORED, "database", "main", rows=rows, replaced=rows)
    assert _verify(acted).is_intact


def test_rows_removed_after_a_restore_are_not_explained_by_it(acted: World) -> None:
    with acted.database.writing() as tx:
        record_event(tx, verification.RESTORED, "database", "main", rows=0, replaced=0)
    later = _verify(acted)
    with acted.database.writing() as tx:
        tx.add(
            AuditCheckRow(
                at=acted.services.now() + timedelta(hours=1),
                rows=later.rows + 3,
                head="f" * 64,
                first_broken=None,
            )
        )
    assert _verify(acted).missing_from == later.rows + 3


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nonsense",
        "2027-01-01T00:00:00+00:00 5 abc abc",
        "2027-01-01T00:00:00+00:00 x abc abc",
        "no-date 5 abc abc",
        "2027-01-01T00:00:00+00:00 5",
        "\x00\xff",
    ],
)
def test_line_without_a_valid_seal_is_ignored(world: World, tmp_path: Path, line: str) -> None:
    path = tmp_path / "anchors"
    anchor = Anchor(datetime(2027, 1, 1, tzinfo=UTC), 7, "a" * 64)
    append_anchor(path, world.services.keyring, anchor)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    append_anchor(path, world.services.keyring, anchor)
    assert read_anchors(path, world.services.keyring) == (anchor, anchor)


def test_anchor_file_is_readable_by_its_owner_only(world: World, tmp_path: Path) -> None:
    path = tmp_path / "anchors"
    append_anchor(path, world.services.keyring, Anchor(datetime.now(UTC), 1, "a" * 64))
    assert path.stat().st_mode & 0o777 == 0o600


def test_missing_anchor_file_has_no_anchors(world: World, tmp_path: Path) -> None:
    assert read_anchors(tmp_path / "none", world.services.keyring) == ()


def test_daily_job_stores_the_head_in_file_syslog_and_email(acted: World) -> None:
    with mail_server() as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        services = acted.with_settings(
            mail=MailSettings(host="127.0.0.1", port=server.port, security=Security.NONE),
            audit_syslog=f"127.0.0.1:{listener.getsockname()[1]}",
            audit_addresses=("auditor@example.org",),
        )
        create_verification_handler(JobContext(services, "worker@1"))("2026-12-01")
        line = listener.recv(1000).decode()
        (mail,) = server.taken
    (anchor,) = read_anchors(services.settings.anchor_file, services.keyring)
    assert f"rows {anchor.rows} head {anchor.head}" in line
    assert mail.recipient == "auditor@example.org"
    assert anchor.head in mail.text
    assert mail.mail["Auto-Submitted"] == "auto-generated"
    with acted.database.reading() as tx:
        last = tx.scalars(_LAST).one()
        assert last.action == HEAD_STORED
        assert last.detail == {"rows": anchor.rows, "stored": 3, "failed": 0}


def test_target_that_fails_is_counted_and_the_others_are_tried(
    acted: World, tmp_path: Path
) -> None:
    services = acted.with_settings(
        audit_anchor_file=tmp_path / "no" / "folder", audit_syslog="/x/y"
    )
    publish_head(services, _verify(acted))
    with acted.database.reading() as tx:
        last = tx.scalars(_LAST).one()
        assert last_event_time(tx, HEAD_STORED) == last.at
        assert (last.detail["stored"], last.detail["failed"]) == (0, 2)


def test_head_of_an_incomplete_trail_is_not_stored(acted: World) -> None:
    before = _verify(acted)
    _remove_rows_after(acted, before.rows - 1)
    publish_head(acted.services, _verify(acted))
    assert read_anchors(acted.services.settings.anchor_file, acted.services.keyring) == ()
