"""The drop folder: each file is recorded, then moved; special files are never opened."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from api.replies.drop_folder import READ, REFUSED, read_drop_folder
from api.replies.reading.limits import MAX_MAIL_BYTES
from api.replies.rows import Reason
from coach.sessions import Reply
from tests.api.replies.incoming import Correspondence
from tests.api.replies.mail_shapes import google, vacation

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import World


@pytest.fixture
def cycle(world: World) -> Correspondence:
    return Correspondence.of(world)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    drop = tmp_path / "drop"
    drop.mkdir()
    return drop


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_files_are_recorded_once_and_moved(cycle: Correspondence, folder: Path) -> None:
    services, raw = cycle.world.services, google(cycle.about())
    (folder / "1.eml").write_bytes(raw)
    (folder / "2.EML").write_bytes(vacation(cycle.about(message_id="2")))
    (folder / "3.eml.part").write_bytes(b"not complete yet")
    (folder / ".4.eml").write_bytes(b"hidden")
    assert read_drop_folder(services, folder) == 2
    assert (names(folder), names(folder / READ)) == (
        [".4.eml", "3.eml.part", READ],
        ["1.eml", "2.EML"],
    )
    assert cycle.session.coachee_reply is Reply.ACCEPTED
    (folder / "1.eml").write_bytes(raw)
    assert read_drop_folder(services, folder) == 0
    assert names(folder / READ) == ["1-2.eml", "1.eml", "2.EML"]
    assert len(cycle.mails()) == 2


def test_links_pipes_and_folders_are_recorded_and_never_opened(
    cycle: Correspondence, folder: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_bytes(google(cycle.about()))
    (folder / "link.eml").symlink_to(secret)
    (folder / "dangling.eml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe.eml")
    (folder / "folder.eml").mkdir()
    (folder / "folder.eml" / "inner.eml").write_bytes(google(cycle.about()))
    assert read_drop_folder(cycle.world.services, folder) == 4
    assert names(folder) == [REFUSED]
    assert len(names(folder / REFUSED)) == 4
    assert {row.reason for row in cycle.mails()} == {Reason.ODD_FILE}
    assert any(row.subject.startswith("pipe.eml") for row in cycle.mails())
    assert secret.exists()
    assert cycle.session.coachee_reply is Reply.NONE
    assert read_drop_folder(cycle.world.services, folder) == 0


def test_a_file_that_is_too_large_is_held_and_hardly_read(
    cycle: Correspondence, folder: Path
) -> None:
    with (folder / "large.eml").open("wb") as file:
        file.write(b"From: c1@example.org\r\nSubject: Large\r\n\r\n")
        file.truncate(MAX_MAIL_BYTES * 100)
    assert read_drop_folder(cycle.world.services, folder) == 1
    (row,) = cycle.mails()
    assert (row.reason, row.subject, row.text) == (Reason.TOO_LARGE, "Large", "")
    assert names(folder / READ) == ["large.eml"]


def test_a_file_that_cannot_be_moved_is_not_recorded_again(
    cycle: Correspondence, folder: Path
) -> None:
    (folder / READ).write_bytes(b"a file where the folder should be")
    (folder / "1.eml").write_bytes(google(cycle.about()))
    assert [read_drop_folder(cycle.world.services, folder) for _ in range(2)] == [1, 0]
    assert (folder / "1.eml").exists()


def test_a_hundred_replies_in_several_batches_are_all_recorded(
    cycle: Correspondence, folder: Path
) -> None:
    about = cycle.about()
    for number in range(120):
        raw = google(about.but(message_id=f"{number}@x"))
        (folder / f"{number}.eml").write_bytes(raw)
    assert read_drop_folder(cycle.world.services, folder) == 120
    assert len(cycle.mails()) == 120
    assert len(cycle.history()) == 1  # all say the same
