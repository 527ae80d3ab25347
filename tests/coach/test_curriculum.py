"""Curriculum modules: reading their files, and distributing them over sessions."""

from __future__ import annotations

from importlib.resources import files
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.curriculum import Course, Material, Module, Objective, distribute, in_order
from coach.errors import UnusableInputError
from coach.intake.curriculum_file import read_curriculum
from coach.texts.locales import LOCALES

TEXT = (files("coach") / "data" / "curriculum.toml").read_text("utf-8")
FILE = "curriculum.toml"


def module(code: str, minutes: int = 60) -> Module:
    """Return a minimal module."""
    objectives = tuple(Objective(text={"en": text}) for text in ("Know it", "Do it"))
    return Module(
        code=code,
        title={"en": code},
        level=Course.BASIC,
        order=1,
        minutes=minutes,
        objectives=objectives,
    )


def test_software_has_the_fourteen_modules_and_only_drafts_of_objectives() -> None:
    modules = read_curriculum(FILE, TEXT)
    basic, advanced = ([one for one in modules if one.level is level] for level in Course)
    assert [one.code for one in basic] == [f"B{number}" for number in range(1, 9)]
    assert [one.code for one in advanced] == [f"A{number}" for number in range(1, 7)]
    assert {one.code for one in modules if one.sensitive} == {"B3", "B6"}
    assert all(objective.draft for one in modules for objective in one.objectives)
    assert all(one.without_drafts().objectives == () for one in modules)
    assert in_order(reversed(modules)) == list(modules)


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ("minutes = 75", "minutes = 7", [(37, "modules[2].minutes")]),
        ('code = "B2"', 'code = "B1"', [(22, "modules[1].code"), (26, "modules[1].prerequisites")]),
        ('prerequisites = ["B3"]', 'prerequisites = ["B9"]', [(75, "modules[5].prerequisites")]),
        ('prerequisites = ["B3"]', 'prerequisites = ["B8"]', [(75, "modules[5].prerequisites")]),
        (
            'title = { en = "Gender in military',
            'title = { sr = "Gender in military',
            [(87, "modules[6].title")],
        ),
        ('code = "A6"', 'kode = "A6"', [(161, "modules[13].code"), (162, "modules[13].kode")]),
        ('code = "B4"', "code = B4", [(48, "modules[3].code")]),
        ("[[modules]]", "[[module]]", [(1, "modules"), (10, "module")]),
    ],
)
def test_broken_file_is_refused_whole_with_each_place(
    old: str, new: str, places: list[tuple[int, str]]
) -> None:
    count = -1 if old == "[[modules]]" else 1
    with pytest.raises(UnusableInputError) as refused:
        read_curriculum(FILE, TEXT.replace(old, new, count))
    assert [(fault.row, fault.column) for fault in refused.value.faults] == places


def test_other_languages_stand_beside_english() -> None:
    text = TEXT.replace(
        '{ en = "Stereotypes and prejudice" }',
        '{ en = "Stereotypes and prejudice", sr = "Stereotipi i predrasude" }',
    )
    titles = {one.code: one.title for one in read_curriculum(FILE, text)}
    assert titles["B2"]["sr"] == "Stereotipi i predrasude"
    assert "en" in LOCALES


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x",
        "https://user:secret@example.org/",
        "https://example.org@evil.example/",
        "https://exa mple.org/",
        "https://g\u043eogle.com/",  # with a Cyrillic letter
        "https://localhost/",
        "https://",
        "javascript:alert(1)",
        "https://example.org/\u202etxt",
        "https://example.org:99999/",
        "https://[::1",
    ],
)
def test_only_https_addresses_with_their_real_host_are_linked(url: str) -> None:
    with pytest.raises(ValueError, match="valid web address"):
        Material(title="Handbook", url=url)


def test_host_of_a_link_is_shown() -> None:
    assert Material(title="Study", url="https://www.seesac.org/a?b=c").host == "www.seesac.org"


@given(
    minutes=st.lists(st.integers(15, 120), max_size=9),
    sessions=st.integers(0, 10),
)
def test_distribution_keeps_the_order_and_no_other_has_a_shorter_longest_session(
    minutes: list[int], sessions: int
) -> None:
    modules = [module(f"M{number}", each) for number, each in enumerate(minutes)]
    parts = distribute(modules, sessions)
    assert len(parts) == sessions
    if not sessions or not modules:
        assert not any(parts)
        return
    assert [code for part in parts for code in part] == [one.code for one in modules]
    length = {one.code: one.minutes for one in modules}
    longest = max(sum(length[code] for code in part) for part in parts)
    count = min(sessions, len(modules))
    assert all(parts[:count])
    best = min(
        max(
            sum(minutes[start:end])
            for start, end in zip((0, *cuts), (*cuts, len(minutes)), strict=True)
        )
        for cuts in combinations(range(1, len(minutes)), count - 1)
    )
    assert longest == best
