"""`gender-coach import`: its report on two lists, and the lists that it writes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from api.cli import main
from api.input_files.cycle_inputs import ListReading, read_inputs
from api.participants.sample import SAMPLE_FILES, sample_file

if TYPE_CHECKING:
    from conftest import Command, Outcome

CYCLE = "[cycle]\nstart = 2027-01-18\nend = 2027-07-16\n[sessions]\ncount = 1\n"
HEADER = "id,name,email,country,languages,availability"
COACHEES = (
    f"{HEADER},role,refuses,unit,rank,service\n"
    "C-1,Ana Čavić,a@x.org,SE,en,Mon 09:00-12:00,commander,,1st,OF-5,\n"
    "C-2,Vera Kos,v@x.org,SE,en,Mon 09:00-12:00,commander,,,,\n"
)
COACHES = (
    f"{HEADER},capacity\n"
    "K-1,Petar Đorđević,k@x.org,SE,en,Mon 09:00-12:00,2\n"
    "K-2,Ivan Ban,i@x.org,SE,en,Mon 09:00-12:00,2\n"
)
UNTIDY = (
    "Spisak za 2027;;;;;;;;;;\n\n"
    "Šifra;Ime i prezime;E-mail;Država;Jezici;Dostupnost;Uloga;refuses;Jedinica;Čin;Rod\n"
    "C-1;Ana Čavić;Ana <a@x.org>;Srbija;srpski, engleski B2;Mon 9-12;komandant;K-1, K-9;=1+1;"
    "пуковник;Kopnena vojska\n"
    "C-2;Vera Kos;v@x.org;HRV;shqip;Pon-Sre 09.00-11.30;commander;;@home;CIV;mod\n"
)


def files(folder: Path, coachees: str = COACHEES, coaches: str = COACHES) -> list[object]:
    (folder / "cycle.toml").write_text(CYCLE)
    (folder / "c.csv").write_text(coachees, "utf-8")
    (folder / "k.csv").write_text(coaches, "utf-8")
    return ["import", folder / "cycle.toml", "--coachees", folder / "c.csv",
            "--coaches", folder / "k.csv"]  # fmt: skip


def lists_in(folder: Path, *, strict: bool) -> tuple[Path, Path, Path, None, ListReading]:
    paths = [folder / name for name in ("coachees.csv", "coaches.csv")]
    return folder.parent / "cycle.toml", paths[0], paths[1], None, ListReading(strict=strict)


def described(gender_coach: Command, *arguments: object) -> dict[str, object]:
    done = gender_coach(*arguments, "--json")
    assert (done.code, done.err) == (0, "")
    found: dict[str, object] = json.loads(done.out)
    return found


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results folder for the tidy lists."""
    folder = tmp_path_factory.mktemp("before")
    _, *given = files(folder)
    with pytest.raises(SystemExit) as ended:
        main(["match", *map(str, given), "--out", str(folder / "plan"), "--quiet"])
    assert not ended.value.code
    return folder / "plan"


def test_untidy_lists_are_written_in_a_form_that_strict_reads_as_the_same_cycle(
    gender_coach: Command, tmp_path: Path
) -> None:
    given = files(tmp_path, UNTIDY)
    read = read_inputs(given[1], given[3], given[5])
    done = gender_coach(*given, "--out", tmp_path / "tidy")
    assert done.code == 0
    tidy = read_inputs(*lists_in(tmp_path / "tidy", strict=True))
    first, *others = read.roster.coachees
    known = first.model_copy(update={"refuses": frozenset({"K-1"})})  # K-9 is not in this cycle
    assert tidy.roster == read.roster.model_copy(update={"coachees": (known, *others)})
    assert (tidy.warnings, tidy.understood) == ((), ())
    assert (first.unit, others[0].unit) == ("=1+1", "@home")


def test_sample_cycle_is_the_same_after_an_import(gender_coach: Command, tmp_path: Path) -> None:
    for name in SAMPLE_FILES:
        (tmp_path / name).write_bytes(sample_file(name).read_bytes())
    cycle, coachees, coaches = (tmp_path / name for name in SAMPLE_FILES)
    out = tmp_path / "tidy"
    done = gender_coach("import", cycle, "--coachees", coachees, "--coaches", coaches, "--out", out)
    assert (done.code, done.err) == (0, "")
    assert {path.name for path in out.iterdir()} == {
        "coachees.csv",
        "coaches.csv",
        "understood.csv",
    }
    tidy = read_inputs(*lists_in(out, strict=True))
    assert tidy.roster == read_inputs(cycle, coachees, coaches).roster


