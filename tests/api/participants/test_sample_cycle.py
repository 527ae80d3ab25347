"""The sample cycle contains every case that it is meant to show."""

import io
import zipfile
from collections import Counter
from importlib.resources import as_file

import pytest

from api.input_files.cycle_inputs import CycleInputs, read_inputs
from api.participants.sample import SAMPLE_FILES, sample_file
from api.participants.sample.build import coachees_xlsx, coaches_csv
from matching.instance.availability_grid import build_availability_grid
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.rules.pair_report import pair_rows


@pytest.fixture(scope="module")
def sample() -> CycleInputs:
    cycle, coachees, coaches = (as_file(sample_file(name)) for name in SAMPLE_FILES)
    with cycle as one, coachees as two, coaches as three:
        return read_inputs(one, two, three)


def test_the_sample_files_are_built_from_the_sample_people() -> None:
    def parts(workbook: bytes) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(workbook)) as packed:
            return {name: packed.read(name) for name in packed.namelist()}

    assert sample_file("coaches.csv").read_bytes() == coaches_csv()
    assert parts(sample_file("coachees.xlsx").read_bytes()) == parts(coachees_xlsx())
    assert coachees_xlsx() == coachees_xlsx()


def test_the_sample_has_the_documented_numbers_of_people_and_places(sample: CycleInputs) -> None:
    people = (*sample.roster.coachees, *sample.roster.coaches)
    assert (len(sample.roster.coachees), len(sample.roster.coaches)) == (14, 9)
    assert {person.country for person in people} == {
        "AL", "BA", "XK", "ME", "MK", "RS", "HR", "SE",
    }  # fmt: skip
    assert all(person.email.endswith("@example.org") for person in people)


def test_every_hard_rule_is_the_only_obstacle_to_some_pair(sample: CycleInputs) -> None:
    alone = Counter(
        row.blocked_by[0]
        for row in pair_rows(sample.roster, sample.cycle)
        if len(row.blocked_by) == 1
    )
    evaluator = RuleEvaluator(
        RuleInputs(
            sample.roster, sample.cycle, build_availability_grid(sample.roster, sample.cycle)
        )
    )
    assert {rule.name for rule in evaluator.hard} | {"schedule"} == set(alone)


def test_exactly_one_coachee_has_no_possible_coach(sample: CycleInputs) -> None:
    chances = Counter(row.coachee for row in pair_rows(sample.roster, sample.cycle) if row.eligible)
    assert {coachee.id for coachee in sample.roster.coachees} - set(chances) == {"C-10"}


def test_the_sample_covers_every_kind_of_value(sample: CycleInputs) -> None:
    cycle, roster = sample.cycle, sample.roster
    assert cycle.pins
    assert cycle.bans
    assert cycle.rules.language.groups
    assert cycle.rules.country.excluded
    assert cycle.rules.country.minimum_cross_border_share > 0
    assert cycle.calendar.public_holidays
    assert cycle.blackout_days
    assert {coachee.rank_sensitivity.value for coachee in roster.coachees} == {
        "strict", "standard", "relaxed",
    }  # fmt: skip
    assert any(coachee.refuses for coachee in roster.coachees)
    assert any(coach.refuses for coach in roster.coaches)
    assert any(
        coach.chain_keys & {c.id.casefold() for c in roster.coachees} for coach in roster.coaches
    )
    assert any(coach.chain_keys & {c.unit_key for c in roster.coachees} for coach in roster.coaches)
    deployed = [coachee for coachee in roster.coachees if coachee.timezone.startswith("Africa/")]
    assert [bool(coachee.unavailable) for coachee in deployed] == [True]
