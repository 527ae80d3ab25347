"""Settings of the organisation that runs a deployment, such as the sender of invitations.

The default addresses use the domain `example.org`, which is reserved for examples; a deployment
that sends email must set its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import cache
from typing import Annotated

from babel import Locale
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MailAddress = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._%-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
]


class OrganisationSetting(BaseModel):
    """Base class for immutable settings that reject unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Territory(OrganisationSetting):
    """The name of a country or territory, and the footnote it requires, if any."""

    name: str
    footnote: str = ""


TERRITORIES: Mapping[str, Territory] = {
    "BA": Territory(name="Bosnia and Herzegovina"),
    "XK": Territory(
        name="Kosovo*",
        footnote=(
            "* References to Kosovo shall be understood to be in the context of "
            "Security Council resolution 1244 (1999)."
        ),
    ),
}
"""Names that follow United Nations usage instead of the Unicode CLDR; a setting overrides them."""


class Organisation(OrganisationSetting):
    """The organisation that runs a deployment, as it appears on invitations and pages.

    Attributes:
        organiser_name: the sender's display name.
        organiser_address: the ORGANIZER and From address of invitations; this deployment must be
            allowed to send email for its domain.
        reply_address: the address that receives email replies; a token is inserted before its `@`.
        programme_name: the name to show in invitations, if any; aides may read it.
        alarm_lead: how long before a session the calendar alarm rings.
        territories: names by ISO 3166-1 alpha-2 code or `XK`; other codes use their CLDR name.
    """

    organiser_name: str = "Coaching office"
    organiser_address: MailAddress = "coaching@example.org"
    reply_address: MailAddress = "replies@example.org"
    programme_name: str | None = None
    alarm_lead: timedelta = timedelta(days=1)
    territories: Mapping[str, Territory] = Field(default_factory=lambda: TERRITORIES)

    @property
    def domain(self) -> str:
        """The domain of the organiser's address."""
        return self.organiser_address.rpartition("@")[2]

    def territory(self, code: str) -> Territory:
        """Return the name and footnote for a code; the name of an unknown code is the code."""
        known = self.territories.get(code)
        return known or Territory(name=_unicode_names().get(code, code))

    def footnotes(self, codes: Collection[str]) -> tuple[str, ...]:
        """Return the footnotes required by the names of the territories, without duplicates."""
        notes = (self.territory(code).footnote for code in sorted(set(codes)))
        return tuple(dict.fromkeys(note for note in notes if note))

    def reply_to(self, token: str) -> str:
        """Return the address for one recipient's replies: `replies+TOKEN@example.org`."""
        mailbox, _, domain = self.reply_address.rpartition("@")
        return f"{mailbox}+{token}@{domain}"


@cache
def _unicode_names() -> Mapping[str, str]:
    return dict(Locale("en").territories)
