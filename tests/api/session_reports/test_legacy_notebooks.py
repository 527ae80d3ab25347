"""Notebooks from a version without notebook keys, and attempts to restore such a notebook."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select, update

from api.accounts.credentials import credential_row, sha256_of
from api.accounts.rows import CredentialKind
from api.accounts.second_factors import normalise_code
from api.audit_trail.log import record_event
from api.audit_trail.verification import RESTORED
from api.http.principal import AccessRole, NotebookState, NotesDevice, Principal, SeenVersion
from api.session_reports import note_access
from api.session_reports.legacy_notebooks import require_genuine_legacy
from api.session_reports.notebook_integrity import NotebookAlteredError
from api.session_reports.rows import NotebookOpenerRow, NotebookRow
from coach.errors import NotAllowedError

if TYPE_CHECKING:
    from conftest import World

CODE, SECRET = "ABCD-EFGH-JKLM-NPQR", "of an older device"


class Legacy:
    """A coach with a legacy notebook, on a device on which it was open."""

    def __init__(self, world: World, recovery_code: str = CODE) -> None:
        self.world, now = world, world.services.now()
        cycle_id = world.cycle(1, 1)
        link, person = world.link(cycle_id, "K-1"), world.person_id(cycle_id, "K-1")
        sha256 = sha256_of(normalise_code(recovery_code)) if recovery_code else None
        notebook = NotebookRow(
            person_id=person, number=1, created_at=now, confirmed_at=now, recovery_sha256=sha256
        )
        until = now + timedelta(days=9)
        key = credential_row(
            CredentialKind.NOTES, SECRET, now, until, person_id=person, id="d" * 20, label="1"
        )
        with world.database.writing() as tx:
            tx.add_all([notebook, key])
        device = NotesDevice("d" * 20, SECRET, 1, NotebookState.LEGACY)
        self.coach = Principal(
            AccessRole.COACH, person_id=person, credential_id=link.id, notes_device=device
        )

    def open(self, typed: str, coach: Principal | None = None) -> note_access.NotebookAccess:
        services = self.world.services
        return note_access.unlock_notes(services, coach or self.coach, typed, "", device="")

    def row(self) -> dict[str, Any]:
        with self.world.database.reading() as tx:
            return dict(tx.execute(select(NotebookRow.__table__)).mappings().one())

    def put_back(self, row: dict[str, Any]) -> None:
        with self.world.database.writing() as tx:
            tx.execute(delete(NotebookOpenerRow))
            tx.execute(update(NotebookRow.__table__).values(**row))

    def refused(self, coach: Principal | None = None) -> bool:
        with pytest.raises(NotebookAlteredError) as refusal:
            self.open(CODE, coach)
        return refusal.value.how == "legacy" and not refusal.value.is_acceptable


def test_a_legacy_device_opens_its_notebook_only_with_a_typed_secret(world: World) -> None:
    legacy = Legacy(world)
    with pytest.raises(NotAllowedError):
        legacy.open("")
    assert legacy.row()["sealed_at"] is None
    assert legacy.open(CODE.lower()).status.is_open


def test_a_legacy_notebook_without_passphrase_and_code_is_opened_by_its_device(
    world: World,
) -> None:
    legacy = Legacy(world, recovery_code="")
    other = replace(legacy.coach, notes_device=None)
    with pytest.raises(NotAllowedError):
        legacy.open("", other)
    opened = legacy.open("")
    assert opened.secrets is not None
    assert opened.secrets.recovery_code


def test_a_legacy_notebook_that_was_put_back_is_refused_because_of_the_trail(world: World) -> None:
    legacy = Legacy(world)
    before = legacy.row()
    legacy.open(CODE)
    legacy.put_back(before)
    assert legacy.refused(replace(legacy.coach, notes_device=None))
    overview = note_access.read_notes_overview(world.services, legacy.coach)
    assert overview.problem is not None
    assert overview.problem.how == "legacy"


def test_a_legacy_notebook_is_refused_by_a_device_that_has_seen_a_later_version(
    world: World,
) -> None:
    legacy, now = Legacy(world), world.services.now()
    device = legacy.coach.notes_device
    assert device is not None
    seen = SeenVersion(1, now - timedelta(minutes=1))
    assert legacy.refused(replace(legacy.coach, notes_device=replace(device, seen=seen)))
    with world.database.writing() as tx:
        record_event(tx, RESTORED, "database", "main", rows=1, replaced=2)
        notebook = tx.get_one(NotebookRow, (legacy.coach.person_id, 1))
        require_genuine_legacy(tx, notebook, seen)  # restored from a backup made before the upgrade


def test_a_notebook_that_was_made_legacy_by_hand_is_refused(world: World) -> None:
    legacy = Legacy(world)
    sha256 = sha256_of(normalise_code("OTHE-RCOD-EOFT-HIEF"))
    legacy.put_back(legacy.row() | {"recovery_sha256": sha256})
    with pytest.raises(NotebookAlteredError):
        legacy.open("OTHE-RCOD-EOFT-HIEF")
