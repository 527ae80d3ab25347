import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.intake.toml_positions import KeyPath, key_lines, line_of

TEXT = '''\
# a comment with [brackets] and = signs
[cycle]
name = """
[not.a.table]
key = 1
"""
start = 2027-01-18

[calendar]
blackout = [
  "2027-04-30",  # one
  "2027-05-01..2027-05-03",
]
[rules.language]
groups = [["bs", "hr"], ["sq", 'x = 1']]
[pins]
"C 1" = "K-1"
'C.2' = "K-2"
C-3.inner = 4
[bans]
C-1 = { first = ["a",
"b"], second = 1.5 }
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("cycle",), 2),
        (("cycle", "name"), 3),
        (("cycle", "start"), 7),
        (("calendar", "blackout"), 10),
        (("calendar", "blackout", 1), 12),
        (("rules",), 14),
        (("rules", "language", "groups", 1, 0), 15),
        (("pins", "C 1"), 17),
        (("pins", "C.2"), 18),
        (("pins", "C-3", "inner"), 19),
        (("bans", "C-1", "first", 1), 22),
        (("bans", "C-1", "second"), 22),
        (("bans", "nobody"), 20),  # the enclosing table
        (("nowhere",), 1),
    ],
)
def test_key_has_its_line(path: KeyPath, line: int) -> None:
    assert line_of(key_lines(TEXT), path) == line


def test_text_inside_values_is_not_a_key() -> None:
    assert ("not", "a", "table") not in key_lines(TEXT)
    assert ("cycle", "key") not in key_lines(TEXT)


def _paths(value: Any, path: KeyPath = ()) -> set[KeyPath]:  # noqa: ANN401 - any TOML value
    found = {path} if path else set()
    items = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        found |= _paths(inner, (*path, key))
    return found


def test_keys_equal_the_keys_of_the_standard_parser() -> None:
    assert set(key_lines(TEXT)) == _paths(tomllib.loads(TEXT))


@given(st.text(st.sampled_from("[]{}=,.\"'\n #ab1\\"), max_size=40))
def test_all_keys_of_any_valid_document_are_found(text: str) -> None:
    lines = key_lines(text)  # must not fail for invalid text
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert _paths(tables) <= set(lines)
