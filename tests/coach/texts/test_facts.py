"""Facts, and the renderer that turns them into sentences."""

import json
from datetime import UTC, date, datetime
from gettext import NullTranslations

import pytest

from coach.texts import facts as define
from coach.texts.facts import (
    DATE,
    FACT,
    LANGUAGE,
    NUMBER,
    ONE_DECIMAL,
    PERSON,
    PLAIN_NUMBER,
    SHORT_DATE,
    TERRITORY,
    TEXT,
    TIME,
    WEEKDAY,
    Fact,
    all_of,
    joined,
    listed,
    message,
    one_of,
    person_ids,
    plural_message,
    with_labels,
)
from coach.texts.locales import ENGLISH, PSEUDO
from coach.texts.pseudo import accented, pseudo_translation
from coach.texts.renderer import Renderer, TerritoryText, english

GREETING = message("test.greeting", "{name} speaks {language}", name=PERSON, language=LANGUAGE)
GRADES = plural_message("test.grades", "{count} grade", "{count} grades", count=NUMBER)
NESTED = message("test.nested", "first, {inner}", inner=FACT)
PEOPLE = message("test.people", "{people}", people=all_of(PERSON))
PSEUDO_TEXTS = Renderer(PSEUDO, NullTranslations())


def test_a_fact_survives_json() -> None:
    fact = NESTED(inner=GREETING(name="C-01", language="sq"))
    again = Fact.from_json(json.loads(json.dumps(fact.to_json())))
    assert again == fact
    assert hash(again) == hash(fact)
    assert english(again) == "first, C-01 speaks Albanian"


def test_a_fact_used_as_text_raises() -> None:
    with pytest.raises(TypeError, match="a fact is not text"):
        f"{GRADES(count=1)}"


@pytest.mark.parametrize(
    "params", [{}, {"name": "C-01"}, {"name": "C-01", "language": "sq", "more": 1}]
)
def test_a_message_with_other_parameters_raises(params: dict[str, object]) -> None:
    with pytest.raises(TypeError, match=r"test\.greeting takes"):
        GREETING(**params)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (TEXT, 1),
        (NUMBER, "1"),
        (NUMBER, True),
        (DATE, "2027-01-20"),
        (DATE, datetime(2027, 1, 20, tzinfo=UTC)),
        (TIME, date(2027, 1, 20)),
        (FACT, 3),
    ],
)
def test_a_parameter_of_another_type_raises(kind: define.Kind, value: object) -> None:
    with pytest.raises(TypeError):
        kind.encode(value)


def test_a_code_defined_twice_raises() -> None:
    with pytest.raises(ValueError, match=r"test\.greeting"):
        message("test.greeting", "another")


def test_a_plural_without_a_count_raises() -> None:
    with pytest.raises(ValueError, match="count"):
        plural_message("test.no_count", "{n} thing", "{n} things", n=NUMBER)


@pytest.mark.parametrize(("count", "expected"), [(0, "0 grades"), (1, "1 grade"), (2, "2 grades")])
def test_a_plural_follows_its_count(count: int, expected: str) -> None:
    assert english(GRADES(count=count)) == expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (TEXT, "as {written}", "as {written}"),
        (NUMBER, 1200, "1,200"),
        (PLAIN_NUMBER, 1200, "1200"),
        (ONE_DECIMAL, 20.04, "20.0"),
        (DATE, date(2027, 1, 20), "Wednesday 20 January 2027"),
        (SHORT_DATE, date(2027, 1, 20), "Wed 20 Jan 2027"),
        (TIME, datetime(2027, 1, 20, 9, 5, tzinfo=UTC), "09:05"),
        (WEEKDAY, 0, "Mon"),
        (LANGUAGE, "cnr", "Montenegrin"),
        (LANGUAGE, "zz", "zz"),
        (TERRITORY, "MK", "North Macedonia"),
        (TERRITORY, "??", "??"),
        (all_of(TEXT), ["a", "b", "c"], "a, b and c"),
        (one_of(TEXT), ["a", "b", "c"], "a, b or c"),
        (one_of(TEXT), ["a"], "a"),
        (listed(NUMBER), [1, 2], "1, 2"),
        (joined(TEXT), ["a", "b"], "a; b"),
    ],
)
def test_each_kind_is_rendered_in_english(
    kind: define.Kind, value: object, expected: str, request: pytest.FixtureRequest
) -> None:
    one = message(f"test.kind.{request.node.name}", "{value}", value=kind)
    assert english(one(value=value)) == expected


def test_labels_replace_ids_at_any_depth() -> None:
    labels = {"C-01": "Ana (C-01)"}
    nested = NESTED(inner=GREETING(name="C-01", language="sq"))
    assert english(with_labels(nested, labels)) == "first, Ana (C-01) speaks Albanian"
    people = PEOPLE(people=["C-01", "K-02"])
    assert english(with_labels(people, labels)) == "Ana (C-01) and K-02"
    assert with_labels("as written", labels) == "as written"


def test_ids_are_found_at_any_depth_of_a_fact_with_an_unknown_message() -> None:
    known = GREETING(name="C-01", language="sq")
    unknown = Fact("test.of_a_later_version", {"inner": [known.to_json()], "who": "K-02"})
    assert sorted(person_ids(unknown)) == ["C-01", "K-02"]


def test_an_unknown_code_is_shown_with_its_parameters() -> None:
    assert (
        english(Fact(code="of.a.later.version", params={"n": 1})) == "of.a.later.version {'n': 1}"
    )


@pytest.mark.parametrize(
    "params", [{}, {"count": "x"}, {"count": {}}, {"count": float("inf")}, {"other": 1}]
)
def test_parameters_that_do_not_fit_are_shown_with_the_code(params: dict[str, object]) -> None:
    assert english(Fact(code="test.grades", params=params)) == f"test.grades {params}"


def test_a_deployment_names_territories() -> None:
    texts = Renderer(ENGLISH, NullTranslations(), {"XK": TerritoryText("Kosovo*", "* Note")})
    assert texts.territory("XK") == "Kosovo*"
    assert texts.footnotes(["XK", "RS", "XK"]) == ("* Note",)


def test_sentence_has_a_capital_letter_and_one_full_stop() -> None:
    texts = Renderer(ENGLISH, NullTranslations())
    assert texts.sentence("try again") == "Try again."
    assert texts.sentence("Why?") == "Why?"


def test_the_pseudo_locale_keeps_placeholders_and_markup() -> None:
    assert accented("<b>{name}</b> of %(count)s &amp;") == "<b>{name}</b> óƒ %(count)s &amp;"


@pytest.mark.parametrize("text", ["", "{day}", "{first}, {second}: %(count)s <b></b>"])
def test_message_without_letters_is_unchanged_in_the_pseudo_locale(text: str) -> None:
    assert pseudo_translation(text) == text


@pytest.mark.parametrize("text", ["Save", "Start a new run", "<a href='/x'>{count} pairs</a>"])
def test_the_pseudo_locale_lengthens_text_by_two_fifths(text: str) -> None:
    assert 1.4 * len("Save") <= len(pseudo_translation("Save"))
    assert len(pseudo_translation(text)) > len(text)


def test_pseudo_locale_accents_messages_and_names() -> None:
    shown = PSEUDO_TEXTS.text(GREETING(name="Ana", language="sq"))
    assert shown.startswith("[Ana śṕéáķś Áĺƀáńíáń")
    assert PSEUDO_TEXTS.short_date(date(2027, 1, 20)) == "Ŵéď 20 Ĵáń 2027"
