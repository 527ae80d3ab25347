"""The rule `repeat` takes pairs from earlier cycles on the server into account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.cycles.service import cycle_row, policy_of
from api.participants.rosters import roster_of
from api.runs.earlier_pairs import with_earlier_pairs
from api.runs.frozen_input import RunInput, RunOptions
from api.runs.outdated import is_outdated
from api.runs.run_input import freeze_input
from coach.repeat import EarlierPairs

if TYPE_CHECKING:
    from conftest import World

LATER = {"start": "2027-09-06", "end": "2028-02-25"}
PAIR = ("C-1", "K-1")


@pytest.fixture
def later(world: World) -> str:
    """Return the id of a cycle that avoids pairs from an earlier cycle, in which C-1 had K-1."""
    before = world.cycle()
    world.published(before, world.result({"C-1": "K-1"}))
    return policy_changed(world, world.cycle(), EarlierPairs.AVOID)


def policy_changed(world: World, cycle_id: str, repeat: EarlierPairs, **dates: str) -> str:
    with world.database.writing() as tx:
        row = cycle_row(tx, cycle_id)
        policy = dict(row.policy)
        policy["cycle"] = policy["cycle"] | LATER | dates | {"name": f"Cycle {cycle_id}"}
        policy["rules"] = policy["rules"] | {"repeat": {"earlier": repeat.value}}
        row.policy = policy
    return cycle_id


def frozen(world: World, cycle_id: str) -> RunInput:
    with world.database.reading() as tx:
        return freeze_input(tx, cycle_id, RunOptions(), now=world.services.now())


def test_pairs_of_an_earlier_cycle_are_in_the_input_with_its_name(world: World, later: str) -> None:
    roster = frozen(world, later).roster
    assert roster.earlier_pairs == (PAIR,)
    assert roster.earlier_cycles == (("Regional cycle 2027/1",),)


def test_a_policy_that_allows_all_pairs_ignores_them(world: World, later: str) -> None:
    policy_changed(world, later, EarlierPairs.ALLOW)
    assert frozen(world, later).roster.earlier_pairs is None


def test_cycles_that_start_later_and_other_humans_do_not_count(world: World, later: str) -> None:
    policy_changed(world, later, EarlierPairs.FORBID, start="2026-01-05", end="2026-06-26")
    assert frozen(world, later).roster.earlier_pairs == ()


def test_a_pair_that_was_published_in_an_earlier_cycle_makes_a_draft_outdated(
    world: World, later: str
) -> None:
    known = frozen(world, later)
    with world.database.reading() as tx:
        assert not is_outdated(tx, later, known)
    another = world.cycle()
    world.published(another, world.result({"C-2": "K-2"}))
    with world.database.reading() as tx:
        assert is_outdated(tx, later, known)
        policy = policy_of(cycle_row(tx, later))
        roster = with_earlier_pairs(tx, later, roster_of(tx, later), policy)
    assert roster.earlier_pairs == (PAIR, ("C-2", "K-2"))
