"""Alters rows of the audit trail directly in the database: verification must detect each change."""

from __future__ import annotations

import os
import random
import subprocess
import sys
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
from tests.force.measuring import DATABASES, command, deployment, seconds

TIMES = 1_000
MUST = "all detected, the intact trail accepted"
_CYCLES = 20
_DIGITS = "0123456789abcdef"

Alter = Callable[[Transaction, AuditRow, random.Random], None]


def _other_text(field: str) -> Alter:
    def alter(_tx: Transaction, row: AuditRow, rng: random.Random) -> None:
        text = getattr(row, field) or "x"
        place = rng.randrange(len(text))
        setattr(
            row,
            field,
            text[:place] + rng.choice(_DIGITS.replace(text[place], "")) + text[place + 1 :],
        )

    return alter


def _other_moment(_tx: Transaction, row: AuditRow, rng: random.Random) -> None:
    row.at += timedelta(seconds=rng.choice([-1, 1]) * rng.randrange(1, 86_400))


def _other_detail(_tx: Transaction, row: AuditRow, rng: random.Random) -> None:
    row.detail = {**row.detail, "added": rng.randrange(1000)}


def _take_out(tx: Transaction, row: AuditRow, _rng: random.Random) -> None:
    tx.delete(row)


def _take_out_and_count_anew(tx: Transaction, row: AuditRow, _rng: random.Random) -> None:
    number = row.number
    tx.delete(row)
    tx.flush()
    for later in tx.scalars(
        select(AuditRow).where(AuditRow.number > number).order_by(AuditRow.number)
    ):
        later.number -= 1
        tx.flush()


def _exchange_with_another(tx: Transaction, row: AuditRow, rng: random.Random) -> None:
    others = select(AuditRow).where(AuditRow.object_id != row.object_id)
    other = rng.choice(tx.scalars(others).all())
    row.object_id, other.object_id = other.object_id, row.object_id


def _cut_off_from(tx: Transaction, row: AuditRow, _rng: random.Random) -> None:
    tx.execute(delete(AuditRow).where(AuditRow.number >= row.number))


def _put_in(tx: Transaction, row: AuditRow, _rng: random.Random) -> None:
    """Append a forged row, with a seal copied from another row."""
    last = tx.scalar(select(func.max(AuditRow.number))) or 0
    copied = {column.key: getattr(row, column.key) for column in AuditRow.__table__.columns}
    tx.add(AuditRow(**{**copied, "number": last + 1}))


ALTERATIONS: dict[str, Alter] = {
    "role": _other_text("role"),
    "actor": _other_text("actor_id"),
    "action": _other_text("action"),
    "kind": _other_text("object_kind"),
    "object": _other_text("object_id"),
    "seal": _other_text("seal"),
    "moment": _other_moment,
    "detail": _other_detail,
    "taken out": _take_out,
    "taken out, counted anew": _take_out_and_count_anew,
    "exchanged": _exchange_with_another,
    "end cut off": _cut_off_from,
    "put in": _put_in,
}


def measure(times: int, database: str) -> Figure:
    """Alter `times` rows, each in an otherwise intact trail, and verify each time."""
    begun = time.monotonic()
    rng = random.Random(20_270_121)
    missed: Counter[str] = Counter()
    kinds = list(ALTERATIONS)
    with deployment(database) as world:
        for _ in range(_CYCLES):
            world.published(world.cycle(), world.result({"C-1": "K-1"}))
        rows, head = _verified(world)
        for number in range(times):
            kind = kinds[number % len(kinds)]
            missed[kind] += not _is_noticed(world, ALTERATIONS[kind], rng, head)
        accused = _verified(world) != (rows, head)
        told = _command_notices(world, rng)
    found = missed.total()
    return Figure(
        f"{times} alterations of a trail of {rows} rows, {database}",
        f"{times - found} detected{_of(missed)}, whole trail {'ACCUSED' if accused else 'passed'}, "
        f"`audit verify` {'detected' if told else 'MISSED'} its one {seconds(begun)}",
        MUST,
        not found and not accused and told,
    )


def _verified(world: World) -> tuple[int, str]:
    """Return the rows and head of the trail, which must be intact."""
    with world.database.reading() as tx:
        report = verification.verify(tx, world.services.keyring)
    if report.first_broken is not None:
        raise RuntimeError(f"the trail is broken from row {report.first_broken} on")
    return report.rows, report.head


def _is_noticed(world: World, alter: Alter, rng: random.Random, head: str) -> bool:
    """Whether verification against the saved head detects an alteration, which is then undone."""
    with world.database.reading() as tx:
        alter(tx, rng.choice(tx.scalars(select(AuditRow)).all()), rng)
        tx.flush()
        tx.expire_all()
        report = verification.verify(tx, world.services.keyring, head)
    return report.first_broken is not None or report.head_known is False


def _command_notices(world: World, rng: random.Random) -> bool:
    """Whether `gender-coach audit verify` accepts the intact trail and rejects an altered one."""
    whole = _command(world)
    with world.database.writing() as tx:
        _other_text("action")(tx, rng.choice(tx.scalars(select(AuditRow)).all()), rng)
    altered = _command(world)
    return whole.returncode == 0 and altered.returncode != 0 and b"does not match" in altered.stderr


def _command(world: World) -> subprocess.CompletedProcess[bytes]:
    settings = world.services.settings
    return subprocess.run(
        [sys.executable, "-m", "api", "audit", "verify", "--data", str(settings.data_dir)],
        env=os.environ | {"DATABASE_URL": settings.database_url},
        capture_output=True,
        check=False,
    )


def _of(missed: Counter[str]) -> str:
    told = [f"{kind} {number}" for kind, number in missed.items() if number]
    return f" (missed: {', '.join(told)})" if told else ""


if __name__ == "__main__":
    command("The audit trail altered", measure, TIMES, DATABASES)
