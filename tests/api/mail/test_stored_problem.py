"""Reasons why an email could not be sent, as stored in its row."""

import pytest

from api.mail import facts
from api.mail.rows import MAX_PROBLEM_LENGTH
from api.mail.stored_problem import decode_problem, encode_problem
from coach.texts.facts import Fact
from coach.texts.renderer import english


@pytest.mark.parametrize(
    "fact",
    [
        facts.LOGIN_REJECTED(host="mail.example.org"),
        facts.GAVE_UP(count=48, reason=facts.SERVER_REPLY(reply="ж" * 160)),
    ],
)
def test_fact_is_read_as_it_was_stored(fact: Fact) -> None:
    stored = encode_problem(fact)
    assert len(stored) <= MAX_PROBLEM_LENGTH
    assert decode_problem(stored) == fact


def test_fact_that_is_too_long_is_stored_as_english_text() -> None:
    long = facts.GAVE_UP(count=1, reason=facts.SERVER_REPLY(reply='"' * 400))
    stored = encode_problem(long)
    assert len(stored) == MAX_PROBLEM_LENGTH
    assert english(decode_problem(stored)).startswith('gave up after 1 hour: """')


@pytest.mark.parametrize("text", ["550 no such user", "{}", '{"code": 1}'])
def test_text_of_an_earlier_version_is_shown_as_it_is(text: str) -> None:
    assert english(decode_problem(text)) == text


def test_email_without_a_problem_has_no_text() -> None:
    assert decode_problem(encode_problem("")) == ""
