"""Answers are checked against their instrument, and figures reveal nobody's answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import TypeAdapter, ValidationError

from coach.answer_figures import MIN_PEOPLE, Given, count, figure
from coach.answers import Answer, Answers
from coach.instruments import Item, Moment, answer_faults, questions
from coach.intake.instrument_file import read_instrument
from coach.occasions import Asking, Occasion, askings
from tests.coach.test_instrument_file import LEARNING, SAMPLE

OURS = read_instrument("ours.toml", SAMPLE)
TWICE = read_instrument("twice.toml", LEARNING).with_items(
    [Item(code="B1-1", text={"en": "Explain"}), Item(code="B1-2", text={"en": "Plan"})]
)
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
ONE_EACH = some.lists(some.builds(Given, some.sampled_from("abcdefgh"), some.integers(1, 5)))


def faulty(answers: dict[str, Answer]) -> set[str]:
    return {key for key, _ in answer_faults(OURS, answers)}


@pytest.mark.parametrize(
    ("key", "right", "wrong"),
    [
        ("same_goals", 4, (0, 5, True, ("post",))),
        ("topics", ("plan", "post"), (1, ("war",), False)),
        ("again", False, (0, ("post",))),
    ],
)
def test_an_answer_has_to_be_one_of_those_offered(
    key: str, right: Answer, wrong: tuple[Answer, ...]
) -> None:
    assert not faulty({key: right})
    assert all(faulty({key: one}) == {key} for one in wrong)


def test_a_question_that_is_not_asked_cannot_be_answered() -> None:
    assert faulty({"other": 1, "same_goals.now": 1}) == {"other", "same_goals.now"}


def test_one_answer_is_enough_but_none_is_not() -> None:
    assert faulty({}) == {"same_goals"}
    assert not faulty({"again": True})


def test_an_item_is_rated_for_both_times_or_for_neither() -> None:
    keys = [one.key for one in questions(TWICE)]
    assert keys == ["B1-1.before", "B1-1.now", "B1-2.before", "B1-2.now"]
    assert [key for key, _ in answer_faults(TWICE, {"B1-1.before": 1})] == ["B1-1.now"]
    assert not list(answer_faults(TWICE, {"B1-1.before": 1, "B1-1.now": 2}))
    assert [one.key for one in questions(TWICE.rated_once())] == ["B1-1", "B1-2"]


def test_answers_are_read_from_json_without_changing_their_kind() -> None:
    adapter = TypeAdapter[Answers](Answers)
    text = '{"a": true, "b": 1, "c.now": 3, "d": ["x", "y"]}'
    assert adapter.validate_json(text) == {"a": True, "b": 1, "c.now": 3, "d": ("x", "y")}
    for bad in ('{"a b": 1}', '{"a": 1.5}', '{"a": "1"}', '{"a": null}', '{"a.now.now": 1}'):
        with pytest.raises(ValidationError):
            adapter.validate_json(bad)


def test_a_digest_changes_with_any_text() -> None:
    other = read_instrument("ours.toml", SAMPLE.replace("never", "Never"))
    assert OURS.sha256 == read_instrument("again.toml", SAMPLE).sha256 != other.sha256


def people(*values: int) -> list[Given]:
    return [Given(f"p{number}", value) for number, value in enumerate(values)]


def test_no_figure_rests_on_fewer_than_five_people_or_on_equal_answers() -> None:
    assert figure(people(1, 2, 3, 4)) is None
    assert figure([Given("a", value) for value in range(9)]) is None
    assert figure(people(4, 4, 4, 4, 4)) is None
    assert figure([]) is None
    found = figure(people(4, 4, 4, 4, 5))
    assert found is not None
    assert (found.people, found.mean) == (5, 4.2)


def test_each_person_counts_once_in_a_mean() -> None:
    often = [Given("p0", 1)] * 20
    found = figure([*often, *people(1, 5, 5, 5, 5)])
    assert found is not None
    assert found.mean == 4.2


@given(ONE_EACH)
def test_figures_before_and_after_differ_by_five_people_and_unequal_answers(
    answers: list[Given],
) -> None:
    """Comparing a figure with an earlier figure must not reveal more than a single figure does."""
    shown, last = None, 0
    for end in range(len(answers) + 1):
        found = figure(answers[:end])
        if found == shown:
            continue
        assert found is not None
        new = answers[last:end]
        assert len({one.person for one in new}) >= MIN_PEOPLE
        assert len({one.value for one in new}) > 1
        shown, last = found, end


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("1010101010", (5, 5)),
        ("100100100100", None),
        ("011011011011", None),
        ("0000000000", None),
        ("101010101011111", (5, 5)),
    ],
)
def test_a_count_is_hidden_if_it_or_its_rest_is_small(
    made: str, expected: tuple[int, int] | None
) -> None:
    assert count(people(*map(int, made))) == expected


def ends(number: int) -> list[datetime]:
    return [NOW + timedelta(weeks=week) for week in range(number)]


ASKED = {Moment.START: TWICE, Moment.ALLIANCE: OURS, Moment.END: TWICE}


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        (0, []),
        (1, ["start", "end"]),
        (2, ["start", "second_session", "end"]),
        (3, ["start", "second_session", "end"]),
        (4, ["start", "second_session", "last_but_one", "end"]),
        (6, ["start", "second_session", "last_but_one", "end"]),
    ],
)
def test_a_pair_is_asked_at_the_right_moments(sessions: int, expected: list[str]) -> None:
    assert [one.occasion.value for one in askings(ends(sessions), ASKED)] == expected


def test_the_alliance_is_asked_once_at_a_time() -> None:
    found = {one.occasion: one for one in askings(ends(4), ASKED)}
    second, later = found[Occasion.SECOND_SESSION], found[Occasion.LAST_BUT_ONE]
    assert second.closes == later.opens == NOW + timedelta(weeks=2)
    assert later.closes == NOW + timedelta(weeks=2, days=21)
    assert [one.asks_both for one in found.values()] == [False, True, True, False]


def test_an_occasion_is_open_from_its_session_until_it_closes() -> None:
    asking = Asking(Occasion.END, NOW, NOW + timedelta(days=1))
    assert not asking.is_open(NOW - timedelta(seconds=1))
    assert asking.is_open(NOW)
    assert not asking.is_open(asking.closes)
    start = next(askings(ends(2), ASKED))
    assert start.is_open(NOW - timedelta(days=90))
    assert not start.is_open(NOW)


def test_only_what_a_deployment_asks_is_asked() -> None:
    assert not list(askings(ends(6), {Moment.FOLLOW_UP: OURS}))
