"""docs/asvs.md lists every requirement in levels 1 and 2 of ASVS 5.0.0, with existing evidence."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
LEVELS = {
    "1.1": "22",
    "1.2": "1111122223",
    "1.3": "112222222223",
    "1.4": "222",
    "1.5": "123",
    "2.1": "122",
    "2.2": "112",
    "2.3": "12223",
    "2.4": "23",
    "3.1": "3",
    "3.2": "113",
    "3.3": "12223",
    "3.4": "11222233",
    "3.5": "11122333",
    "3.6": "3",
    "3.7": "22333",
    "4.1": "12233",
    "4.2": "23333",
    "4.3": "22",
    "4.4": "1222",
    "5.1": "2",
    "5.2": "112333",
    "5.3": "113",
    "5.4": "222",
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
    "11.1": "2233",
    "11.2": "22233",
    "11.3": "11233",
    "11.4": "1222",
    "11.5": "23",
    "11.6": "23",
    "11.7": "33",
    "12.1": "12233",
    "12.2": "11",
    "12.3": "22223",
    "13.1": "2333",
    "13.2": "222223",
    "13.3": "2233",
    "13.4": "1222233",
    "14.1": "22",
    "14.2": "12223333",
    "14.3": "122",
    "15.1": "12233",
    "15.2": "12233",
    "15.3": "1222222",
    "15.4": "3333",
    "16.1": "2",
    "16.2": "22222",
    "16.3": "2222",
    "16.4": "222",
    "16.5": "2223",
    "17.1": "23",
    "17.2": "22223333",
    "17.3": "22",
}
"""The levels of the requirements in each section, from the list published by OWASP."""
NUMBER = r"\d+\.\d+\.\d+"
ROW = re.compile(rf"^\| ({NUMBER}(?:, {NUMBER})*) \| (\d) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
VERDICTS = ("met", "**exception**", "operator", "not applicable")
EXCEPTIONS = ROOT / "docs" / "decisions" / "0016-what-is-not-met-of-asvs.md"


def _level_of_each() -> dict[str, str]:
    return {
        f"{section}.{number}": level
        for section, levels in LEVELS.items()
        for number, level in enumerate(levels, start=1)
    }


def test_numbers_are_those_of_the_standard() -> None:
    """The standard has 70 requirements in level 1, 183 in level 2 and 92 in level 3."""
    assert Counter(_level_of_each().values()) == {"1": 70, "2": 183, "3": 92}


def test_each_requirement_of_levels_1_and_2_appears_once_with_its_level() -> None:
    stated = [
        (number, level)
        for numbers, level, _verdict, _evidence in ROW.findall(DOCUMENT)
        for number in numbers.split(", ")
    ]
    assert sorted(stated) == sorted(
        (number, level) for number, level in _level_of_each().items() if level != "3"
    )


def test_counts_of_verdicts_are_right() -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for numbers, level, verdict, evidence in ROW.findall(DOCUMENT):
        assert verdict in VERDICTS, numbers
        assert evidence.strip(), numbers
        counted[verdict, level] += len(numbers.split(", "))
    for verdict in VERDICTS:
        line = next(line for line in DOCUMENT.splitlines() if line.startswith(f"| {verdict} |"))
        stated = [int(cell) for cell in line.split("|")[3:5]]
        assert stated == [counted[verdict, "1"], counted[verdict, "2"]], verdict


def test_each_exception_has_a_reason_and_what_reduces_the_risk() -> None:
    row = re.compile(rf"^\| ({NUMBER}) \|([^|]+)\|([^|]+)\|([^|]+)\|$", re.MULTILINE)
    rows = row.findall(EXCEPTIONS.read_text(encoding="utf-8"))
    verdicts = [(numbers, verdict) for numbers, _, verdict, _ in ROW.findall(DOCUMENT)]
    assert [number for number, *_ in rows] == [one for one, is_it in verdicts if "exc" in is_it]
    assert all(len(cell.split()) > 2 for _, *cells in rows for cell in cells)


def test_named_tests_files_and_documents_exist() -> None:
    for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", DOCUMENT):
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), (file, test)
    files = re.findall(r"`((?:api|coach|deploy|docs|templates|tests)/[\w./@-]+)`", DOCUMENT)
    assert [file for file in files if not (ROOT / file).exists()] == []
    linked = re.findall(r"\]\(([\w./-]+\.md)(?:#[\w-]+)?\)", DOCUMENT)
    assert [file for file in linked if not (ROOT / "docs" / file).exists()] == []
