"""A few seconds of each measurement of force, and proof that the measurements can fail."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from api.intake import NamedFile
from api.store.cycle_rows import PersonRow
from api.store.run_rows import RunRow, RunState
from api.store.session_rows import OutboxRow
from tests.force import (
    audit_altered,
    copy_restored,
    every_operation,
    files_fuzzed,
    load,
    note_searched,
    publisher_killed,
    worker_killed,
    writer_killed,
)
from tests.force.measuring import POSTGRESQL, SQLITE, deployment

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.force


@pytest.mark.parametrize(
    ("module", "times", "database"),
    [
        (worker_killed, 1, SQLITE),
        (writer_killed, 6, SQLITE),
        (writer_killed, 4, POSTGRESQL),
        (publisher_killed, 600, SQLITE),
        (every_operation, 90, SQLITE),
        (audit_altered, 26, SQLITE),
        (note_searched, 2, SQLITE),
        (files_fuzzed, 150, SQLITE),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)).rpartition(".")[2],
)
def test_a_short_measurement_keeps_what_is_promised(
    module: ModuleType, times: int, database: str
) -> None:
    figure = module.measure(times, database)
    assert figure.kept, figure.measured


def test_under_load_everything_is_answered() -> None:
    assert " 0 errors" in load.measure(200, SQLITE).measured


def test_a_small_copy_is_restored_whole() -> None:
    measured = copy_restored.measure(2, SQLITE).measured
    assert ", 0 of " in measured
    assert "audit trail whole" in measured


def test_a_lost_person_a_lost_run_and_a_lost_message_are_counted() -> None:
    with deployment(SQLITE) as world:
        world.published(world.cycle(), world.result({"C-1": "K-1", "C-2": "K-2"}, sessions=25))
        with world.database.writing() as tx:
            run_id = tx.scalars(select(RunRow.id)).one()
            tx.get_one(RunRow, run_id).state = RunState.RUNNING
            tx.execute(delete(OutboxRow).where(OutboxRow.method == "REQUEST").where(
                OutboxRow.id == select(OutboxRow.id).limit(1).scalar_subquery()))  # fmt: skip
            tx.execute(delete(PersonRow).where(PersonRow.code == "C-3"))
        with world.database.reading() as tx:
            lost, _, _ = worker_killed._verdict(tx, SQLITE)  # noqa: SLF001 - its judgement is tested
        assert lost == 1
        assert publisher_killed._outbox(world)[0] == 1  # noqa: SLF001 - as above
        assert writer_killed._left(world)[1] == 1  # noqa: SLF001 - as above


@pytest.mark.parametrize("form", ["plain", "utf-16-le", "hex", "base64", "json"])
def test_a_mark_is_found_in_every_form(form: str) -> None:
    mark = "note0123456789ab"
    coded = {
        "plain": b"before " + mark.encode() + b" after",
        "utf-16-le": mark.encode("utf-16-le"),
        "hex": mark.encode().hex().encode(),
        "base64": b"eHh4bm90ZTAxMjM0NTY3ODlhYnl5",
        "json": b'{"text": "note0123456789ab"}',
    }[form]
    assert note_searched._holds(coded, mark)  # noqa: SLF001 - the searcher itself is tested
    assert not note_searched._holds(b"note0123456789ac", mark)  # noqa: SLF001 - as above


def test_the_undamaged_files_are_good() -> None:
    cycle, coachees, coaches = (
        NamedFile(name, content)
        for name, content in (
            ("cycle.toml", files_fuzzed._CYCLE),  # noqa: SLF001 - what is damaged has to be good
            ("coachees.csv", files_fuzzed._COACHEES),  # noqa: SLF001 - as above
            ("coaches.csv", files_fuzzed._COACHES),  # noqa: SLF001 - as above
        )
    )
    assert len(files_fuzzed.combine(cycle, coachees, coaches).roster.coachees) == 2
    assert files_fuzzed._bytes_damaged(random.Random(1), b"abc") != b"abc"  # noqa: SLF001 - as above
