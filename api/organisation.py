"""Settings of the organisation that runs a deployment, such as the sender of invitations.

The default addresses use the domain `example.org`, which is reserved for examples; a deployment
that sends email must set its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from coach.errors import InvalidValueError
from coach.intake.facts import NOT_AN_EMAIL
from coach.intake.fault_messages import excerpt

_MAIL_ADDRESS = r"^[A-Za-z0-9._%-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"


def _check_mail_address(text: str) -> str:
    if re.fullmatch(_MAIL_ADDRESS, text) is None:
        raise InvalidValueError(NOT_AN_EMAIL(value=excerpt(text)))
    return text


MailAddress = Annotated[
    str, AfterValidator(_check_mail_address), Field(json_schema_extra={"pattern": _MAIL_ADDRESS})
]

NoticeText = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=300,
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$",
    ),
]
"""One line inserted into a sentence of a consent text."""


class OrganisationSetting(BaseModel):
    """Base class for immutable settings that reject unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Territory(OrganisationSetting):
    """The name of a country or territory, and the footnote it requires, if any."""

    name: str
    footnote: str = ""


SOURCE_LANGUAGE = "en"  # the language of texts that are not given in the reader's language

TERRITORIES: Mapping[str, Mapping[str, Territory]] = {
    "BA": {SOURCE_LANGUAGE: Territory(name="Bosnia and Herzegovina")},
    "XK": {
        SOURCE_LANGUAGE: Territory(
            name="Kosovo*",
            footnote=(
                "* References to Kosovo shall be understood to be in the context of "
                "Security Council resolution 1244 (1999)."
            ),
        )
    },
}
"""Names that follow United Nations usage instead of the Unicode CLDR; a setting overrides them."""


def _by_language(value: object) -> object:
    """Treat a bare `{name, footnote}` as the text in the source language."""
    return {SOURCE_LANGUAGE: value} if isinstance(value, Territory) or _is_plain(value) else value


def _is_plain(value: object) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("name"), str)


TerritoryTexts = Annotated[Mapping[str, Territory], BeforeValidator(_by_language)]
"""The name of a territory, keyed by language, for example `{"en": {...}, "sq": {...}}`."""


class Organisation(OrganisationSetting):
    """The organisation that runs a deployment, as it appears on invitations and pages.

    Attributes:
        organiser_name: the sender's display name.
        organiser_address: the ORGANIZER and From address of invitations; this deployment must be
            allowed to send email for its domain.
        organiser_tokens: whether a token that identifies the recipient is inserted before the `@`
            of the organiser's address, because calendars reply to it. The mail server has to
            deliver these addresses to the mailbox of replies.
        reply_address: the address that receives email replies; a token is inserted before its `@`.
        programme_name: the name to show in invitations, if any; aides may read it.
        names_coach: whether invitations to coachees name their coach; aides may read it.
            Invitations to coaches never name the coachee.
        attach_ics: whether invitations contain the calendar object. Disable this if a mail gateway
            removes the object or rejects such emails; the text then links to the object.
        introduces: whether each person gets an email with all their sessions before the first
            invitations.
        alarm_lead: how long before a session the calendar alarm rings.
        territories: names, keyed by ISO 3166-1 alpha-2 code or `XK`, and by language; a language
            that is not given uses the English name. Other codes use their CLDR name.
        controller: the authority that decides why and how personal data is used, with contact
            details. This and the following settings appear in the consent texts; empty if not set.
        data_protection_officer: the contact details of the controller's data protection officer.
        supervisory_authority: the authority to which people can complain about the use of their
            data.
        legal_basis: the legal basis of the processing, as the controller has determined it.
    """

    organiser_name: str = "Coaching office"
    organiser_address: MailAddress = "coaching@example.org"
    organiser_tokens: bool = False
    reply_address: MailAddress = "replies@example.org"
    programme_name: str | None = None
    names_coach: bool = False
    attach_ics: bool = True
    introduces: bool = True
    alarm_lead: timedelta = timedelta(days=1)
    territories: Mapping[str, TerritoryTexts] = Field(default_factory=lambda: TERRITORIES)
    controller: NoticeText = ""
    data_protection_officer: NoticeText = ""
    supervisory_authority: NoticeText = ""
    legal_basis: NoticeText = ""

    @property
    def domain(self) -> str:
        """The domain of the organiser's address."""
        return self.organiser_address.rpartition("@")[2]

    def territory_texts(self, language: str) -> Mapping[str, Territory]:
        """Return this deployment's names for territories in a language, keyed by territory code.

        A name that is not set in the language is returned in English.
        """
        texts = {
            code: by_language.get(language) or by_language.get(SOURCE_LANGUAGE)
            for code, by_language in self.territories.items()
        }
        return {code: text for code, text in texts.items() if text is not None}

    def reply_to(self, token: str) -> str:
        """Return the address for one recipient's replies, such as `replies+TOKEN@example.org`."""
        return _with_token(self.reply_address, token)

    def organiser_for(self, token: str) -> str:
        """Return the ORGANIZER and From address of invitations to one recipient."""
        if not self.organiser_tokens:
            return self.organiser_address
        return _with_token(self.organiser_address, token)


def _with_token(address: str, token: str) -> str:
    mailbox, _, domain = address.rpartition("@")
    return f"{mailbox}+{token}@{domain}"
