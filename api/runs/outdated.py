"""Checks whether the input of a run is still current."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import to_json
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row, policy_of
from api.participants.rosters import people_as_json, roster_of
from api.runs.earlier_pairs import with_earlier_pairs
from api.runs.frozen_input import RunInput
from api.runs.run_input import count_adjustments
from coach.availability import merged_busy_times
from coach.people import Coach, Coachee, Person, Roster

Json = Mapping[str, Any]


def is_outdated(tx: Transaction, cycle_id: str, frozen: RunInput) -> bool:
    """Return whether a run's input is no longer current.

    The input is outdated if the cycle's lists, its policy or the relevant pairs from earlier cycles
    have changed since it was captured, or if a session was moved or cancelled other than by
    publishing a plan.
    """
    policy = policy_of(cycle_row(tx, cycle_id))
    if (frozen.policy, frozen.adjustments) != (policy, count_adjustments(tx, cycle_id)):
        return True
    roster = roster_of(tx, cycle_id, with_declined_times=False)
    return not _covers(frozen.roster, with_earlier_pairs(tx, cycle_id, roster, frozen.cycle))


def _covers(frozen: Roster, now: Roster) -> bool:
    """Return whether a frozen roster equals the current one, apart from declined times.

    Times that people have declined since do not make a run outdated. Publishing the plan is refused
    if it places a session at such a time.
    """
    sizes = (len(frozen.coachees), len(frozen.coaches)) == (len(now.coachees), len(now.coaches))
    return (
        sizes
        and frozen.earlier_pairs == now.earlier_pairs
        and all(map(_covers_person, frozen.coachees, now.coachees))
        and all(map(_covers_person, frozen.coaches, now.coaches))
    )


def _covers_person(frozen: Person, now: Person) -> bool:
    if frozen == now:
        return True
    return frozen.model_copy(update={"busy": now.busy}) == now and (
        merged_busy_times((*frozen.busy, *now.busy)) == frozen.busy
    )


def is_outdated_json(tx: Transaction, cycle_id: str, frozen: Json) -> bool:
    """Return whether a run's input, given as JSON, is no longer current; see `is_outdated`.

    This is usually much faster, because only people whose JSON has changed are validated.
    """
    policy = cycle_row(tx, cycle_id).policy
    own = frozen.get("own_policy") or frozen["cycle"]
    people = people_as_json(tx, cycle_id)
    if own != policy or people is None or "repeat" in frozen["cycle"]["rules"]:
        return is_outdated(tx, cycle_id, RunInput.model_validate_json(to_json(frozen)))
    coachees, coaches = people
    return (
        frozen.get("adjustments", 0) != count_adjustments(tx, cycle_id)
        or not _covers_json(Coachee, frozen["roster"]["coachees"], coachees)
        or not _covers_json(Coach, frozen["roster"]["coaches"], coaches)
    )


def _covers_json(model: type[Person], frozen: Sequence[Json], now: Sequence[Json]) -> bool:
    if len(frozen) != len(now):
        return False
    changed = [pair for pair in zip(frozen, now, strict=True) if pair[0] != pair[1]]
    return all(
        before["id"] == after["id"]
        and _covers_person(model.model_validate_json(to_json(before)), model.model_validate(after))
        for before, after in changed
    )
