"""The built-in instruments, and instruments in a deployment's own folder."""

from __future__ import annotations

from pathlib import Path
from re import DOTALL, findall

import pytest

from api.input_files.instruments import instruments_of, shipped_instruments
from api.settings import Settings
from coach.errors import UnusableInputError
from coach.instruments import ItemKind, Moment, questions
from coach.texts.facts import Displayed
from tests.coach.test_instrument_file import SAMPLE
from tests.texts import ENGLISH

GUIDE = Path(__file__).parents[3] / "docs/how-to/ask-for-feedback.md"


def shown(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(UnusableInputError) as refused:
        instruments_of(Settings(instruments=folder))
    return [(fault.file, text(fault.message)) for fault in refused.value.faults]


def text(message: Displayed) -> str:
    return ENGLISH.text(message)


def test_the_software_has_an_instrument_for_every_moment() -> None:
    shipped = shipped_instruments()
    assert set(shipped) == set(Moment)
    after = shipped[Moment.AFTER_SESSION]
    assert [one.code for one in after.items] == ["useful", "safe", "relevant", "next_step"]
    assert after.scale is not None
    assert list(after.scale.points) == [1, 2, 3, 4, 5]
    alliance = shipped[Moment.ALLIANCE]
    assert [one.code.partition("_")[0] for one in alliance.items] == [
        *("goals", "goals", "tasks", "tasks", "bond", "bond")
    ]
    end = shipped[Moment.END]
    assert end is shipped[Moment.START]
    assert end.scale is not None
    assert (end.twice is not None, len(end.scale.points)) == (True, 4)
    kinds = [one.item.kind for one in questions(shipped[Moment.FOLLOW_UP])]
    assert kinds == [ItemKind.CHOICES, ItemKind.CHOICES, ItemKind.YES_NO]
    assert not any(one.validated for one in shipped.values())


def test_nothing_is_asked_at_the_start_unless_a_deployment_wants_it() -> None:
    assert Moment.START not in instruments_of(Settings())
    both = Settings(instrument_moments=(Moment.START, Moment.END))
    assert set(instruments_of(both)) == {Moment.START, Moment.END}


def test_an_own_instrument_is_asked_instead_of_that_of_the_software(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(SAMPLE, "utf-8")
    found = instruments_of(Settings(instruments=tmp_path))
    assert found[Moment.ALLIANCE].licence["en"].startswith("Used by permission")
    assert found[Moment.END] is shipped_instruments()[Moment.END]


def test_every_fault_of_a_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(SAMPLE, "utf-8")
    (tmp_path / "b.toml").write_text(SAMPLE, "utf-8")
    (tmp_path / "c.toml").write_bytes(b"\xe6")
    (tmp_path / "d.toml").write_text("#" * 70_000, "utf-8")
    (tmp_path / "e.toml").write_text("code =", "utf-8")
    (tmp_path / "f.toml").mkdir()
    found = shown(tmp_path)
    assert [file for file, _ in found if file != "e.toml"] == [
        *("c.toml", "d.toml", "f.toml", "b.toml", "b.toml")
    ]
    assert "e.toml" in {file for file, _ in found}
    assert (
        'a.toml already uses the moment "alliance"; each moment can have only one instrument'
        in dict(found)["b.toml"]
    )


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    assert "contains no file whose name ends in .toml" in shown(tmp_path)[0][1]
    assert "there is no such folder" in shown(tmp_path / "nowhere")[0][1]


def test_the_samples_of_the_guide_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = GUIDE.read_text("utf-8")
    (sample,) = findall("```toml\n(.*?)```", guide, DOTALL)
    settings = dict(line.split("=", 1) for line in findall("```sh\n(.*?)\n```", guide, DOTALL))
    assert set(settings) == {"GENDER_COACH_INSTRUMENT_MOMENTS", "GENDER_COACH_INSTRUMENTS"}
    (tmp_path / "ours.toml").write_text(sample, "utf-8")
    settings["GENDER_COACH_INSTRUMENTS"] = str(tmp_path)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    found = instruments_of(Settings())
    assert set(found) == set(Moment)
    assert found[Moment.AFTER_SESSION].code == "our_session"
