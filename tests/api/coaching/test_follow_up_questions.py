"""A follow-up's questions come from an instrument, whose version is stored with the answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.coaching.curriculum.presenters import text_of
from api.coaching.follow_up import answers
from api.coaching.follow_up.answers import FollowUpAnswer
from api.coaching.follow_up.presenters import question_form
from api.coaching.instruments.export import answers_of
from api.coaching.instruments.office import read_answers
from api.coaching.instruments.rows import AnswerSheetRow
from api.input_files.instruments import shipped_instruments
from coach.answer_figures import MIN_PEOPLE
from coach.errors import ConflictError, UnusableInputError
from coach.instruments import Moment
from coach.occasions import Occasion
from tests.api.coaching.afterwards import PairLife, pair_life

if TYPE_CHECKING:
    from conftest import World

SHIPPED = shipped_instruments()[Moment.FOLLOW_UP]
MAY = date(2027, 5, 10)
OWN = """
code = "our_follow_up"
version = "{version}"
title = {{ en = "Looking back" }}
moments = ["follow_up"]
licence = {{ en = "Our own" }}
source = {{ en = "The office" }}

[scale]
labels = [{{ en = "no" }}, {{ en = "partly" }}, {{ en = "yes" }}]

[[items]]
code = "worth_it"
text = {{ en = "It was worth the effort." }}
"""


@pytest.fixture
def pair(world: World) -> PairLife:
    pair = pair_life(world)
    pair.agree()
    pair.complete()
    pair.ask(MAY)
    return pair


def _answer(pair: PairLife, *, seen: int = 0, again: bool = True, **given: object) -> None:
    first = pair.follow_ups()[0]
    sha256 = pair.form(first.id).sha256
    answer = FollowUpAnswer.model_validate(
        {"seen": seen, "again": again, "sha256": sha256, "answers": given}
    )
    answers.answer_follow_up(pair.services, pair.asked(), first.id, answer)


def _sheets(pair: PairLife) -> list[AnswerSheetRow]:
    with pair.services.database.reading() as tx:
        rows = list(tx.scalars(select(AnswerSheetRow).order_by(AnswerSheetRow.submitted_at)))
        tx.expunge_all()
    return rows


def _use(pair: PairLife, folder: Path, version: str) -> None:
    """Make the deployment use a new instrument file with this version, as after a restart."""
    pair.instruments = folder / version
    pair.instruments.mkdir()
    (pair.instruments / "follow_up.toml").write_text(OWN.format(version=version))


def test_the_form_asks_what_the_instrument_says(pair: PairLife) -> None:
    form = pair.form(pair.follow_ups()[0].id)
    assert form.instrument == SHIPPED
    shown = question_form(form, {})
    assert [one.first for one in shown.items] == ["q.helped", "q.hindered"]
    assert shown.last == text_of(SHIPPED.items[-1].text)


def test_answers_are_stored_with_the_version_and_can_be_corrected(pair: PairLife) -> None:
    _answer(pair, helped=["superior", "time"])
    (sheet,) = _sheets(pair)
    assert (sheet.occasion, sheet.text_sha256) == (Occasion.FOLLOW_UP, SHIPPED.sha256)
    assert sheet.answers == {"helped": ["superior", "time"], "ask_again": True}
    assert pair.form(pair.follow_ups()[0].id).answers["helped"] == ("superior", "time")
    _answer(pair, seen=1, again=False, hindered=["post"])
    (corrected,) = _sheets(pair)
    assert (corrected.version, corrected.answers) == (2, {"hindered": ["post"], "ask_again": False})
    with pair.services.database.reading() as tx:
        (reported,) = answers_of(tx, pair.person("C-1"))
    assert reported.instrument.version == SHIPPED.version


def test_whether_to_ask_again_is_one_answer(pair: PairLife) -> None:
    _answer(pair, again=False, ask_again=True)
    assert _sheets(pair)[0].answers == {"ask_again": False}
    assert pair.follow_ups()[0].again is False


def test_answers_that_do_not_fit_change_nothing(pair: PairLife) -> None:
    with pytest.raises(UnusableInputError):
        _answer(pair, helped=["nothing_like_it"])
    assert _sheets(pair) == []
    assert pair.follow_ups()[0].answered_at is None


def test_a_file_of_the_deployment_is_used(pair: PairLife, tmp_path: Path) -> None:
    _use(pair, tmp_path, "1")
    first = pair.follow_ups()[0]
    before = pair.form(first.id)
    assert question_form(before, {}).last.code == "follow_up.may_we_ask_again"  # type: ignore[union-attr]
    _answer(pair)
    assert _sheets(pair) == []
    _answer(pair, seen=1, worth_it=3)
    _use(pair, tmp_path, "2")
    assert pair.form(first.id).answers == {}
    outdated = {"seen": 2, "again": True, "sha256": before.sha256, "answers": {"worth_it": 1}}
    with pytest.raises(ConflictError, match="questions have changed"):
        answers.answer_follow_up(
            pair.services, pair.asked(), first.id, FollowUpAnswer.model_validate(outdated)
        )
    (sheet,) = _sheets(pair)
    assert sheet.answers == {"worth_it": 3}


def test_a_coach_is_asked_about_goals_only(world: World) -> None:
    pair = pair_life(world)
    pair.change_policy(follow_up_months=[3], follow_up_coach=True)
    pair.agree()
    pair.complete()
    pair.ask(MAY)
    (own,) = (row for row in pair.follow_ups() if row.side == "coach")
    assert answers.read_form(pair.services, pair.principal("K-1"), own.id).instrument is None


def test_the_office_learns_how_many_answered_and_no_single_answer(pair: PairLife) -> None:
    _answer(pair, helped=["superior"])
    found = read_answers(pair.services, pair.id)
    (count,) = (one for one in found.counts if one.occasion is Occasion.FOLLOW_UP)
    assert (count.asked, count.answered) == (1, 1)
    (figures,) = (one for one in found.figures if one.occasion is Occasion.FOLLOW_UP)
    assert MIN_PEOPLE > 1
    assert all(set((one.chosen or {}).values()) == {None} for one in figures.figures)
