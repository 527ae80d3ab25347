"""Forms for objects that several people may change at the same time.

A form contains the version of the object from which it was first shown. If the form is shown again
because of a fault, it keeps that version, so that a change by somebody else in the meantime is
detected on saving. If a change is detected, the form is shown with the current version, and with
the stored values next to the entered ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from api.http.versions import version_in_form
from api.web import facts
from api.web.labels import Option
from coach.errors import ChangedSinceError, ConflictError, DomainError
from coach.texts.facts import Displayed

Words = Mapping[str, Mapping[str, Displayed]]
"""The display text for each value of a choice field, keyed by field and value."""


@dataclass(frozen=True, slots=True)
class FormState:
    """The texts of a form, and the version of the object on which they are based."""

    texts: Mapping[str, str]
    version: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was not stored: the entered texts, and the faults or the error."""

    entered: FormState
    faults: Mapping[str, Displayed] = field(default_factory=dict)
    error: DomainError | None = None

    @property
    def shown(self) -> Displayed:
        """The reason why the form was not stored: the error, or the first fault."""
        return next(iter(self.faults.values())) if self.error is None else self.error.shown

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status of the response: 409 for a conflict, otherwise 422."""
        if isinstance(self.error, ConflictError):
            return HTTPStatus.CONFLICT
        return HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form as displayed: its texts, the version to send back, its faults, and the status."""

    texts: Mapping[str, str]
    version: int
    faults: Mapping[str, Displayed]
    status: HTTPStatus

    @property
    def context(self) -> dict[str, object]:
        """The variables that the templates of forms expect."""
        return {"entered": self.texts, "seen": self.version, "faults": self.faults}


def submitted(fields: Mapping[str, str], names: Iterable[str], version: str = "seen") -> FormState:
    """Return the fields `names` of a submitted form; `version` names the field with the version."""
    texts = {name: fields.get(name, "") for name in names}
    return FormState(texts, version_in_form(fields.get(version, "")))


def shown_form(
    stored: FormState, refused: Refused | None = None, words: Words | None = None
) -> ShownForm:
    """Return a form for display, filled in with stored values or with refused input."""
    if refused is None:
        return ShownForm(stored.texts, stored.version, {}, HTTPStatus.OK)
    entered = refused.entered
    texts = {**stored.texts, **entered.texts}
    if isinstance(refused.error, ChangedSinceError):
        differences = stored_now(stored.texts, entered.texts, words or {})
        found = {"": facts.CHANGED_SINCE_SHOWN()} | differences
        return ShownForm(texts, stored.version, found, refused.status)
    faults = refused.faults if refused.error is None else {"": refused.error.shown}
    return ShownForm(texts, entered.version, faults, refused.status)


def shown_step(version: int, refused: Refused | None) -> FormState:
    """Return a form that adds a step to an object: empty, or filled in with the refused input.

    `version` is the stored version of the object.
    """
    if refused is None:
        return FormState({}, version)
    entered = refused.entered
    is_seen = isinstance(refused.error, ChangedSinceError)
    return FormState(entered.texts, version if is_seen else entered.version)


def stored_now(
    stored: Mapping[str, str], entered: Mapping[str, str], words: Words
) -> dict[str, Displayed]:
    """Return the stored values of the fields whose entered values differ."""
    return {
        name: _stored(stored.get(name, ""), words.get(name, {}))
        for name, text in entered.items()
        if text.split() != stored.get(name, "").split()
    }


def words_of(**options: Iterable[Option]) -> dict[str, Mapping[str, Displayed]]:
    """Return the display texts of field values, taken from the options of each field."""
    return {name: {one.value: one.words for one in given} for name, given in options.items()}


def _stored(text: str, words: Mapping[str, Displayed]) -> Displayed:
    shown = words.get(text, text)
    return facts.STORED_NOW(stored=shown) if shown else facts.STORED_EMPTY()
