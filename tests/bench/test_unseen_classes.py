"""Files written for each of the `unseen_classes` are read back as the same people and policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.input_files.cycle_inputs import ListReading, read_inputs
from coach.humans import humans_of
from tests.bench.list_files import write_instance
from tests.bench.unseen_classes import CLASSES, UnseenClass, after_leaving
from tests.bench.unseen_instances import peer_coaching


@pytest.mark.parametrize("shape", CLASSES, ids=lambda shape: shape.name)
def test_files_describe_the_instance(shape: UnseenClass, tmp_path: Path) -> None:
    roster, cycle = shape.generate(9, 4, 1)
    inputs = read_inputs(*write_instance(roster, cycle, tmp_path), reading=ListReading(strict=True))
    assert inputs.roster == roster
    assert inputs.cycle == cycle


def test_every_coach_of_peer_coaching_is_also_a_coachee() -> None:
    roster, _ = peer_coaching(9, 4, 1)
    assert len(humans_of(roster).in_both_roles) == len(roster.coaches)


def test_half_of_the_coaches_leave_and_nobody_prefers_them() -> None:
    roster, _ = peer_coaching(9, 4, 1)
    rest = after_leaving(roster, 1)
    ids = {one.id for one in rest.coaches}
    assert len(ids) == 2
    assert {name for one in rest.coachees for name in one.prefers} <= ids
