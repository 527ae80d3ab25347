"""Result files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.input_files.result_file import read_result
from api.results.folder import result_json
from coach.texts.renderer import english
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
            remedies=(Remedy(change="learns", effect="placed"),),
        ),
    ),
)


def test_result_survives_a_round_trip() -> None:
    assert read_result("result.json", result_json(RESULT)) == (RESULT, ())


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", "kept.json:1:file: "),
        (b"{\n\n,", "kept.json:3:file: "),
        (b"[]", "kept.json:1:file: "),
        (b"\xff\xfe", "kept.json:1:file: "),
        (b"[" * 100_000, "kept.json:1:file: "),
        (result_json(RESULT).replace(b'"seed": 3', b'"seed": "x"'), "kept.json:1:seed: "),
        (result_json(RESULT).replace(b'"format": 1', b'"format": 2'), "kept.json:1:format: "),
        (result_json(RESULT).replace(b'"left": 0', b'"left": null'),
         "kept.json:1:unmatched[0].funnel[0].left: "),
        (result_json(RESULT).replace(b'"seed"', b'"sead"'), "kept.json:1:sead: "),
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
