"""Each stress test runs for a few seconds, and the stress tests detect failures."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from api.background.rows import TaskState
from api.files.workbook_reader import workbook_table
from api.http import urls
from api.input_files.cycle_inputs import parse_inputs
from api.input_files.source import NamedFile
from api.mail.rows import MailKind, MailRow
from api.participants.rows import PersonRow
from api.runs.rows import RunRow
from tests.api.conftest import running
from tests.force import (
    audit_altered,
    copy_restored,
    damaged_reading,
    damages,
    every_operation,
    files_fuzzed,
    load,
    mails_killed,
    note_searched,
    publisher_killed,
    replies_killed,
    strangers,
    streams,
    worker_killed,
    worker_lost,
    writer_killed,
)
from tests.force.measuring import POSTGRESQL, SQLITE, deployment
from tests.mail_server import Taken

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("module", "times", "database"),
    [
        (worker_killed, 1, SQLITE),
        (worker_lost, 2, POSTGRESQL),
        (writer_killed, 6, SQLITE),
        (writer_killed, 4, POSTGRESQL),
        (publisher_killed, 600, SQLITE),
        (mails_killed, 80, SQLITE),
        (replies_killed, 60, SQLITE),
        (every_operation, 45, SQLITE),
        (audit_altered, 26, SQLITE),
        (note_searched, 2, SQLITE),
        (files_fuzzed, 150, SQLITE),
        (streams, 10, SQLITE),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)).rpartition(".")[2],
)
def test_short_measurement_meets_its_requirement(
    module: ModuleType, times: int, database: str
) -> None:
    figure = module.measure(times, database)
    assert figure.is_met, figure.measured


def test_short_load_causes_no_errors() -> None:
    assert " 0 errors" in load.measure(100, SQLITE).measured


def test_small_backup_is_restored_completely() -> None:
    measured = copy_restored.measure(2, SQLITE).measured
    assert ", 0 of " in measured
    assert "audit trail intact" in measured


def test_lost_person_run_and_message_are_counted() -> None:
    with deployment(SQLITE) as world:
        world.published(world.cycle(), world.result({"C-1": "K-1", "C-2": "K-2"}, sessions=25))
        with world.database.writing() as tx:
            run_id = tx.scalars(select(RunRow.id)).one()
            tx.get_one(RunRow, run_id).state = TaskState.RUNNING
            tx.execute(delete(MailRow).where(MailRow.kind == MailKind.INVITATION).where(
                MailRow.id == select(MailRow.id).limit(1).scalar_subquery()))  # fmt: skip
            tx.execute(delete(PersonRow).where(PersonRow.code == "C-3"))
        with world.database.reading() as tx:
            lost, _, _ = worker_killed._verdict(tx, SQLITE)  # noqa: SLF001 - tests the private function
        assert lost == 1
        assert publisher_killed._outbox(world)[0] == 1  # noqa: SLF001 - as above
        assert writer_killed._left(world)[1] == 1  # noqa: SLF001 - as above


def test_lost_and_duplicate_emails_are_counted() -> None:
    one, other, third = (
        Taken("c1@example.org", f"Message-ID: <{n}@x>\r\n\r\n".encode()) for n in range(3)
    )
    assert mails_killed.verdict([one, other, third], [1], 3) == (0, 0, 0)
    assert mails_killed.verdict([one, one, other], [1], 3) == (1, 1, 1)
    assert mails_killed.verdict([one, other, one, other, third], [2], 3) == (0, 2, 2)
    assert mails_killed.verdict([one, other, one, other, third], [1, 2], 3) == (0, 2, 1)
    assert mails_killed.verdict([one, one, other, third], [3], 3) == (0, 1, 4), (
        "a duplicate without a kill"
    )


@pytest.mark.parametrize("form", ["plain", "utf-16-le", "hex", "base64", "json"])
def test_mark_is_found_in_every_encoding(form: str) -> None:
    mark = "note0123456789ab"
    coded = {
        "plain": b"before " + mark.encode() + b" after",
        "utf-16-le": mark.encode("utf-16-le"),
        "hex": mark.encode().hex().encode(),
        "base64": b"eHh4bm90ZTAxMjM0NTY3ODlhYnl5",
        "json": b'{"text": "note0123456789ab"}',
    }[form]
    assert note_searched._holds(coded, mark)  # noqa: SLF001 - tests the private function
    assert not note_searched._holds(b"note0123456789ac", mark)  # noqa: SLF001 - as above


def test_undamaged_files_are_valid() -> None:
    cycle, coachees, coaches = (
        NamedFile(name, content)
        for name, content in (
            ("cycle.toml", damages.CYCLE),
            ("coachees.csv", damages.COACHEES),
            ("coaches.csv", damages.COACHES),
        )
    )
    assert len(parse_inputs(cycle, coachees, coaches).roster.coachees) == 2
    both = NamedFile("people.ods", damages.opendocument())
    assert len(parse_inputs(cycle, both, both).roster.coaches) == 2
    assert damages.bytes_damaged(random.Random(1), b"abc") != b"abc"


def test_workbook_read_in_a_fork_has_the_same_rows() -> None:
    content = damages.opendocument()
    response = damaged_reading._response_of_fork(content, "coaches")  # noqa: SLF001 - tests the private function
    assert response["rows"] == workbook_table("people.ods", content, "coaches").rows
    assert "error" in damaged_reading._response_of_fork(content[:-9], "coaches")  # noqa: SLF001 - as above


def test_uncaught_errors_and_slow_files_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(damaged_reading, "MOST_SECONDS", -1.0)
    text = NamedFile("cycle.toml", damages.CYCLE.decode())  # type: ignore[arg-type] - makes the reader fail
    broken = damages.Damaged("TOML", text, text, text)
    monkeypatch.setattr(damaged_reading, "damaged_text", lambda _: broken)
    found = damaged_reading.read_damaged(1, 9)
    assert found.read == {"TOML": 9}
    assert found.slow == found.uncaught.total() == 9


def test_coachs_page_opens_while_strangers_try_passwords_and_stall() -> None:
    """Response times are not judged, because the machine may be busy."""
    with deployment(SQLITE) as world, running(world.services.settings) as client:
        address = str(client.base_url).rstrip("/")
        page = urls.person(strangers.coach_link(world))
        latencies, errors, _ = asyncio.run(strangers.open_page(address, page, 2, 2))
        assert (len(latencies), errors) == (2, 0)
        assert strangers.healthy_behind(address, 20)
