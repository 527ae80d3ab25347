"""docs/security.md names a test for each promise, and each named test exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_each_test_that_the_document_names_exists() -> None:
    named = NAMED.findall((ROOT / "docs/security.md").read_text(encoding="utf-8"))
    assert named
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).exists()
        or f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_each_line_of_the_table_of_promises_names_a_test() -> None:
    text = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    lines = text.partition("## Promises and their tests")[2].splitlines()
    rows = [line for line in lines if line.startswith("|")][2:]
    assert rows
    assert [line for line in rows if not NAMED.search(line)] == []
