"""Instrument files: complete files are read; others are rejected with the line of every fault."""

from __future__ import annotations

from pathlib import Path
from re import DOTALL, findall

import pytest

from coach.errors import UnusableInputError
from coach.instruments import Instrument, ItemKind, Moment, questions
from coach.intake.instrument_file import read_instrument

REFERENCE = Path(__file__).parents[2] / "docs/reference/instruments.md"
SAMPLE = findall("```toml\n(.*?)```", REFERENCE.read_text("utf-8"), DOTALL)[0]
REFUSAL = findall("```text\n(.*?)```", REFERENCE.read_text("utf-8"), DOTALL)[0]
LEARNING = """\
code = "learning"
version = "2"
title = { en = "Learning" }
moments = ["end"]
licence = { en = "ours" }
source = { en = "ours" }
items_from = "objectives"
[scale]
labels = [{ en = "no" }, { en = "yes" }]
[twice]
before = { en = "before" }
now = { en = "now" }
"""


def read(text: str) -> Instrument:
    return read_instrument("ours.toml", text)


def faults(text: str) -> list[str]:
    with pytest.raises(UnusableInputError) as refused:
        read(text)
    return [str(fault) for fault in refused.value.faults]


def test_the_sample_of_the_reference_is_read() -> None:
    ours = read(SAMPLE)
    assert (ours.code, ours.moments, ours.open_days) == ("our_alliance", (Moment.ALLIANCE,), 21)
    assert [one.item.kind for one in questions(ours)] == list(ItemKind)
    assert ours.items[0].text["sr"] == "Moj partner i ja imamo iste ciljeve."


def test_the_refusals_of_the_reference_are_those_that_are_printed() -> None:
    few = SAMPLE
    for label in ("sometimes", "often", "always"):
        few = few.replace(f'    {{ en = "{label}" }},\n', "")
    double = SAMPLE.replace('code = "again"', 'code = "topics"')
    assert REFUSAL.splitlines() == [*faults(few), *faults(double)]


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('version = "2027-1"\n', "", "1:version: "),
        ('moments = ["alliance"]', "moments = []", "5:moments: "),
        ('moments = ["alliance"]', 'moments = ["sometimes"]', "5:moments[0]: "),
        ("open_days = 21", "open_days = 0", "6:open_days: "),
        ("licence = {", "license = {", "7:license: "),
        ("validated = true", 'validated = "perhaps"', "9:validated: "),
        (
            '{ en = "often" }',
            '{ sr = "često" }',
            "16:scale.labels[2]: add an English version of this text",
        ),
        ('kind = "choices"', 'kind = "radio"', "27:items[1].kind: "),
        ('kind = "choices"', 'kind = "yes_no"', "29:items[1].choices: "),
        ('code = "plan"', 'code = "post"', "31:items[1].choices[1]: another choice"),
        ('code = "same_goals"', 'code = "same goals"', "21:items[0].code: "),
        ('text = { en = "Would', 'text = { "E!" = "Would', "37:items[2].text.E!: "),
        ("[scale]", "[[scale]]", "11:scale"),
        ("lowest = 1", "lowest = one", "12:scale.lowest: "),
        ("validated = true", 'twice = { before = { en = "a" }, now = { en = "b" } }', "9:twice: "),
        ("validated = true", 'items_from = "objectives"', "9:items_from: "),
    ],
)
def test_a_fault_is_located(before: str, after: str, place: str) -> None:
    assert before in SAMPLE
    assert any(
        one.startswith(f"ours.toml:{place}") for one in faults(SAMPLE.replace(before, after, 1))
    )


def test_items_and_scale_have_to_fit_each_other() -> None:
    head, first, second = SAMPLE.partition("[scale]")[0], "[[items]]\n", SAMPLE.index('code = "top')
    assert faults(head)[0].startswith("ours.toml:1:items: there are no items")
    rated = SAMPLE[SAMPLE.index(first) : second - len(first)]
    assert faults(head + rated)[0].startswith("ours.toml:1:scale: there is no scale")
    unrated = SAMPLE[: SAMPLE.index(first)] + first + SAMPLE[second:]
    assert faults(unrated)[0].startswith("ours.toml:11:scale: no item uses the scale")
    after = SAMPLE.replace('"alliance"', '"after_session"')
    more = "".join(
        f'[[items]]\ncode = "more{number}"\nkind = "yes_no"\ntext = {{ en = "More?" }}\n'
        for number in range(6)
    )
    assert read(after)
    assert "use at most 8 items after a session" in faults(after + more)[0]


def test_objectives_are_rated_twice_at_the_end_only() -> None:
    assert read(LEARNING).items == ()
    assert "rated at" in faults(LEARNING.replace('"end"', '"alliance", "end"'))[0]
    assert 'must be used at "end"' in faults(LEARNING.replace('"end"', '"start"'))[0]
    mixed = LEARNING + '[[items]]\ncode = "a"\nkind = "yes_no"\ntext = { en = "A" }\n'
    assert len(faults(mixed)) == 2
