"""Individual waivers are added to and removed from a cycle file, keeping its comments."""

from __future__ import annotations

import tomllib

import pytest

from api.input_files.waiver_changes import with_waiver, without_waiver

BASE = '# From Sarajevo\n[cycle]\nname = "Spring" # short\nstart = 2027-01-18\nend = 2027-07-16\n'
ONE = '\n[[waivers]] # agreed\ncoachee = "C-1"\ncoach = "K-1"\nrule = "rank"\nreason = "any"\n'
OTHER = '\n[[waivers]]\ncoachee = "C-2" # second\ncoach = "K-2"\nrule = "rank"\nreason = "any"\n'
NEW = {"coachee": "C-9", "coach": "K-9", "rule": "country", "reason": 'as "agreed"'}
INLINE = f"waivers = [{{ coachee = 'C-1', coach = 'K-1', rule = 'rank', reason = 'any' }}]\n{BASE}"


@pytest.mark.parametrize("text", [BASE, BASE + ONE, BASE + ONE + OTHER, f"waivers = []\n{BASE}"])
def test_added_waiver_is_last_and_all_comments_stay(text: str) -> None:
    changed = with_waiver(text, NEW)
    before = tomllib.loads(text)
    assert tomllib.loads(changed) == before | {"waivers": [*before.get("waivers", ()), NEW]}
    for comment in ("# From Sarajevo", "# short", "# agreed", "# second"):
        assert (comment in changed) == (comment in text), comment


def test_removed_waiver_leaves_the_others_as_they_are() -> None:
    assert "# second" in without_waiver(BASE + ONE + OTHER, 0)
    assert "# agreed" in without_waiver(BASE + ONE + OTHER, 1)
    last = without_waiver(BASE + ONE, 0)
    assert tomllib.loads(last) == tomllib.loads(BASE)
    assert "# short" in last


def test_waivers_in_one_line_are_changed_too() -> None:
    assert tomllib.loads(with_waiver(INLINE, NEW))["waivers"][1] == NEW
    assert "waivers" not in tomllib.loads(without_waiver(INLINE, 0))
