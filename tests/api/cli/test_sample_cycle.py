"""The sample cycle of `serve --demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.cli.sample_cycle import load_sample_cycle
from api.overview import cycles
from api.participants import upload
from api.participants.rows import Side
from coach.errors import DomainError

if TYPE_CHECKING:
    from conftest import World


def test_failure_to_store_the_sample_lists_leaves_no_cycle(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_list = upload.store_list

    def fail(tx: object, cycle_id: str, side: Side, *people: object, **options: object) -> object:
        if side is Side.COACH:
            raise DomainError("the disk is full")
        return store_list(tx, cycle_id, side, *people, **options)

    monkeypatch.setattr(upload, "store_list", fail)
    with pytest.raises(DomainError, match="the disk is full"):
        load_sample_cycle(world.services)
    assert cycles.list_cycles(world.services) == ()
