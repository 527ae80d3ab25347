"""The files in a results folder."""

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
import vobject
from openpyxl import load_workbook

from api.organisation import Organisation
from api.results.folder import FolderContent, write_results
from api.results.printable_forms import OUTCOMES
from api.texts.catalogues import renderer
from coach.cycle import Cycle
from coach.errors import DomainError
from coach.people import Roster
from coach.sessions import Attendance
from coach.texts.renderer import english
from matching.records.result_file import parse_result
from matching.records.run_record import RunEnvironment, RunParameters, RunRecord, TraceRecorder
from matching.result import Result
from tests.instruments import AFTER_SESSION
from tests.texts import ENGLISH

NOW = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
INPUTS = [("cycle.toml", b"[cycle]\r\n"), ("people/coachees.csv", b"id;name\n")]


def write(out: Path, roster: Roster, cycle: Cycle, result: Result) -> Path:
    write_results(
        out,
        FolderContent(
            roster=roster,
            cycle=cycle,
            result=result,
            record=recorded(result),
            inputs=INPUTS,
            now=NOW,
            texts=ENGLISH,
        ),
    )
    return out


def recorded(result: Result) -> RunRecord:
    return TraceRecorder().record(
        result,
        parameters=RunParameters(seed=result.seed, workers=1, time_limit_seconds=None),
        inputs={},
        kept_sha256=None,
        surroundings=RunEnvironment(versions={}, platform=""),
        began=NOW,
    )