def test_cells_that_a_spreadsheet_would_compute_are_protected_and_read_as_they_were(
    gender_coach: Command, tmp_path: Path
) -> None:
    gender_coach(*files(tmp_path, UNTIDY), "--out", tmp_path / "tidy")
    content = (tmp_path / "tidy/coachees.csv").read_text("utf-8-sig")
    units = [row["unit"] for row in csv.DictReader(io.StringIO(content))]
    assert units == ["'=1+1", "'@home"]


def test_understood_values_are_reported_and_written_for_each_cell(
    gender_coach: Command, tmp_path: Path
) -> None:
    done = gender_coach(*files(tmp_path, UNTIDY), "--out", tmp_path / "tidy")
    file = tmp_path / "c.csv"
    assert f'{file}:3:Država: read "Država" as country' in done.out.splitlines()
    assert f'{file}:5:languages: read "shqip" as sq' in done.out.splitlines()
    assert f'{file}:4:rank: read "пуковник" as OF-5' in done.out.splitlines()
    assert f"{file}:4:refuses: warning: 'K-9' is not the ID" in done.err
    rows = (tmp_path / "tidy/understood.csv").read_text("utf-8-sig").splitlines()
    assert rows[0] == "file,row,column,written,read_as,sheet"
    assert f"{file},5,languages,shqip,sq," in rows
    assert rows[-1] == f"{file},4,refuses,K-9,,"


def test_nothing_is_written_without_out_or_with_any_fault(
    gender_coach: Command, tmp_path: Path
) -> None:
    given = files(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert gender_coach(*given).code == 0
    wrong = COACHEES.replace("SE,en", "Q1,naški")
    given = files(tmp_path, wrong)
    refused = gender_coach(*given, "--out", tmp_path / "tidy", "--before", tmp_path / "none")
    assert refused.code == 2
    assert [line.rsplit("/", 1)[1].split(": ")[0] for line in refused.err.splitlines()] == [
        "c.csv:2:country", "c.csv:2:languages", "c.csv:3:country", "c.csv:3:languages",
        "none:1:file",
    ]  # fmt: skip
    assert sorted(tmp_path.rglob("*")) == before


def test_lists_are_compared_with_those_of_an_earlier_result(
    gender_coach: Command, tmp_path: Path, result: Path
) -> None:
    coachees = COACHEES.replace("commander,,1st,OF-5,", "decision_maker,,1st,OF-6,").replace(
        "C-2,Vera Kos", "C-3,Iva Ban"
    )
    given = files(tmp_path, coachees)
    found = described(gender_coach, *given, "--before", result)
    assert found["counts"]["coachees"] == {
        "people": 2, "earlier": 2, "new": 1, "changed": 1, "unchanged": 0, "gone": 1,
        "doubled": 0, "much_shorter": False,
    }  # fmt: skip
    people = {(one["id"], one["change"]): one for one in found["people"]}
    assert set(people) == {("C-1", "changed"), ("C-3", "new"), ("C-2", "gone"),
                           ("K-1", "unchanged"), ("K-2", "unchanged")}  # fmt: skip
    assert people["C-1", "changed"]["fields"] == [
        {"column": "rank", "before": "OF-5", "after": "OF-6"},
        {"column": "role", "before": "commander", "after": "decision_maker"},
    ]
    assert (people["C-3", "new"]["row"], people["C-2", "gone"]["row"]) == (3, None)
    said = gender_coach(*given, "--before", result).out.splitlines()
    assert "Coachees: 2 people; 1 new, 1 changed, 0 unchanged, 1 gone" in said
    assert f"  changed: C-1, Ana Čavić ({tmp_path}/c.csv, row 2)" in said
    assert "    rank: OF-5 → OF-6" in said
    assert "  gone: C-2, Vera Kos (in the earlier list)" in said


def test_equal_lists_have_no_changes(gender_coach: Command, tmp_path: Path, result: Path) -> None:
    found = described(gender_coach, *files(tmp_path), "--before", result)
    assert {one["change"] for one in found["people"]} == {"unchanged"}
    assert found["warnings"] == []


def test_human_twice_in_a_list_is_doubled_and_in_both_lists_is_not(
    gender_coach: Command, tmp_path: Path
) -> None:
    coachees = COACHEES.replace("Vera Kos,v@x.org", "ANA CAVIC,A@x.org")
    given = files(tmp_path, coachees, COACHES.replace("Ivan Ban,i@x.org", "Ана Чавић,a@x.org"))
    found = described(gender_coach, *given)
    assert [[(one["id"], one["row"]) for one in same] for same in found["doubled"]] == [
        [("C-1", 2), ("C-2", 3)]
    ]
    assert [one["id"] for one in found["in_both_lists"][0]] == ["C-1", "C-2", "K-2"]
    assert found["counts"]["coachees"]["doubled"] == 1
    assert [one["id"] for one in found["people"] if one["doubled"]] == ["C-1", "C-2"]
    done = gender_coach(*given)
    assert "are the same person; delete one of the rows" in done.out
    assert "is the same person as in row 2" not in done.err


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Đorđeivć Petar", "the names differ by 1 letter"),
        ("DJORDJEVIC PETAR", "the names are the same, ignoring case, accents, script and order"),
    ],
)
def test_near_equal_name_is_only_suggested(
    gender_coach: Command, tmp_path: Path, name: str, reason: str
) -> None:
    given = files(tmp_path, coaches=COACHES.replace("Ivan Ban", name))
    found = described(gender_coach, *given)
    (suggestion,) = found["suggestions"]
    assert [one["id"] for one in suggestion["people"]] == ["K-1", "K-2"]
    assert [one["text"] for one in suggestion["reasons"]] == [reason]
    assert found["doubled"] == []
    assert "Possibly the same person:" in gender_coach(*given).out


