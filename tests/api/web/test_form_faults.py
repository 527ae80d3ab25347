"""Form faults are worded for people, and name their fields."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from gettext import NullTranslations
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from api.mail_check.service import TestRecipient
from api.web.rendering import validate_form
from api.web.templating import environment
from coach.texts.locales import ENGLISH
from coach.texts.renderer import Renderer, english

if TYPE_CHECKING:
    import httpx

_ENGLISH = Renderer(ENGLISH, NullTranslations())


class _Kind(StrEnum):
    ORDER = "order"


class _Form(BaseModel):
    title: str
    day: date
    kind: _Kind
    people: Annotated[tuple[str, ...], Field(min_length=2)]
    reason: Annotated[str, Field(min_length=1)] = ""


def _words(fields: dict[str, object]) -> dict[str, str]:
    _, faults = validate_form(_Form, fields, "title")
    return {field: english(fault) for field, fault in faults.items()}


def test_missing_fields_are_filled_in_dated_chosen_or_marked() -> None:
    assert _words({}) == {
        "title": "fill in this field",
        "day": "enter a date",
        "kind": "choose one",
        "people": "at least 2 are needed",
    }


def test_empty_text_and_too_few_people_are_said_in_the_same_words() -> None:
    found = _words({"title": "x", "day": "2027-01-18", "kind": "order", "people": ["a"]})
    assert found == {"people": "at least 2 are needed"}
    given = {"title": "x", "day": "2027-01-18", "kind": "order", "people": ["a", "b"]}
    assert _words({**given, "reason": ""}) == {"reason": "fill in this field"}


def test_what_is_no_address_is_named_without_a_pattern() -> None:
    with pytest.raises(ValidationError, match="'label' is not an email address; use one like"):
        TestRecipient(address="label")
    assert TestRecipient(address="ana@example.org").address == "ana@example.org"
    assert "pattern" in TestRecipient.model_json_schema()["properties"]["address"]


def test_summary_names_the_fields_and_promises_only_what_is_kept() -> None:
    macros = environment(_ENGLISH).get_template("web/form_fields.html").module
    shown = macros.summary_of_faults({"day": "enter a date"}, {"day": "By when?"})  # type: ignore[attr-defined]
    assert '<a href="#day"><b>By when?</b> Enter a date.</a>' in shown
    assert "Nothing that you entered was lost" in shown
    emptied = macros.summary_of_faults({"pin": "wrong"}, are_kept=False)  # type: ignore[attr-defined]
    assert "Nothing that you entered was lost" not in emptied


@pytest.mark.parametrize(
    ("method", "address", "words"),
    [
        (
            "GET",
            "/nowhere",
            ("Not found", "There is nothing at this address; check that it is correct."),
        ),
        (
            "PUT",
            "/rules",
            ("This page cannot be used in that way", "This action is not possible at this "),
        ),
        ("GET", "/plans/0000", ("Not found", "There is no plan 0000.")),
    ],
)
def test_error_page_is_in_sentences(
    office: httpx.Client, method: str, address: str, words: tuple[str, ...]
) -> None:
    answer = office.request(method, address)
    assert answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
    assert all(one in answer.text for one in words), answer.text
