"""The table of explained survivors describes the present code."""

from __future__ import annotations

from pathlib import Path

from tests.mutation.explained import explained_survivors

ROOT = Path(__file__).parents[2]


def test_each_explained_survivor_replaces_text_that_is_in_its_file() -> None:
    outdated = []
    for path, _, before, _ in explained_survivors():
        file = ROOT / path
        text = " ".join(file.read_text("utf-8").split()) if file.exists() else ""
        if before.replace("\\|", "|") not in text:
            outdated.append((path, before))
    assert outdated == []
