"""Erasure of people from the results and policies of runs."""

from __future__ import annotations

from api.data_protection.redaction import Redactor
from api.participants.rows import Side
from coach.availability import WeeklyWindow
from coach.cycle import TimetablePolicy
from matching.instance.earlier_pairs import matched_people
from matching.result import Match, Result
from tests.matching.auditor.test_auditor_mutations import CYCLE, ROSTER

WINDOW = WeeklyWindow(0, 540, 720)


def test_result_with_an_erased_person_has_no_keys_of_people() -> None:
    match = Match(coachee="c1", coach="k1", points=0, verdicts=(), sessions=())
    result = Result(
        status="feasible",
        seed=0,
        input_sha256="0" * 64,
        wall_seconds=0.1,
        levels=(),
        matches=(match,),
        unmatched=(),
    )
    known = result.model_copy(update={"people": matched_people(ROSTER, result)})
    assert "keys" in known.model_dump_json()
    redactor = Redactor({(Side.COACHEE, "c1"): "erased-1"}, frozenset())
    assert "keys" not in redactor.redact_result(known).model_dump_json()


def test_policy_of_a_run_has_no_preferred_times_of_an_erased_coachee() -> None:
    own = {"c1": (WINDOW,), "c2": (WINDOW,)}
    policy = CYCLE.model_copy(
        update={"timetable": TimetablePolicy(leave=0, hours=5, preferred_by=own)}
    )
    redactor = Redactor({(Side.COACHEE, "c1"): "erased-1"}, frozenset())
    assert redactor.redact_policy(policy).timetable.preferred_by == {"c2": (WINDOW,)}
