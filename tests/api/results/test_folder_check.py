"""The results folder check reports the name of every altered, missing or extra file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from email import message_from_bytes, policy
from importlib import resources
from pathlib import Path

import pytest
from openpyxl import load_workbook

from api.cli import main
from api.results.check_facts import no_invitation
from api.results.folder import result_json
from api.results.folder_check import folder_findings
from api.results.invitation_check import contains_address
from api.results.move_view import display_names
from api.results.result_folder import read_result_folder
from api.results.result_json import ResultSentences
from api.texts.catalogues import all_renderers
from coach.texts.renderer import english

SAMPLE = resources.files("api") / "participants" / "sample"
COACHEES = {"C-01", "C-06", "C-10", "C-11", "C-14"}
"""The coachees mentioned in the sample's policy or coaches, and one without a possible coach."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return results of the sample cycle with few coachees, so that checks are fast."""
    place = tmp_path_factory.mktemp("check")
    with resources.as_file(SAMPLE) as sample:
        book = load_workbook(sample / "coachees.xlsx")
        sheet = book["coachees"]
        for row in range(sheet.max_row, 1, -1):
            if sheet.cell(row, 1).value not in COACHEES:
                sheet.delete_rows(row)
        book.save(place / "coachees.xlsx")
        out, cycle, coaches = place / "out", sample / "cycle.toml", sample / "coaches.csv"
        lists = ("--coachees", place / "coachees.xlsx", "--coaches", coaches)
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in ("match", cycle, *lists, "--out", out)])
    assert not ended.value.code
    return out


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "out"))


def findings(folder: Path) -> list[str]:
    return [str(one) for one in folder_findings(folder, read_result_folder(folder))]


def first(folder: Path, ending: str) -> Path:
    return min((folder / "invites").glob(f"*.{ending}"))


def replaced(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def test_written_folder_has_no_findings(sound: Path) -> None:
    assert findings(sound) == []


@pytest.mark.parametrize(
    "name",
    ["run.json", "schedule.csv", "schedule.xlsx", "unmatched.csv", "report.html", "forms",
     "invites"],
)  # fmt: skip
def test_missing_part_is_reported(folder: Path, name: str) -> None:
    path = folder / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert findings(folder) == [f"{name}: is missing"]


@pytest.mark.parametrize("ending", ["ics", "eml"])
def test_invitation_with_a_missing_file_is_reported(folder: Path, ending: str) -> None:
    removed = first(folder, ending)
    removed.unlink()
    reported = findings(folder)
    assert f"invites/{removed.stem}: has no .{ending} file" in reported


def test_missing_invitation_is_reported_with_its_recipient(folder: Path) -> None:
    removed = first(folder, "ics")
    removed.unlink()
    removed.with_suffix(".eml").unlink()
    assert findings(folder) == ["invites: has no invitation for C-01 to session 1"]


def test_missing_invitation_to_session_0_is_one_to_the_contracting_session() -> None:
    assert (
        english(no_invitation("C-01", 0)) == "has no invitation for C-01 to the contracting session"
    )


def test_extra_invitation_is_reported(folder: Path) -> None:
    for ending in ("ics", "eml"):
        path = first(folder, ending)
        shutil.copy(path, path.with_stem("zzz-again"))
    assert findings(folder) == [
        "invites/zzz-again: does not belong to any person and session in this result"
    ]


@pytest.mark.parametrize(
    ("old", "new", "reported"),
    [
        (b"METHOD:REQUEST", b"METHOD:PUBLISH", "METHOD is PUBLISH"),
        (b"\r\nDTSTART:2027", b"\r\nDTSTART:2028", "DTSTART is 2028"),
        (b"\r\nDTEND:2027", b"\r\nDTEND:2028", "DTEND is 2028"),
        (b"\r\nUID:", b"\r\nUID:x", "does not belong to any person"),
        (
            b"\r\nATTENDEE",
            b"\r\nATTENDEE:mailto:k7@example.org\r\nATTENDEE",
            "does not belong to any person",
        ),
        (b"\r\nEND:VEVENT", b"\r\nATTENDEE:mailto:k7@example.org\r\nEND:VEVENT", "more than one"),
        (b"\r\nCLASS:", b"\r\nDESCRIPTION:on harassment\r\nCLASS:", "contains DESCRIPTION"),
        (b"\r\nSUMMARY:Coaching", b"\r\nSUMMARY:Gender", "SUMMARY is 'Gender session 1 of 6'"),
        (b"\r\nORGANIZER", b"\r\nLOCATION:Office\r\nORGANIZER", "contains LOCATION"),
    ],
)
def test_altered_calendar_object_is_reported(
    folder: Path, old: bytes, new: bytes, reported: str
) -> None:
    path = first(folder, "ics")
    replaced(path, old, new)
    about = f"invites/{path.stem}: "
    assert any(line.startswith(about) and reported in line for line in findings(folder))


@pytest.mark.parametrize(
    ("old", "new", "reported"),
    [
        (b"\r\nTo: ", b"\r\nTo: someone@example.org, ", "its email is addressed to"),
        (b"\r\nTo: ", b"\r\nBcc: someone@example.org\r\nTo: ", "its email is addressed to"),
        (b"Subject: ", b"Subject: Urgent: your coach, ", "its email has the wrong subject"),
    ],
)
def test_altered_mail_is_reported(folder: Path, old: bytes, new: bytes, reported: str) -> None:
    path = first(folder, "eml")
    if old == b"Subject: ":
        content = path.read_bytes()
        line = next(each for each in content.split(b"\r\n") if each.startswith(old))
        path.write_bytes(content.replace(line, b"Subject: Urgent: gender coaching"))
    else:
        replaced(path, old, new)
    assert any(reported in line for line in findings(folder))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to c5@example.org.", True),
        ('<a href="mailto:C5@Example.org">', True),
        ("coaching+0ac5@example.org", False),
        ("c5@example.org.uk, c5@example.organic", False),
        ("c5Xexample.org", False),
    ],
)
def test_address_is_found_unless_it_is_part_of_a_longer_one(text: str, *, expected: bool) -> None:
    assert contains_address(text, "c5@example.org") == expected


