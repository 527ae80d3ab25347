"""Changing settings in the text of a cycle file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.input_files.policy_changes import changed_cycle_file
from api.input_files.policy_file import parse_policy_file
from api.input_files.source import NamedFile
from coach.errors import UnusableInputError

EVERY_KEY = Path(__file__).with_name("cycle-with-every-key.toml").read_text(encoding="utf-8")
COMMENTED = """\
# Agreed on 3 November.
[cycle]
name = "Spring"  # the second round
start = 2027-01-18
end = 2027-07-16

# as in the year before
[sessions]
count = 6   # not five!

[pins]
"C-01" = "K-03"  # asked for it
"""


def changed(text: str, changes: dict[str, object]) -> str:
    return changed_cycle_file(text, changes, "cycle.toml")  # type: ignore[arg-type]


def test_changed_setting_keeps_all_comments_and_all_other_lines() -> None:
    after = changed(COMMENTED, {"sessions": {"count": 5}})
    assert after == COMMENTED.replace("count = 6", "count = 5")


def test_added_and_removed_settings_keep_the_comments_of_others() -> None:
    after = changed(
        COMMENTED,
        {
            "cycle": {"end": "2027-06-30", "name": None},
            "pins": {"C-01": None, "C-02": "K-01"},
            "rules": {"country": {"excluded": [["RS", "XK"]]}},
        },
    )
    policy = parse_policy_file(NamedFile("cycle.toml", after.encode())).policy
    assert (policy.cycle.name, str(policy.cycle.end)) == ("Cycle", "2027-06-30")
    assert policy.pins == {"C-02": "K-01"}
    assert policy.rules.country.excluded == (frozenset({"RS", "XK"}),)
    for comment in ("# Agreed on 3 November.", "# as in the year before", "# not five!"):
        assert comment in after


def test_a_list_of_waivers_is_replaced_as_a_whole() -> None:
    waiver = {"coachee": "C-1", "coach": "K-1", "rule": "rank", "reason": "agreed"}
    once = changed(COMMENTED, {"waivers": [waiver, waiver | {"rule": "country"}]})
    again = changed(once, {"waivers": [waiver]})
    assert tomllib.loads(again)["waivers"] == [waiver]
    assert "# not five!" in again


def test_a_value_that_is_not_a_date_is_a_fault_of_the_changed_file() -> None:
    after = changed(COMMENTED, {"cycle": {"end": "soon"}})
    with pytest.raises(UnusableInputError) as refused:
        _ = parse_policy_file(NamedFile("cycle.toml", after.encode())).policy
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [(5, "cycle.end")]


def test_deeply_nested_changes_are_refused() -> None:
    deep: dict[str, object] = {}
    for _ in range(5_000):
        deep = {"a": deep}
    with pytest.raises(UnusableInputError, match="nested"):
        changed(COMMENTED, deep)


_KEYS = st.sampled_from(["cycle", "sessions", "rules", "language", "pins", "count", "new key"])
_VALUES = st.none() | st.integers(0, 9) | st.text(max_size=5) | st.lists(st.text(max_size=3))
_PATCHES = st.dictionaries(
    _KEYS, st.recursive(_VALUES, lambda inner: st.dictionaries(_KEYS, inner), max_leaves=5)
)


def merged(target: object, patch: object) -> object:
    """Apply a merge patch with the algorithm in RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(_PATCHES)
def test_changed_file_has_the_settings_of_the_merge_patch(patch: dict[str, object]) -> None:
    after = tomllib.loads(changed(EVERY_KEY, patch))
    assert after == merged(tomllib.loads(EVERY_KEY), patch)
