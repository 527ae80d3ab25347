"""A plan that fails its audit: the rejected matches, and the part that is still offered."""

from __future__ import annotations

import pytest

from matching.auditor import audit
from matching.errors import UnsoundResultError
from matching.instance.availability_grid import build_availability_grid
from matching.result import Result
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.sound_part import require_sound
from tests.matching.auditor.test_auditor_mutations import (
    CYCLE,
    ROSTER,
    Mutation,
    match_changed,
    session_changed,
    session_moved,
)
from tests.matching.planner import plan

OPEN_CYCLE = CYCLE.model_copy(update={"pins": {}})
SOUND = plan(ROSTER, OPEN_CYCLE)
EVALUATOR = RuleEvaluator(
    RuleInputs(ROSTER, OPEN_CYCLE, build_availability_grid(ROSTER, OPEN_CYCLE))
)


def rejected(result: Result) -> UnsoundResultError:
    with pytest.raises(UnsoundResultError) as error:
        require_sound(EVALUATOR, result, None, None, lambda: None)
    return error.value


def same_uid(result: Result) -> Result:
    return session_changed(2, 0, uid=result.matches[0].sessions[0].uid)(result)


def wrong_total(result: Result) -> Result:
    levels = tuple(one.model_copy(update={"value": one.value + 1}) for one in result.levels)
    return result.model_copy(update={"levels": levels})


@pytest.mark.parametrize(
    ("mutation", "left"),
    [
        (session_moved(0, 1, minutes=7), ["c2", "c3"]),
        (session_moved(2, 1, days=1), ["c1", "c2"]),
        (match_changed(2, points=1), ["c1", "c2"]),
        (same_uid, ["c1", "c2"]),
    ],
    ids=["off the grid", "not free", "wrong points", "shared uid"],
)
def test_part_without_the_faults_is_sound(mutation: Mutation, left: list[str]) -> None:
    broken = mutation(SOUND)
    error = rejected(broken)
    assert error.result == broken
    assert error.findings == audit(ROSTER, OPEN_CYCLE, broken)
    assert error.sound is not None
    assert [match.coachee for match in error.sound.matches] == left
    assert audit(ROSTER, OPEN_CYCLE, error.sound) == ()
    assert error.sound.status == "feasible"


def test_plan_below_the_required_share_after_the_removal_has_no_sound_part() -> None:
    assert rejected(session_moved(1, 1, days=1)(SOUND)).sound is None


def test_plan_with_wrong_levels_keeps_all_its_matches() -> None:
    sound = rejected(wrong_total(SOUND)).sound
    assert sound is not None
    assert sound.matches == SOUND.matches
    assert [one.value for one in sound.levels] == [one.value for one in SOUND.levels]


def test_levels_of_a_part_are_not_proven() -> None:
    sound = rejected(session_moved(0, 1, minutes=7)(SOUND)).sound
    assert sound is not None
    assert not any(one.proven for one in sound.levels)


def test_message_names_the_place_of_the_first_finding() -> None:
    assert "match c1 with k1" in str(rejected(session_moved(0, 1, minutes=7)(SOUND)))


def test_sound_result_is_accepted() -> None:
    require_sound(EVALUATOR, SOUND, None, None, lambda: None)
