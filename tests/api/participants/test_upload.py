"""Uploading both lists: the stored rows, and the number of validations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.http.principal import SYSTEM, AccessRole, Principal
from api.input_files.source import NamedFile
from api.participants.upload import upload_lists
from coach.cycle import Cycle
from coach.errors import ConfirmFirstError, UnusableInputError
from coach.intake import cycle_file
from coach.people import Coach, Coachee
from tests.api.conftest import ANY_VERSION, CYCLE_TOML, coachees_csv, coaches_csv

if TYPE_CHECKING:
    import httpx
    from conftest import World

PREFERRED = """\
[timetable]
hours = 5
rhythm = 40
[timetable.preferred_by]
C-3 = ["Mon 09:00-12:00"]
"""
WAIVER = """\
[[waivers]]
coachee = "C-3"
coach = "K-1"
rule = "rank"
reason = "agreed"
"""


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Return a counter of the times that policies and people are parsed, validated and dumped."""
    counted: Counter[str] = Counter()

    def count(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: object, **options: object) -> Any:  # noqa: ANN401 - as `function`
            counted[name] += 1
            return function(*arguments, **options)

        return counting

    monkeypatch.setattr(cycle_file, "parse_toml", count("policy parsed", cycle_file.parse_toml))
    monkeypatch.setattr(Cycle, "model_validate", count("policy validated", Cycle.model_validate))
    for model in (Coachee, Coach):
        monkeypatch.setattr(model, "__init__", count("person read", model.__init__))
        monkeypatch.setattr(
            model, "model_validate", count("person validated", model.model_validate)
        )
        monkeypatch.setattr(model, "model_dump", count("person dumped", model.model_dump))
    return counted


def _upload(
    world: World, cycle_id: str, coachees: bytes, principal: Principal = SYSTEM
) -> tuple[int, int, int, int]:
    summary, _ = upload_lists(
        world.services,
        principal,
        cycle_id,
        NamedFile("coachees.csv", coachees),
        NamedFile("coaches.csv", coaches_csv(2)),
    )
    return summary.added, summary.changed, summary.unchanged, summary.left


def test_equal_lists_are_validated_and_dumped_once_without_validating_stored_lists(
    world: World, conversions: Counter[str]
) -> None:
    cycle_id = world.cycle(coachees=3, coaches=2)
    conversions.clear()
    assert _upload(world, cycle_id, coachees_csv(3)) == (0, 0, 3, 0)
    assert conversions == {"person read": 5, "person dumped": 5, "policy validated": 1}


@pytest.mark.parametrize(
    ("named", "column"),
    [
        ('[pins]\nC-3 = "K-1"\n', "pins.C-3"),
        ('[bans]\nC-3 = ["K-1"]\n', "bans.C-3"),
        (PREFERRED, "timetable.preferred_by.C-3"),
        (WAIVER, "waivers[0].coachee"),
    ],
)
def test_list_without_a_coachee_named_in_the_policy_is_refused(
    world: World, office: httpx.Client, named: str, column: str
) -> None:
    cycle_id = world.cycle(coachees=3, coaches=2)
    policy = f"{CYCLE_TOML}\n{named}".encode()
    place = f"/api/v1/cycles/{cycle_id}/policy"
    assert office.put(place, content=policy, headers=ANY_VERSION).is_success
    with pytest.raises(UnusableInputError) as refused:
        _upload(world, cycle_id, coachees_csv(2))
    assert [(one.file, one.column) for one in refused.value.faults] == [("cycle.toml", column)]


def test_only_people_with_different_rows_are_compared_as_values(
    world: World, conversions: Counter[str]
) -> None:
    cycle_id = world.cycle(coachees=3, coaches=2)
    conversions.clear()
    changed = coachees_csv(4).replace(b"Coachee 2", b"Somebody")
    assert _upload(world, cycle_id, changed) == (1, 1, 2, 0)
    assert conversions == {
        "person read": 6,
        "person dumped": 6,
        "person validated": 1,
        "policy validated": 1,
    }


@pytest.mark.parametrize("minutes", [None, 31])
def test_changed_address_requires_recent_authentication(world: World, minutes: int | None) -> None:
    cycle_id, now = world.cycle(coachees=3, coaches=2), world.services.now()
    confirmed_at = None if minutes is None else now - timedelta(minutes=minutes)
    stale = Principal(AccessRole.MANAGER, user_id="0" * 20, confirmed_at=confirmed_at)
    moved = coachees_csv(3).replace(b"c2@example.org", b"attacker@example.net")
    with pytest.raises(ConfirmFirstError):
        _upload(world, cycle_id, moved, stale)
    assert _upload(world, cycle_id, coachees_csv(4), stale) == (1, 0, 3, 0), "nothing was changed"
    recent = replace(stale, confirmed_at=now)
    assert _upload(world, cycle_id, moved, recent) == (0, 1, 2, 1)