@pytest.fixture
def folder(tmp_path: Path, roster: Roster, cycle: Cycle, result: Result) -> Path:
    return write(tmp_path / "out", roster, cycle, result)


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_folder_contains_the_files_listed_in_the_reference(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {
        *("result.json", "run.json", "schedule.csv", "schedule.xlsx", "unmatched.csv"),
        *("report.html", "inputs", "invites", "forms"),
    }
    assert (folder / "inputs/cycle.toml").read_bytes() == b"[cycle]\r\n"
    assert (folder / "inputs/coachees.csv").read_bytes() == b"id;name\n"
    assert {path.name for path in (folder / "forms").iterdir()} == {
        *("session-note.html", "feedback.html"),
    }


def test_equal_results_give_equal_bytes(
    tmp_path: Path, folder: Path, roster: Roster, cycle: Cycle, result: Result
) -> None:
    again = write(tmp_path / "again", roster, cycle, result)
    assert contents(again) == contents(folder)


def test_result_json_can_be_read_back_in_the_same_order(folder: Path, result: Result) -> None:
    raw = (folder / "result.json").read_bytes()
    assert raw.endswith(b"}\n")
    assert parse_result(raw) == result
    read = json.loads(raw)
    assert list(read) == [
        *("format", "status", "seed", "input_sha256", "wall_seconds", "cut_short"),
        *("levels", "matches", "unmatched"),
    ]
    match = read["matches"][0]
    assert list(match) == ["coachee", "coach", "points", "verdicts", "sessions"]
    assert match["sessions"][0]["start"] == "2027-01-20T09:00:00+01:00"
    assert match["sessions"][3]["start"] == "2027-04-14T10:00:00+02:00"
    assert read["unmatched"][0]["remedies"][0]["verified"] is True


def test_schedule_csv_has_a_row_for_each_session(folder: Path, result: Result) -> None:
    rows = list(csv.DictReader(io.StringIO((folder / "schedule.csv").read_text("utf-8"))))
    assert list(rows[0]) == ["coachee", "coach", "session", "start", "end", "uid"]
    expected = {
        (match.coachee, match.coach, str(each.number), each.start, each.end, each.uid)
        for match in result.matches
        for each in match.sessions
    }
    read = {
        (
            *(row["coachee"], row["coach"], row["session"]),
            *(datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"])),
            row["uid"],
        )
        for row in rows
    }
    assert read == expected
    assert [row["start"] for row in rows] == sorted(row["start"] for row in rows)


def test_unmatched_csv_contains_reasons_and_remedies(folder: Path) -> None:
    (row,) = csv.DictReader(io.StringIO((folder / "unmatched.csv").read_text("utf-8")))
    assert row["coachee"] == "C-03"
    assert row["reason"] == "nobody-schedulable"
    assert row["funnel"] == "language 2; schedule 0"
    assert "Fri 09:00-12:00" in row["remedies"]


def test_workbook_is_readable_and_contains_no_formula(folder: Path) -> None:
    book = load_workbook(folder / "schedule.xlsx")
    assert book.sheetnames == ["Schedule", "Matches", "Unmatched", "Coaches"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    values = [cell.value for cell in cells]
    assert "'=Formula & <Tag>" in values
    assert book["Schedule"].max_row == 13
    assert book["Schedule"]["A2"].value == "Wed 20 Jan 2027"
    assert "language: both speak English (3 x 100)" in book["Matches"]["G2"].value


def test_workbook_states_only_the_given_time(folder: Path) -> None:
    properties = load_workbook(folder / "schedule.xlsx").properties
    assert properties.created == properties.modified == NOW.replace(tzinfo=None)
    with zipfile.ZipFile(folder / "schedule.xlsx") as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_each_recipient_has_an_ics_and_an_eml_file_for_each_session(
    folder: Path, roster: Roster, result: Result
) -> None:
    people = {person.id: person for person in (*roster.coachees, *roster.coaches)}
    expected = {
        (people[who].email, session.uid): session
        for match in result.matches
        for session in match.sessions
        for who in (match.coachee, match.coach)
    }
    seen = set()
    for path in (folder / "invites").glob("*.ics"):
        assert re.fullmatch(r"[CK]-\d\d-session-\d\d-[0-9a-f]{8}\.ics", path.name)
        event = vobject.readOne(path.read_bytes().decode()).vevent
        (attendee,) = event.contents["attendee"]
        key = (attendee.value.removeprefix("mailto:"), event.uid.value)
        event.dtstart.transformToNative()
        assert event.dtstart.value == expected[key].start
        assert event.sequence.value == "0"
        seen.add(key)
        mail = message_from_bytes(path.with_suffix(".eml").read_bytes(), policy=SMTP)
        *_, attachment = mail.walk()
        assert attachment.get_payload(decode=True) == path.read_bytes()
        assert mail["To"].addresses[0].addr_spec == key[0]
    assert seen == set(expected)
    assert len(list((folder / "invites").glob("*.eml"))) == len(expected)


def test_hostile_ids_write_no_file_outside_the_folder(
    tmp_path: Path, roster: Roster, cycle: Cycle, result: Result
) -> None:
    """A coachee and a coach share the same hostile id."""
    evil = "../../" + "x" * 300 + "/é"
    first, second = result.matches
    hostile = result.model_copy(
        update={"matches": (first.model_copy(update={"coachee": evil, "coach": evil}), second)}
    )
    people = Roster(
        coachees=(roster.coachees[0].model_copy(update={"id": evil}), *roster.coachees[1:]),
        coaches=(roster.coaches[0].model_copy(update={"id": evil}), *roster.coaches[1:]),
    )
    out = write(tmp_path / "deep" / "out", people, cycle, hostile)
    assert {path.parent for path in tmp_path.rglob("*.ics")} == {out / "invites"}
    assert len(list((out / "invites").iterdir())) == 2 * 2 * 12


def test_writing_again_replaces_only_the_old_result(
    folder: Path, roster: Roster, cycle: Cycle, result: Result
) -> None:
    (folder / "my-own.txt").write_text("mine")
    smaller = result.model_copy(update={"matches": result.matches[:1]})
    write(folder, roster, cycle, smaller)
    assert (folder / "my-own.txt").read_text() == "mine"
    assert len(list((folder / "invites").glob("*.ics"))) == 12
    assert not list(folder.glob(".writing*"))


def test_folder_that_is_not_writable_raises_a_clear_error(
    tmp_path: Path, roster: Roster, cycle: Cycle, result: Result
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(DomainError, match=r"cannot be written to .*file.*choose another folder"):
        write(blocked, roster, cycle, result)


def test_failure_leaves_the_earlier_result_complete(
    folder: Path, roster: Roster, cycle: Cycle, result: Result
) -> None:
    before = contents(folder)
    stranger = result.model_copy(
        update={"matches": (result.matches[0].model_copy(update={"coachee": "C-99"}),)}
    )
    with pytest.raises(KeyError):
        write(folder, roster, cycle, stranger)
    assert contents(folder) == before


def test_report_is_self_contained_and_escapes_user_text(folder: Path) -> None:
    page = (folder / "report.html").read_text("utf-8")
    assert "=Formula &amp; &lt;Tag&gt;" in page
    assert "<Tag>" not in page
    assert "Spring &lt;2027&gt; &amp; after" in page
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page), "the page loads no other file"
    assert not re.search(r"""url\((?!"#)|@import|<script""", page)


def test_report_contains_the_complete_plan(folder: Path) -> None:
    page = " ".join((folder / "report.html").read_text("utf-8").split())
    for words in (
        "<b>2 of 3</b> coachees have a coach",
        "Proven: no other plan",
        "at most 200 is possible",
        "400 of 500 points",
        "both speak English",
        "the sessions cannot all be scheduled with any of them",
        "Nobody Yet (C-03) is also free on Fri 09:00-12:00",
        "1 of 3",
        "Kosovo*",
        "Security Council resolution 1244",
        "Bosnia and Herzegovina",
    ):
        assert words in page, words
    assert page.count('class="mark"') == 12


def test_report_uses_the_names_of_the_deployment(
    tmp_path: Path, roster: Roster, cycle: Cycle, result: Result
) -> None:
    house = Organisation(
        organiser_address="office@programme.example.org",
        territories={"XK": {"name": "Kosovo (UNSCR 1244)"}},
    )
    write_results(
        tmp_path,
        FolderContent(
            roster=roster,
            cycle=cycle,
            result=result,
            record=recorded(result),
            inputs=[],
            now=NOW,
            deployment=house,
            texts=renderer(house, "en"),
        ),
    )
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "Kosovo (UNSCR 1244)" in page
    assert "Kosovo*" not in page
    invite = next((tmp_path / "invites").glob("*.ics")).read_text("utf-8")
    assert "mailto:office@programme.example.org" in invite


@pytest.mark.parametrize("name", ["session-note.html", "feedback.html"])
def test_forms_list_every_attendance(folder: Path, name: str) -> None:
    page = (folder / "forms" / name).read_text("utf-8").replace("&#39;", "'")
    assert {attendance for attendance, _absent in OUTCOMES} == set(Attendance)
    choices = [
        words for outcome, words in OUTCOMES.items() if outcome != (Attendance.NO_SHOW, None)
    ]
    for words in choices:
        assert f"<li>{english(words)}</li>" in page
    if name == "feedback.html":
        assert all(one.text["en"] in page for one in AFTER_SESSION.items)
        assert page.count("<li>4: mostly true</li>") == len(AFTER_SESSION.items)


def test_result_without_people_is_written(tmp_path: Path, cycle: Cycle, result: Result) -> None:
    empty = result.model_copy(update={"matches": (), "unmatched": ()})
    write(tmp_path, Roster(coachees=(), coaches=()), cycle, empty)
    assert (tmp_path / "schedule.csv").read_text() == "coachee,coach,session,start,end,uid\n"
    assert "<b>0 of 0</b>" in (tmp_path / "report.html").read_text("utf-8")


def test_an_incomplete_search_for_remedies_is_mentioned(
    tmp_path: Path, roster: Roster, cycle: Cycle, result: Result
) -> None:
    mention = "The search was not completed, so other changes may also help."
    for complete in (True, False):
        entry = result.unmatched[0].model_copy(update={"remedies_complete": complete})
        folder = tmp_path / str(complete)
        write(folder, roster, cycle, result.model_copy(update={"unmatched": (entry,)}))
        assert (mention in (folder / "report.html").read_text("utf-8")) is not complete
        assert ("remedies_complete" in (folder / "result.json").read_text("utf-8")) is not complete
