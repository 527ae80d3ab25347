from __future__ import annotations

import json
from datetime import date, timedelta

from coach.availability import DateRange
from coach.cycle import Cycle
from matching.rematching.comparison import compare_policies, compare_results
from matching.result import CoacheeChange, Match, Result
from tests.matching.auditor.test_auditor_mutations import CYCLE, ROSTER, SOUND
from tests.matching.planner import plan, shifted


def with_matches(matches: tuple[Match, ...]) -> Result:
    return SOUND.model_copy(update={"matches": matches})


def test_result_compared_with_itself_shows_no_change_and_no_gain() -> None:
    same = compare_results(SOUND, SOUND)
    assert same.changed == ()
    assert same.count(CoacheeChange.SAME) == len(ROSTER.coachees)
    assert {level.gain for level in same.levels} == {0}


def test_comparison_lists_the_change_of_each_coachee() -> None:
    first, second, third = SOUND.matches
    moved = first.model_copy(update={"coach": "k2"})
    later = tuple(shifted(session, timedelta(hours=1)) for session in second.sessions[1:])
    retimed = second.model_copy(update={"sessions": (second.sessions[0], *later)})
    after = with_matches((moved, retimed))
    compared = {one.coachee: one for one in compare_results(SOUND, after).coachees}
    assert (compared["c1"].change, compared["c1"].before, compared["c1"].after) == (
        CoacheeChange.MOVED,
        "k1",
        "k2",
    )
    assert (compared["c2"].change, compared["c2"].moved_sessions) == (CoacheeChange.RETIMED, 2)
    assert (compared["c3"].change, compared["c3"].before, compared["c3"].after) == (
        CoacheeChange.UNPLACED, third.coach, None,
    )  # fmt: skip
    assert compared["c4"].change is CoacheeChange.SAME
    back = compare_results(after, SOUND)
    assert next(one for one in back.coachees if one.coachee == "c3").change is CoacheeChange.PLACED


def test_comparison_shows_gain_and_loss_of_each_level() -> None:
    after = plan(ROSTER.model_copy(update={"coachees": ROSTER.coachees[:2]}), CYCLE)
    compared = {level.name: level for level in compare_results(SOUND, after).levels}
    assert (compared["placed"].before, compared["placed"].after, compared["placed"].gain) == (
        5,
        4,
        -1,
    )
    assert compared["total"].gain == -SOUND.matches[2].points


def test_points_are_not_comparable_under_different_weights() -> None:
    heavier = CYCLE.model_copy(update={"weights": CYCLE.weights.model_copy(update={"topics": 9})})
    compared = compare_results(SOUND, plan(ROSTER, heavier), (CYCLE, heavier))
    assert [(one.key, one.before, one.after) for one in compared.settings] == [
        ("weights.topics", "3", "9")
    ]
    assert {level.name: level.gain for level in compared.levels} == {
        "placed": 0, "kept": 0, "worst": None, "total": None, "schedule": 0,
    }  # fmt: skip


def test_json_of_a_comparison_has_its_coachees_and_levels() -> None:
    compared = compare_results(SOUND, with_matches(SOUND.matches[1:]))
    written = json.loads(compared.model_dump_json())
    assert written["coachees"][-1] == {
        "coachee": "c1", "change": "unplaced", "before": "k1", "after": None, "moved_sessions": 0,
    }  # fmt: skip
    assert written["levels"][0] == {"name": "placed", "before": 5, "after": 5, "gain": 0}


def test_policy_differences_are_dotted_keys_with_values_as_in_the_cycle_file() -> None:
    other = Cycle.model_validate(
        {
            "cycle": {"start": date(2027, 1, 25), "end": date(2027, 3, 26), "name": "Again"},
            "calendar": {"blackout": (DateRange(date(2027, 2, 1), date(2027, 2, 3)),)},
            "rules": {"language": {"minimum_level": 3, "groups": (frozenset({"hr", "bs"}),)}},
            "bans": {"c1": frozenset({"k2", "k1"})},
            "objective": {"levels": ("placed", "total")},
        },
        strict=False,
    )
    plain = Cycle.model_validate({"cycle": {"start": date(2027, 1, 25), "end": date(2027, 3, 26)}})
    compared = {one.key: (one.before, one.after) for one in compare_policies(plain, other)}
    assert compared == {
        "cycle.name": ("Cycle", "Again"),
        "calendar.blackout": ("[]", "2027-02-01..2027-02-03"),
        "rules.language.minimum_level": ("B2", "B1"),
        "rules.language.groups": ("[]", "bs, hr"),
        "bans.c1": ("", "k1, k2"),
        "objective.levels": ("placed; kept; worst; total; schedule", "placed; total"),
    }
    assert compare_policies(plain, plain) == ()
