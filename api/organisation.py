"""Settings of the organisation that runs a deployment: sender of invitations, territory names.

The default addresses are in the domain `example.org`, which is reserved for examples; a deployment
that sends mail has to set its own.
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
    """Base of the settings of an organisation: frozen, without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Territory(OrganisationSetting):
    """The name of a country or territory, and the footnote that its name requires."""

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
"""United Nations usage where it differs from the Unicode CLDR; can be replaced by a setting."""


class Organisation(OrganisationSetting):
    """The organisation that runs a deployment, as it appears on invitations and pages.

    Attributes:
        organiser_name: display name of the sender.
        organiser_address: ORGANIZER and From of invitations; this deployment must be allowed to
            send mail for its domain.
        reply_address: receives replies by mail; a token is inserted before its `@`.
        programme_name: shown in invitations, which aides read; left out if not set.
        alarm_lead: how long before a session the calendar alarm goes off.
        territories: by ISO 3166-1 alpha-2 code or `XK`; other codes have their name in the CLDR.
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
        """The name and footnote for a code; the name of an unknown code is the code itself."""
        known = self.territories.get(code)
        return known or Territory(name=_unicode_names().get(code, code))

    def footnotes(self, codes: Collection[str]) -> tuple[str, ...]:
        """The footnotes that the names of the given territories require, without duplicates."""
        notes = (self.territory(code).footnote for code in sorted(set(codes)))
        return tuple(dict.fromkeys(note for note in notes if note))

    def reply_to(self, token: str) -> str:
        """The address for the replies of one recipient: `replies+TOKEN@example.org`."""
        mailbox, _, domain = self.reply_address.rpartition("@")
        return f"{mailbox}+{token}@{domain}"


@cache
def _unicode_names() -> Mapping[str, str]:
    return dict(Locale("en").territories)
