"""Tampering with rows of the audit trail in the database; verification must detect each change."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail import verification
from api.audit_trail.rows import AuditRow
from tests.api.conftest import World
from tests.bench.figures import Figure
from tests.commands import Outcome, command_runner
from tests.force.measuring import DATABASES, command, deployment, seconds

TIMES = 1_000
MUST = "all alterations detected, intact trail accepted"
_CYCLES = 20
_DIGITS = "0123456789abcdef"

Alter = Callable[[Transaction, AuditRow, random.Random], None]


def _change_text(field: str) -> Alter:
    def alter(_tx: Transaction, row: AuditRow, rng: random.Random) -> None:
        text = getattr(row, field) or "x"
        place = rng.randrange(len(text))
        setattr(
            row,
            field,
            text[:place] + rng.choice(_DIGITS.replace(text[place], "")) + text[place + 1 :],
        )

    return alter


def _change_time(_tx: Transaction, row: AuditRow, rng: random.Random) -> None:
    row.at += timedelta(seconds=rng.choice([-1, 1]) * rng.randrange(1, 86_400))


def _change_detail(_tx: Transaction, row: AuditRow, rng: random.Random) -> None:
    row.detail = {**row.detail, "added": rng.randrange(1000)}


def _delete(tx: Transaction, row: AuditRow, _rng: random.Random) -> None:
    tx.delete(row)


def _delete_and_renumber(tx: Transaction, row: AuditRow, _rng: random.Random) -> None:
    number = row.number
    tx.delete(row)
    tx.flush()
    for later in tx.scalars(
        select(AuditRow).where(AuditRow.number > number).order_by(AuditRow.number)
    ):
        later.number -= 1
        tx.flush()


def _swap_with_another(tx: Transaction, row: AuditRow, rng: random.Random) -> None:
    others = select(AuditRow).where(AuditRow.object_id != row.object_id)
    other = rng.choice(tx.scalars(others).all())
    row.object_id, other.object_id = other.object_id, row.object_id


def _truncate(tx: Transaction, row: AuditRow, _rng: random.Random) -> None:
    tx.execute(delete(AuditRow).where(AuditRow.number >= row.number))


def _append_forged(tx: Transaction, row: AuditRow, _rng: random.Random) -> None:
    """Append a copy of a row with the same seal but the next number."""
    last = tx.scalar(select(func.max(AuditRow.number))) or 0
    copied = {column.key: getattr(row, column.key) for column in AuditRow.__table__.columns}
    tx.add(AuditRow(**{**copied, "number": last + 1}))


ALTERATIONS: dict[str, Alter] = {
    "role": _change_text("role"),
    "actor": _change_text("actor_id"),
    "action": _change_text("action"),
    "kind": _change_text("object_kind"),
    "object": _change_text("object_id"),
    "seal": _change_text("seal"),
    "time": _change_time,
    "detail": _change_detail,
    "deleted": _delete,
    "deleted and renumbered": _delete_and_renumber,
    "swapped": _swap_with_another,
    "truncated": _truncate,
    "forged": _append_forged,
}


def measure(times: int, database: str) -> Figure:
    """Alter `times` rows, each in an otherwise intact trail, and verify the trail each time."""
    started = time.monotonic()
    rng = random.Random(20_270_121)
    missed: Counter[str] = Counter()
    kinds = list(ALTERATIONS)
    with deployment(database) as world:
        for _ in range(_CYCLES):
            world.published(world.cycle(), world.result({"C-1": "K-1"}))
        rows, head = _verified(world)
        for number in range(times):
            kind = kinds[number % len(kinds)]
            missed[kind] += not _is_detected(world, ALTERATIONS[kind], rng, head)
        rejected = _verified(world) != (rows, head)
        detected = _command_detects(world, rng)
    found = missed.total()
    return Figure(
        f"{times} alterations of a trail of {rows} rows, {database}",
        f"{times - found} detected{_of(missed)}, "
        f"intact trail {'REJECTED' if rejected else 'accepted'}, "
        f"`audit verify` {'detected' if detected else 'MISSED'} an alteration, {seconds(started)}",
        MUST,
        not found and not rejected and detected,
    )


def _verified(world: World) -> tuple[int, str]:
    """Verify the trail, which must be intact; return the number of rows and the head."""
    with world.database.reading() as tx:
        report = verification.verify(tx, world.services.keyring)
    if report.first_broken is not None:
        raise RuntimeError(f"the intact trail does not verify from row {report.first_broken} on")
    return report.rows, report.head


def _is_detected(world: World, alter: Alter, rng: random.Random, head: str) -> bool:
    """Alter the trail, then roll back; return whether verification detected the change."""
    with world.database.reading() as tx:
        alter(tx, rng.choice(tx.scalars(select(AuditRow)).all()), rng)
        tx.flush()
        tx.expire_all()
        report = verification.verify(tx, world.services.keyring, head)
    return report.first_broken is not None or report.head_known is False


def _command_detects(world: World, rng: random.Random) -> bool:
    """Return whether `gender-coach audit verify` accepts an intact trail and rejects others."""
    whole = _command(world)
    with world.database.writing() as tx:
        _change_text("action")(tx, rng.choice(tx.scalars(select(AuditRow)).all()), rng)
    altered = _command(world)
    return whole.returncode == 0 and altered.returncode != 0 and "does not match" in altered.stderr


def _command(world: World) -> Outcome:
    settings = world.services.settings
    run = command_runner("audit", DATABASE_URL=settings.database_url)
    return run("audit", "verify", "--data", settings.data_dir, folder=settings.data_dir)


def _of(missed: Counter[str]) -> str:
    counts = [f"{kind} {number}" for kind, number in missed.items() if number]
    return f" (missed: {', '.join(counts)})" if counts else ""


if __name__ == "__main__":
    command("Altered audit trail", measure, TIMES, DATABASES)
