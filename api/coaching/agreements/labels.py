"""Badges and form options for agreements and the fit question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from api.coaching.agreements import facts
from api.web.labels import Badge, Option
from api.web.shown_forms import words_of
from coach.agreements import AgreementState, ClosedAs
from coach.texts.facts import Displayed, Message

Choice = TypeVar("Choice", bound=StrEnum)
_TONES = {
    AgreementState.PROPOSED: "warn",
    AgreementState.AGREED: "good",
    AgreementState.ACTIVE: "good",
    AgreementState.AMENDED: "warn",
}


def options(messages: Mapping[Choice, Message]) -> tuple[Option, ...]:
    """Return a form option for each value, labelled with its message."""
    return tuple(Option(value.value, words()) for value, words in messages.items())


def state_badge(state: AgreementState | None, closed_as: ClosedAs | None) -> Badge:
    """Return the badge for the state of an agreement; `None` means that there is none yet."""
    if state is None:
        return Badge(facts.NONE_YET())
    if state is AgreementState.CLOSED and closed_as is not None:
        return Badge(facts.CLOSED[closed_as]())
    return Badge(facts.STATES[state](), _TONES.get(state, ""))


MODE_OPTIONS = options(facts.MODES)
CONTACT_OPTIONS = options(facts.CONTACTS)
DELEGATES_OPTIONS = options(facts.DELEGATES)
FIT_OPTIONS = options(facts.FITS)


def terms_words(languages: Iterable[Option]) -> dict[str, Mapping[str, Displayed]]:
    """Return the display text of each choice in an agreement, keyed by field and value."""
    return words_of(
        mode=MODE_OPTIONS,
        language=languages,
        contact=CONTACT_OPTIONS,
        delegates=DELEGATES_OPTIONS,
    )


def language_options(codes: Iterable[str]) -> tuple[Option, ...]:
    """Return a form option for each language code."""
    return tuple(Option(code, facts.LANGUAGE_ALONE(code=code)) for code in dict.fromkeys(codes))
