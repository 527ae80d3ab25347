"""The agreement form: its fields as text, and their initial values."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import field_validator

from api.coaching.agreements.pairs import Pair, own_pair, own_side
from api.coaching.agreements.service import AgreementInput
from api.coaching.agreements.texts import applied_texts
from api.coaching.agreements.views import AgreementView, agreement_view
from api.http.principal import Principal
from api.participants.service import profile_of
from api.services import Services
from api.values import FrozenModel
from coach.agreements import AgreementTerms, Contact, Delegates
from coach.sessions import SessionMode

FIELDS = ("purpose", "focus", "sessions", "mode", "language", "contact", "delegates")
_ALWAYS_OFFERED = "en"


class AgreementForm(AgreementTerms):
    """The form's fields, with module codes separated by spaces."""

    seen: int

    @field_validator("focus", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.split()) if isinstance(value, str) else value

    @property
    def input(self) -> AgreementInput:
        """The form as input for the use case."""
        terms = AgreementTerms(**self.model_dump(exclude={"seen"}))
        return AgreementInput(terms=terms, seen=self.seen)


class FormDefaults(FrozenModel):
    """The agreement, the initial values of its form, and the languages to choose from."""

    agreement: AgreementView
    entered: dict[str, str]
    languages: tuple[str, ...]


def read_form(services: Services, principal: Principal, other_id: str) -> FormDefaults:
    """Return an agreement with the initial values of its form.

    Raises:
        NotFoundError: the two are not a pair, or the principal may not see the pair.
    """
    with services.database.reading() as tx:
        pair, now = own_pair(tx, principal, other_id), services.now()
        applied = applied_texts(services.settings)
        agreement = agreement_view(tx, pair, own_side(principal), applied, now=now)
        return FormDefaults(
            agreement=agreement,
            entered=_entered(agreement, pair),
            languages=_languages(pair),
        )


def fields_of(terms: AgreementTerms) -> dict[str, str]:
    """Convert terms to form fields."""
    dumped: Mapping[str, object] = terms.model_dump(mode="json")
    return {name: str(dumped[name]) for name in FIELDS if name != "focus"} | {
        "focus": " ".join(terms.focus)
    }


def _entered(agreement: AgreementView, pair: Pair) -> dict[str, str]:
    text = agreement.pending or agreement.in_force
    if text is not None:
        return fields_of(text.terms)
    return {
        "purpose": "",
        "focus": "",
        "sessions": str(pair.sessions),
        "mode": SessionMode.ONLINE.value,
        "language": _languages(pair)[0],
        "contact": Contact.NONE.value,
        "delegates": Delegates.NONE.value,
    }


def _languages(pair: Pair) -> tuple[str, ...]:
    """Return the language codes to offer, starting with those that both people speak."""
    own, other = (
        [skill.code for skill in profile_of(row).languages] for row in (pair.coachee, pair.coach)
    )
    both = [code for code in own if code in other]
    return tuple(dict.fromkeys((*both, *own, *other, _ALWAYS_OFFERED)))
