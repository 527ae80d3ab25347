"""Result files."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.input_files.result_file import read_result
from api.organisation import Organisation
from api.results.folder import result_json
from api.results.result_json import ResultSentences
from api.texts.catalogues import renderer
from coach.texts.facts import LEGACY
from coach.texts.renderer import english
from matching.facts.changes import GETS_A_COACH, MORE_TIME
from matching.result import FunnelStep, LevelOutcome, Remedy, Result, Unmatched

RESULT = Result(
    status="optimal",
    seed=3,
    input_sha256="ab" * 32,
    wall_seconds=1.5,
    levels=(LevelOutcome(name="placed", value=1, bound=1, proven=True),),
    matches=(),
    unmatched=(
        Unmatched(
            coachee="C-1",
            reason="nobody-eligible",
            funnel=(FunnelStep(rule="language", left=0),),
            remedies=(Remedy(change=MORE_TIME(), effect=GETS_A_COACH(coachee="C-1")),),
        ),
    ),
)


CONTENT = result_json(RESULT, ResultSentences(renderer(Organisation(), "en")))


def test_result_survives_a_round_trip() -> None:
    assert read_result("result.json", CONTENT) == (RESULT, ())
    value = json.loads(CONTENT)
    (remedy,) = value["unmatched"][0]["remedies"]
    assert (value["format"], value["cut_short"]) == (2, False)
    assert remedy == {
        "change": {"code": "change.more_time", "params": {}},
        "effect": {"code": "effect.placed", "params": {"coachee": "C-1"}},
        "text": "more solving time; no other change: C-1 gets a coach",
        "verified": True,
    }


OLD = {
    "format": 1, "status": "optimal", "seed": 0, "input_sha256": "", "wall_seconds": 0.5,
    "levels": [],
    "matches": [{
        "coachee": "C-1", "coach": "K-1", "points": 300, "sessions": [],
        "verdicts": [
            {"rule": "language", "points": 100, "weight": 3, "because": "both offer Albanian"},
        ],
    }],
    "unmatched": [{
        "coachee": "C-2", "reason": "all-taken", "funnel": [],
        "remedies": [{"change": "a place", "effect": "C-2 gets a coach", "verified": True}],
    }],
    "moves": [{
        "coachee": "C-1", "change": "moved", "before": "K-2", "after": "K-1",
        "because": "K-2 is gone", "sessions": [],
    }],
}  # fmt: skip


def test_sentences_of_format_1_become_legacy_facts() -> None:
    result, faults = read_result("result.json", json.dumps(OLD).encode())
    assert faults == ()
    assert result is not None
    assert (result.format, result.cut_short) == (1, False)
    assert result.matches[0].verdicts[0].reason == LEGACY(text="both offer Albanian")
    assert result.moves[0].reason == LEGACY(text="K-2 is gone")
    (remedy,) = result.unmatched[0].remedies
    assert remedy == Remedy(change=LEGACY(text="a place"), effect=LEGACY(text="C-2 gets a coach"))


def test_facts_are_required_in_format_2() -> None:
    result, faults = read_result("result.json", json.dumps({**OLD, "format": 2}).encode())
    assert result is None
    assert {"cut_short", "matches[0].verdicts[0].reason"} <= {fault.column for fault in faults}


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", "kept.json:1:file: "),
        (b"{\n\n,", "kept.json:3:file: "),
        (b"[]", "kept.json:1:file: "),
        (b"\xff\xfe", "kept.json:1:file: "),
        (b"[" * 100_000, "kept.json:1:file: "),
        (CONTENT.replace(b'"seed": 3', b'"seed": "x"'), "kept.json:1:seed: "),
        (CONTENT.replace(b'"format": 2', b'"format": 3'), "kept.json:1:format: "),
        (CONTENT.replace(b'"left": 0', b'"left": null'),
         "kept.json:1:unmatched[0].funnel[0].left: "),
        (CONTENT.replace(b'"seed"', b'"sead"'), "kept.json:1:sead: "),
    ],
)  # fmt: skip
def test_invalid_result_is_rejected_with_location(content: bytes, place: str) -> None:
    result, faults = read_result("kept.json", content)
    assert result is None
    assert any(str(fault).startswith(place) for fault in faults)
    assert all("\n" not in english(fault.message) for fault in faults)


@given(st.binary(max_size=100))
def test_bytes_never_crash_the_reader(content: bytes) -> None:
    result, faults = read_result("kept.json", content)
    assert (result is None) == bool(faults)
