"""Uploaded lists are shown before use: questions, comparison, confirmation and undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from api.data_protection.erase_people import erase_people
from api.data_protection.retention_sweep import sweep
from api.http.principal import SYSTEM, AccessRole, Principal
from api.input_files.source import NamedFile
from api.participants import facts
from api.participants.preview import service
from api.participants.preview.outcome import Encoding, ListAnswers
from api.participants.preview.service import LIFETIME, Confirmation, Preview, PreviewAnswers
from api.participants.preview.undo_lists import undo_lists
from api.participants.rosters import listed_roster
from api.participants.rows import HumanRow, ListPreviewRow, ListUndoRow, PersonRow, Side
from api.runs import run_queue
from api.runs.frozen_input import RunOptions
from coach.errors import ConfirmFirstError, ConflictError, NotFoundError, UnusableInputError
from coach.intake.list_comparison import Change
from coach.people import Roster
from coach.texts.renderer import english
from tests.api.conftest import NOW, coachees_csv, coaches_csv

if TYPE_CHECKING:
    import httpx
    from conftest import World


def _upload(
    world: World, cycle_id: str, coachees: bytes | None = None, coaches: bytes | None = None
) -> Preview:
    files = {
        side: NamedFile(f"{side}.csv", content)
        for side, content in ((Side.COACHEE, coachees), (Side.COACH, coaches))
        if content is not None
    }
    return service.preview_lists(world.services, cycle_id, files)


def _use(world: World, preview: Preview, *, although: bool = False) -> None:
    confirmation = Confirmation(seen=preview.seen, although=although)
    service.use_lists(world.services, SYSTEM, preview.cycle.id, confirmation)


def _roster(world: World, cycle_id: str) -> Roster:
    with world.database.reading() as tx:
        return listed_roster(tx, cycle_id)


def _coaches(world: World, cycle_id: str) -> list[str]:
    return [coach.name for coach in _roster(world, cycle_id).coaches]


def test_upload_changes_nobody_before_the_lists_are_used(world: World) -> None:
    cycle_id = world.cycle()
    before = _roster(world, cycle_id)
    changed = coachees_csv(4).replace(b"Coachee 2", b"Somebody")
    preview = _upload(world, cycle_id, changed, coaches_csv(2))
    assert preview.review is not None
    coachees = preview.review.coachees
    assert {change: coachees.count(change) for change in Change} == {
        Change.NEW: 1,
        Change.CHANGED: 1,
        Change.UNCHANGED: 2,
        Change.GONE: 0,
    }
    (person,) = (one for one in coachees.people if one.change is Change.CHANGED)
    assert [(one.column, one.before, one.after) for one in person.fields] == [
        ("name", "Coachee 2", "Somebody")
    ]
    assert _roster(world, cycle_id) == before
    _use(world, preview)
    assert [one.name for one in _roster(world, cycle_id).coachees][1] == "Somebody"
    with pytest.raises(NotFoundError):
        service.read_preview(world.services, cycle_id)


def test_one_list_alone_leaves_the_other_as_it_is(world: World) -> None:
    cycle_id = world.cycle()
    preview = _upload(world, cycle_id, coaches=coaches_csv(3).replace(b"Coach 1", b"Somebody"))
    _use(world, preview)
    assert _coaches(world, cycle_id) == ["Somebody", "Coach 2", "Coach 3"]
    assert len(_roster(world, cycle_id).coachees) == 3


def test_values_whose_meaning_is_certain_are_understood_and_reported(world: World) -> None:
    cycle_id = world.cycle()
    coaches = coaches_csv(2).replace(b"SE,sr;en", b"Sweden,shqip;en")
    preview = _upload(world, cycle_id, coaches=coaches)
    understood = "\n".join(english(one.message) for one in preview.outcome.understood)
    assert 'read "Sweden" as SE' in understood
    assert 'read "shqip" as sq' in understood
    _use(world, preview)
    assert _roster(world, cycle_id).coaches[0].country == "SE"


@pytest.mark.parametrize(
    "coaches", [coaches_csv(0), coaches_csv(1), coaches_csv(3).replace(b"K-", b"M-")]
)
def test_list_that_may_be_incomplete_has_to_be_confirmed(world: World, coaches: bytes) -> None:
    cycle_id = world.cycle(coaches=3)
    preview = _upload(world, cycle_id, coaches=coaches)
    assert len(preview.concerns) == 1
    with pytest.raises(ConflictError) as refused:
        _use(world, preview)
    assert refused.value.shown == facts.CONFIRM_LISTS()
    assert len(_coaches(world, cycle_id)) == 3
    _use(world, preview, although=True)
    assert len(_coaches(world, cycle_id)) == coaches.count(b"\n")


def test_lists_are_not_used_if_the_people_have_changed_since_they_were_shown(world: World) -> None:
    cycle_id = world.cycle()
    preview = _upload(world, cycle_id, coaches=coaches_csv(3))
    with world.database.writing() as tx:
        row = tx.get_one(PersonRow, world.person_id(cycle_id, "K-1"))
        row.profile = row.profile | {"name": "Changed"}
    with pytest.raises(ConflictError) as refused:
        _use(world, preview)
    assert refused.value.shown == facts.CHANGED_SINCE()
    assert len(_coaches(world, cycle_id)) == 2


def test_uncertain_encoding_is_asked_about(world: World) -> None:
    cycle_id = world.cycle()
    text = coaches_csv(2).decode().replace("Coach 1", "Đorđe Đorđević")
    preview = _upload(world, cycle_id, coaches=text.encode("windows-1250"))
    (question,) = preview.outcome.encodings
    assert question.words[Encoding.WINDOWS_1250] == "Đorđević"
    assert preview.review is None
    with pytest.raises(ConflictError):
        _use(world, preview, although=True)
    answers = PreviewAnswers(coaches=ListAnswers(encoding=Encoding.WINDOWS_1250))
    _use(world, service.answer_questions(world.services, cycle_id, answers))
    assert _coaches(world, cycle_id)[0] == "Đorđe Đorđević"


def test_file_without_a_known_header_is_asked_about_instead_of_refused(world: World) -> None:
    cycle_id = world.cycle()
    header, *rows = coaches_csv(2).decode().splitlines()
    columns = header.split(",")
    odd = ",".join(f"zz{name.translate(str.maketrans('aeiou', 'xxxxx'))}" for name in columns)
    content = "\n".join([odd, *rows]).encode()
    asked = _upload(world, cycle_id, coaches=content)
    assert [one.header for one in asked.outcome.headers] == odd.split(",")
    assert asked.outcome.headers[1].samples == ("Coach 1", "Coach 2")
    meant = {one.key: name for one, name in zip(asked.outcome.headers, columns, strict=True)}
    answers = PreviewAnswers(coaches=ListAnswers(headers=meant))
    answered = service.answer_questions(world.services, cycle_id, answers)
    assert answered.review is not None
    assert answered.review.coaches.count(Change.UNCHANGED) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"Dear colleagues,\nplease find the list below.\n",
        b"K-1,Coach 1,k1@example.org,SE,sr\nK-2,Coach 2,k2@example.org,SE,sr\n",
        b"Alpha,Beta,Gamma\n",
    ],
)
def test_text_and_rows_of_people_are_not_headers_and_are_refused(
    world: World, content: bytes
) -> None:
    with pytest.raises(UnusableInputError):
        _upload(world, world.cycle(), coaches=content)


def test_meaning_of_unknown_headers_is_asked_once_and_remembered(world: World) -> None:
    cycle_id = world.cycle()
    header, *rows = coaches_csv(3).decode().splitlines()
    written = [f"{header},Poznat kao".replace("name", "Ko je")]
    coaches = "\n".join([*written, *(f"{row},x{n}" for n, row in enumerate(rows))]).encode()
    preview = _upload(world, cycle_id, coaches=coaches)
    asked = {one.header: one for one in preview.outcome.headers}
    assert set(asked) == {"Ko je", "Poznat kao"}
    assert asked["Ko je"].samples == ("Coach 1", "Coach 2", "Coach 3")
    half = ListAnswers(headers={asked["Ko je"].key: "name"})
    preview = service.answer_questions(world.services, cycle_id, PreviewAnswers(coaches=half))
    assert [one.header for one in preview.outcome.headers] == ["Poznat kao"]
    rest = ListAnswers(headers={asked["Poznat kao"].key: ""})
    preview = service.answer_questions(world.services, cycle_id, PreviewAnswers(coaches=rest))
    assert preview.outcome.headers == ()
    again = _upload(world, cycle_id, coaches=coaches)
    assert again.outcome.headers == ()
    _use(world, again)
    assert _coaches(world, cycle_id) == ["Coach 1", "Coach 2", "Coach 3"]
    with world.database.reading() as tx:
        stored = select(func.count()).where(ListPreviewRow.coaches.is_not(None))
        assert tx.scalar(stored) == 0, "the file is kept only while there are questions"


def test_faults_are_listed_and_nothing_waits(world: World) -> None:
    cycle_id = world.cycle()
    with pytest.raises(UnusableInputError):
        _upload(world, cycle_id, coaches=coaches_csv(2).replace(b"SE,", b"ZZ,"))
    with pytest.raises(NotFoundError):
        service.read_preview(world.services, cycle_id)
    with pytest.raises(ConflictError):
        _upload(world, cycle_id)


def test_undo_restores_everybody_and_the_directory(world: World) -> None:
    cycle_id = world.cycle()
    before = _roster(world, cycle_id)
    kept_id = world.person_id(cycle_id, "K-2")
    changed = coaches_csv(3).replace(b"Coach 1", b"Somebody").replace(b"K-2", b"K-7")
    _use(world, _upload(world, cycle_id, coaches=changed), although=True)
    with world.database.writing() as tx:
        tx.get_one(PersonRow, world.person_id(cycle_id, "K-1")).email = "own@example.org"
    undo_lists(world.services, SYSTEM, cycle_id)
    assert _roster(world, cycle_id) == before
    assert world.person_id(cycle_id, "K-2") == kept_id
    with world.database.reading() as tx:
        names = set(tx.scalars(select(HumanRow.name)))
        address = tx.get_one(PersonRow, world.person_id(cycle_id, "K-1")).email
    assert names == {f"Coachee {n}" for n in (1, 2, 3)} | {"Coach 1", "Coach 2"}
    assert address == "own@example.org", "a person's own change is kept"
    with pytest.raises(ConflictError):
        undo_lists(world.services, SYSTEM, cycle_id)


def test_lists_cannot_be_undone_after_a_run(world: World) -> None:
    cycle_id = world.cycle()
    _use(world, _upload(world, cycle_id, coaches=coaches_csv(3)))
    with world.database.writing() as tx:
        run_queue.queue_cycle_run(tx, lambda _tx, _job: None, cycle_id, RunOptions(), now=NOW)
    with pytest.raises(ConflictError) as refused:
        undo_lists(world.services, SYSTEM, cycle_id)
    assert refused.value.shown == facts.NOTHING_TO_UNDO()


def test_erasing_a_person_deletes_lists_that_may_name_them(world: World) -> None:
    cycle_id = world.cycle()
    _use(world, _upload(world, cycle_id, coaches=coaches_csv(3)))
    _upload(world, cycle_id, coaches=coaches_csv(3))
    with world.database.writing() as tx:
        erase_people(tx, cycle_id, PersonRow.code == "K-1", now=NOW)
        assert tx.scalars(select(ListPreviewRow.cycle_id)).all() == []
        assert tx.scalars(select(ListUndoRow.cycle_id)).all() == []


def test_lists_that_nobody_uses_are_deleted_after_a_day(world: World) -> None:
    cycle_id = world.cycle()
    _upload(world, cycle_id, coaches=coaches_csv(3))
    after = world.services.now() + LIFETIME + timedelta(minutes=1)
    later = replace(world.services, now=lambda: after)
    with pytest.raises(NotFoundError):
        service.read_preview(later, cycle_id)
    with world.database.writing() as tx:
        assert sweep(tx, now=after)["previews"] == 1
        assert tx.scalars(select(ListPreviewRow.cycle_id)).all() == []


def test_changed_address_needs_recent_authentication_also_when_undone(world: World) -> None:
    cycle_id, stale = world.cycle(), Principal(AccessRole.MANAGER, user_id="m")
    preview = _upload(world, cycle_id, coaches=coaches_csv(2).replace(b"k1@", b"other@"))
    confirmation = Confirmation(seen=preview.seen)
    with pytest.raises(ConfirmFirstError):
        service.use_lists(world.services, stale, cycle_id, confirmation)
    _use(world, service.read_preview(world.services, cycle_id))
    with pytest.raises(ConfirmFirstError):
        undo_lists(world.services, stale, cycle_id)


def test_long_review_is_shown_in_parts(world: World, office: httpx.Client) -> None:
    cycle_id = world.cycle(coachees=60)
    changed = coachees_csv(60).replace(b"Coachee", b"Renamed")
    _upload(world, cycle_id, coachees=changed)
    address = f"/cycles/{cycle_id}/people/preview"
    first, second = (
        office.get(f"{address}{query}").text for query in ("", "?section=coachee&page=2")
    )
    assert ("Renamed 50" in first, "Renamed 51" in first) == (True, False)
    assert ("Renamed 50" in second, "Renamed 51" in second) == (False, True)
    assert "<b>60</b>" in first.replace("</b> changed", "</b>")
    _upload(world, cycle_id, coachees=changed.replace(b"Renamed 51", b"Another"))
    assert "Another" in office.get(f"{address}?section=coachee&page=2").text
