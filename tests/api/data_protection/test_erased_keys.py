"""Erasure of people's keys from the results of cycles with earlier pairs."""

from __future__ import annotations

from api.data_protection.redaction import Redactor
from api.participants.rows import Side
from matching.instance.earlier_pairs import matched_people
from matching.result import Match, Result
from tests.matching.auditor.test_auditor_mutations import ROSTER


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
