"""What a deployment decides for itself: whose name stands on invitations, how places are called.

The defaults lie on the domain `example.org`, which is reserved for examples: a deployment that
sends mail sets its own.
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
    """A setting of a deployment."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Territory(OrganisationSetting):
    """How a country or territory is called here, and the footnote that goes with its name."""

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
"""United Nations usage where it differs from the Unicode names; a deployment may replace it."""


class Organisation(OrganisationSetting):
    """Who sends, and in which words.

    Attributes:
        organiser_address: both ORGANIZER and From; of a domain this deployment may send for.
        reply_address: takes replies by mail; a token is added before its `@`.
        programme_name: shown in invitations only where it is set. Aides read them.
        alarm_lead: how long before a session the calendar reminds.
        territories: by ISO 3166-1 alpha-2 code or `XK`; other codes take their Unicode name.
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
        """The name and footnote of a country or territory; an unknown code is its own name."""
        known = self.territories.get(code)
        return known or Territory(name=_unicode_names().get(code, code))

    def footnotes(self, codes: Collection[str]) -> tuple[str, ...]:
        """The footnotes that the given codes call for, each once."""
        notes = (self.territory(code).footnote for code in sorted(set(codes)))
        return tuple(dict.fromkeys(note for note in notes if note))

    def reply_to(self, token: str) -> str:
        """The address that takes one recipient's replies: `replies+TOKEN@example.org`."""
        mailbox, _, domain = self.reply_address.rpartition("@")
        return f"{mailbox}+{token}@{domain}"


@cache
def _unicode_names() -> Mapping[str, str]:
    return dict(Locale("en").territories)
