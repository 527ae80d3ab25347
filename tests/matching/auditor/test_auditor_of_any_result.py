"""The audit of arbitrary result files, which may produce findings but must not crash."""

from __future__ import annotations

import json
from random import Random
from typing import Any, cast

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from coach.texts.renderer import english
from matching.auditor import audit
from matching.result import Result
from tests.matching.auditor.test_auditor_mutations import CYCLE, ROSTER, SOUND
from tests.matching.instances import randoms

ANYTHING: tuple[Any, ...] = (
    *(0, -1, 1, 99, 10**9, "", "c2", "k2", "c4", "language", "optimal", "placed", "all-taken"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2027-02-03T09:00:00+01:00"),
    *(True, [], None),
)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to all elements of a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(cast("list[object]", value))
    found = []
    for key, part in inside:
        found.append((*path, key))
        if isinstance(part, dict | list):
            found += places(part, (*path, key))
    return found


def changed(random: Random) -> str:
    value = json.loads(SOUND.model_dump_json())
    for _ in range(random.choice([1, 1, 2, 5])):
        *path, last = random.choice(places(value))
        holder = value
        for key in path:
            holder = holder[key]
        if isinstance(holder, list) and random.random() < 0.5:
            holder.insert(0, holder[last]) if random.random() < 0.5 else holder.pop(last)
        else:
            holder[last] = random.choice(ANYTHING)
    return json.dumps(value)


@given(randoms)
@settings(max_examples=150, deadline=None)
def test_audit_of_any_readable_result_never_crashes(random: Random) -> None:
    try:
        result = Result.model_validate_json(changed(random))
    except ValidationError:
        return
    findings = audit(ROSTER, CYCLE, result)
    if audited_content(result) != audited_content(SOUND):
        assert findings


def audited_content(result: Result) -> object:
    """Return the audited parts of a result, which exclude uids and the order of verdicts."""
    return sorted(
        (
            match.coachee,
            match.coach,
            match.points,
            sorted(map(repr, match.verdicts)),
            [(one.number, one.start, one.end) for one in match.sessions],
        )
        for match in result.matches
    )


@pytest.mark.parametrize("year", [1, 1900, 9999])
def test_audit_of_sessions_far_from_the_cycle_reports_only_them(year: int) -> None:
    value = json.loads(SOUND.model_dump_json())
    value["matches"][0]["sessions"][0]["start"] = f"{year:04d}-06-01T00:00:00+00:00"
    (finding,) = audit(ROSTER, CYCLE, Result.model_validate_json(json.dumps(value)))
    assert english(finding.message) == "is far outside the cycle"
