from __future__ import annotations

from pathlib import Path

from api.input_files.cycle_inputs import CycleInputs, read_inputs
from tests.api.input_files.test_people_files import GOOD, GOOD_COACH, sheet

IN_CYRILLIC = "ВЕСНА ПРИМЈЕР"  # noqa: RUF001 - meant to be Cyrillic
CYCLE = "[cycle]\nstart = 2027-01-18\nend = 2027-07-16\n"


def inputs(
    folder: Path, coachees: list[dict[str, str]], coaches: list[dict[str, str]]
) -> CycleInputs:
    (folder / "cycle.toml").write_text(CYCLE)
    (folder / "coachees.csv").write_bytes(sheet(*(GOOD | changes for changes in coachees)))
    (folder / "coaches.csv").write_bytes(sheet(*(GOOD_COACH | changes for changes in coaches)))
    names = ("cycle.toml", "coachees.csv", "coaches.csv")
    return read_inputs(*(folder / name for name in names))


def warnings(read: CycleInputs) -> list[str]:
    return [f"{Path(one.file).name}:{one.row}:{one.column}" for one in read.warnings]


def test_one_human_in_both_lists_is_read_without_a_warning(tmp_path: Path) -> None:
    read = inputs(tmp_path, [{"person": "P-7"}], [{"name": "Other", "person": "P-7"}])
    assert (read.roster.coachees[0].person, read.roster.coaches[0].person) == ("P-7", "P-7")
    assert warnings(read) == []


def test_equal_address_with_another_name_is_a_warning_at_the_second_row(tmp_path: Path) -> None:
    read = inputs(tmp_path, [{}, {"id": "C-2", "name": "Ana Kos"}], [{"name": "Iva Kos"}])
    assert warnings(read) == ["coachees.csv:3:email"]
    assert "3 people have the same address as row 2" in str(read.warnings[0])


def test_human_twice_in_one_list_is_a_warning(tmp_path: Path) -> None:
    read = inputs(tmp_path, [{}, {"id": "C-2", "name": IN_CYRILLIC}], [{"email": "k@x.org"}])
    assert warnings(read) == ["coachees.csv:3:name"]
    assert "the same person as in row 2" in str(read.warnings[0])


def test_files_without_repeated_addresses_have_no_warnings(tmp_path: Path) -> None:
    read = inputs(tmp_path, [{}], [{"email": "k@example.org"}])
    assert warnings(read) == []
    assert "person" not in read.roster.model_dump(mode="json")["coachees"][0]