def test_mail_with_the_other_persons_address_is_reported(folder: Path) -> None:
    found = read_result_folder(folder)
    match = found.result.matches[0]
    coach = next(one for one in found.inputs.roster.coaches if one.id == match.coach)
    path = min((folder / "invites").glob(f"{match.coachee}-*.eml"))
    mail = message_from_bytes(path.read_bytes(), policy=policy.SMTP)
    plain = mail.get_body(("plain",))
    assert plain is not None
    plain.set_content(f"{plain.get_content()}Write to {coach.email}.", cte="base64")
    path.write_bytes(mail.as_bytes())
    reported = "the text/plain part of its email contains the other person's address"
    assert f"invites/{path.stem}: {reported}" in findings(folder)


def test_mail_with_another_calendar_object_is_reported(folder: Path) -> None:
    one, other = sorted((folder / "invites").glob("*.eml"))[:2]
    one.write_bytes(other.read_bytes())
    assert sum("another calendar object" in line for line in findings(folder)) == 2


def _shift(cells: list[str]) -> list[str]:
    return [cell.replace("+01:00", "+02:00") for cell in cells]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("schedule.csv", lambda lines: lines[:-1]),
        ("schedule.csv", lambda lines: [*lines, lines[-1]]),
        ("schedule.csv", lambda lines: lines[1:]),
        ("schedule.csv", _shift),
        ("unmatched.csv", lambda lines: lines[:1]),
        ("unmatched.csv", lambda lines: [line.replace("rank 0", "rank 1") for line in lines]),
        ("unmatched.csv", lambda _lines: []),
    ],
)
def test_altered_table_is_reported(
    folder: Path, name: str, change: Callable[[list[str]], list[str]]
) -> None:
    lines = (folder / name).read_text("utf-8").splitlines()
    changed = change(lines)
    assert changed != lines
    (folder / name).write_text("\n".join(changed), "utf-8")
    reported = findings(folder)
    assert reported
    assert all(line.startswith(f"{name}: ") for line in reported)


def test_moved_session_in_the_workbook_is_reported(folder: Path) -> None:
    book = load_workbook(folder / "schedule.xlsx")
    book["Schedule"]["B2"] = "23:00 to 23:30"
    book.save(folder / "schedule.xlsx")
    assert {line.partition(":")[0] for line in findings(folder)} == {"schedule.xlsx"}
    (folder / "schedule.xlsx").write_bytes(b"PK")
    assert any("cannot be read" in line for line in findings(folder))


def test_record_of_another_run_is_reported(folder: Path) -> None:
    record = json.loads((folder / "run.json").read_text("utf-8"))
    record["run"]["parameters"]["seed"] = 99
    record["run"]["inputs"]["cycle.toml"] = "0" * 64
    (folder / "run.json").write_text(json.dumps(record), "utf-8")
    assert findings(folder) == [
        "run.json: seed does not match this folder", "run.json: inputs does not match this folder",
    ]  # fmt: skip
    (folder / "run.json").write_text("{}", "utf-8")
    assert any("not a run record" in line for line in findings(folder))


def test_sentence_that_does_not_match_its_fact_is_reported(folder: Path) -> None:
    file = folder / "result.json"
    stored = json.loads(file.read_text("utf-8"))
    stored["matches"][1]["verdicts"][0]["because"] = "they are old friends"
    stored["unmatched"][0]["remedies"][0].pop("text")
    file.write_text(json.dumps(stored), "utf-8")
    altered, missing = findings(folder)
    assert "matches[1].verdicts[0].because" in altered
    assert "unmatched[0].remedies[0].text" in missing


def test_sentences_in_another_language_have_no_findings(folder: Path) -> None:
    found = read_result_folder(folder)
    people = (*found.inputs.roster.coachees, *found.inputs.roster.coaches)
    sentences = ResultSentences(all_renderers()[-1], display_names(people))
    (folder / "result.json").write_bytes(result_json(found.result, sentences))
    assert findings(folder) == []


def test_incomplete_report_and_form_are_reported(folder: Path) -> None:
    replaced(folder / "report.html", b'id="unmatched-C-10"', b'id="nobody"')
    form = folder / "forms" / "feedback.html"
    form.write_bytes(form.read_bytes()[:300])
    reported = findings(folder)
    assert [line.partition(":")[0] for line in reported] == ["report.html", "forms/feedback.html"]