def test_person_with_another_id_and_id_of_another_person_are_recognised(
    gender_coach: Command, tmp_path: Path, result: Path
) -> None:
    coachees = COACHEES.replace("C-1", "C-7").replace("C-2,Vera Kos,v@x.org", "C-2,Iva Ban,b@x.org")
    found = described(gender_coach, *files(tmp_path, coachees), "--before", result)
    assert found["renumbered"] == [{"list": "coachees", "before": "C-1", "after": "C-7"}]
    assert [one["id"] for one in found["people"] if one["may_be_somebody_else"]] == ["C-2"]


def test_much_shorter_list_is_a_warning(
    gender_coach: Command, tmp_path: Path, result: Path
) -> None:
    shorter = "".join(COACHES.splitlines(keepends=True)[:2])
    done = gender_coach(*files(tmp_path, coaches=shorter), "--before", result)
    assert done.code == 0
    assert "k.csv:1:file: warning: this list has 1 person, but the earlier list has 2" in done.err


def test_folder_is_left_alone_without_force_which_replaces_only_the_lists(
    gender_coach: Command, tmp_path: Path
) -> None:
    out = tmp_path / "tidy"
    out.mkdir()
    (out / "notes.txt").write_text("x")
    given = files(tmp_path)
    assert (gender_coach(*given, "--out", out).code, len(list(out.iterdir()))) == (2, 1)
    assert gender_coach(*given, "--out", out, "--force").code == 0
    assert (out / "notes.txt").read_text() == "x"
    (out / "coaches.csv").unlink()
    (out / "coaches.csv").symlink_to(tmp_path / "elsewhere")
    refused = gender_coach(*given, "--out", out, "--force")
    assert (refused.code, (tmp_path / "elsewhere").exists()) == (2, False)


def test_list_that_is_read_is_never_replaced(gender_coach: Command, tmp_path: Path) -> None:
    files(tmp_path)
    (tmp_path / "c.csv").rename(tmp_path / "coachees.csv")
    refused: Outcome = gender_coach(
        "import", tmp_path / "cycle.toml", "--coachees", tmp_path / "coachees.csv",
        "--coaches", tmp_path / "k.csv", "--out", tmp_path, "--force",
    )  # fmt: skip
    assert (refused.code, "one of the lists to import" in refused.err) == (2, True)
    assert (tmp_path / "coachees.csv").read_text("utf-8") == COACHEES


def test_strict_and_encoding_are_as_for_the_other_commands(
    gender_coach: Command, tmp_path: Path
) -> None:
    given = files(tmp_path)
    (tmp_path / "k.csv").write_bytes(COACHES.encode("cp1250"))
    assert "--encoding windows-1250" in gender_coach(*given).err
    assert gender_coach(*given, "--encoding", "windows-1250", "--strict").code == 0
    refused = gender_coach(*files(tmp_path, UNTIDY), "--strict")
    assert (refused.code, "Spisak za 2027" in refused.err) == (2, True)


def test_both_sheets_of_one_workbook_are_told_apart(gender_coach: Command, tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, text in (("coachees", COACHEES), ("coaches", COACHES)):
        sheet = workbook.create_sheet(name)
        for row in csv.reader(io.StringIO(text.replace("SE,en", "SE,English"))):
            sheet.append(row)
    people = tmp_path / "people.xlsx"
    workbook.save(people)
    files(tmp_path)
    given = "import", tmp_path / "cycle.toml", "--coachees", people, "--coaches", people
    found = described(gender_coach, *given)
    assert [(one["row"], one["sheet"]) for one in found["understood"]] == [
        (2, "coachees"), (3, "coachees"), (2, "coaches"), (3, "coaches"),
    ]  # fmt: skip
    line = f'{people}:2:languages: in sheet coaches, read "English" as en (also in 1 other row)'
    assert line in gender_coach(*given).out
