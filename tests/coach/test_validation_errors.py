"""The messages about values that pydantic rejects."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, get_args

import pytest
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core.core_schema import ErrorType

from coach.feedback import ShortText
from coach.texts.renderer import english
from coach.validation_errors import validation_fact


class Colour(StrEnum):
    """An enumeration to validate."""

    RED = "red"
    BLUE = "blue"


class Inner(BaseModel, extra="forbid"):
    """A model that rejects unknown fields."""

    name: str


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Inner, {}, "this is required"),
        (Inner, {"name": "x", "more": 1}, "this field is not recognised; remove it"),
        (Inner, 3, "enter a JSON object"),
        (str, 3, "enter text"),
        (Annotated[str, Field(min_length=2)], "x", "enter at least 2 characters"),
        (Annotated[str, Field(max_length=1)], "xx", "enter at most 1 character"),
        (Annotated[str, Field(pattern="^a+$")], "b", "enter text that matches the pattern ^a+$"),
        (int, "x", "enter a whole number"),
        (int, 1.5, "enter a whole number"),
        (int, "9" * 5000, "enter a smaller number"),
        (float, "x", "enter a number"),
        (bool, "x", "enter true or false"),
        (Annotated[int, Field(ge=1)], 0, "enter 1 or more"),
        (Annotated[float, Field(le=0.5)], 1, "enter 0.5 or less"),
        (Annotated[int, Field(gt=1)], 1, "enter a number greater than 1"),
        (Annotated[int, Field(lt=1)], 1, "enter a number less than 1"),
        (date, "x", "enter a date like 2027-01-18"),
        (datetime, "x", "enter a date with a time, like 2027-01-18T09:00:00Z"),
        (AwareDatetime, "2027-01-18T09:00:00",
         "add a time zone to the time, like 2027-01-18T09:00:00Z"),
        (Colour, "x", "choose red or blue"),
        (Literal["a", "b", "c"], "x", "choose a, b or c"),
        (list[int], 3, "enter a list"),
        (Annotated[list[int], Field(min_length=1)], [], "enter at least 1 item"),
        (Annotated[list[int], Field(max_length=1)], [1, 2], "enter at most 1 item"),
        (ShortText, "a\0", "the text contains a control character; remove it and try again"),
        (bytes, 3, "this value is not valid; enter a different one"),
    ],
)  # fmt: skip
def test_each_kind_of_error_has_a_message(kind: type, value: object, expected: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)
    (detail,) = refused.value.errors(include_input=False)
    assert english(validation_fact(detail)) == expected


def test_no_message_of_pydantic_is_displayed() -> None:
    limits = dict.fromkeys(("ge", "gt", "le", "lt", "min_length", "max_length"), 3)
    for known in get_args(ErrorType):
        context = {"expected": "'a' or 'b'", "pattern": "a+", **limits}
        detail = {"type": known, "ctx": context, "msg": "Input should be"}
        assert "Input should" not in english(validation_fact(detail))


def test_an_exception_without_a_fact_is_not_shown() -> None:
    detail = {"type": "value_error", "ctx": {"error": ValueError("Expected UploadFile")}}
    assert english(validation_fact(detail)) == "this value is not valid; enter a different one"
