"""The access and the credentials of users, formatted for pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from api.accounts.access import Access, OfficeRole
from api.accounts.credentials import CredentialView
from api.accounts.facts import SCOPE_LIST, SCOPES
from api.http.principal import TokenScope
from api.overview.users import facts
from api.web.date_formats import format_short_datetime
from coach.texts.facts import Displayed, Fact

ROLE_OPTIONS = [(role, facts.ROLES[role], facts.ROLE_HINTS[role]) for role in OfficeRole]
_UTC = ZoneInfo("UTC")


def present_access(access: Access, cycles: Mapping[str, str]) -> tuple[Fact, Fact | None]:
    """Return a user's role and limits as text; `cycles` maps cycle ids to names.

    The limits are `None` unless the user is a manager.
    """
    role = facts.ROLES[access.role]
    if access.role is not OfficeRole.MANAGER:
        return role, None
    names = [facts.CYCLE_NAME(name=cycles[one]) for one in cycles if one in (access.cycles or ())]
    codes = [facts.COUNTRY(code=one) for one in sorted(access.countries or ())]
    of_cycles = facts.LIST(items=names) if names else facts.NO_CYCLE()
    return role, facts.SCOPE(
        cycles=facts.ALL_CYCLES() if access.cycles is None else of_cycles,
        countries=facts.ALL_COUNTRIES() if access.countries is None else facts.LIST(items=codes),
    )


def present_credential(
    credential: CredentialView,
) -> tuple[CredentialView, Displayed, Displayed, Fact]:
    """Format a browser session or token: its last use, its expiry, and the scopes of a token."""
    scopes = [SCOPES[scope] for scope in TokenScope if scope in credential.scopes]
    return (
        credential,
        _when(credential.last_used_at or credential.created_at),
        _when(credential.expires_at),
        SCOPE_LIST(scopes=scopes),
    )


def entered_of(entered: Mapping[str, str] | Access) -> dict[str, object]:
    """Return the values of the form's fields, as entered or as stored."""
    if isinstance(entered, Access):
        return {
            "role": entered.role.value,
            "limit_cycles": entered.cycles is not None,
            "cycles": entered.cycles or (),
            "limit_countries": entered.countries is not None,
            "countries": " ".join(sorted(entered.countries or ())),
        }
    return {
        "name": entered.get("name", ""),
        "role": entered.get("role", ""),
        "limit_cycles": entered.get("limit_cycles") == "on",
        "cycles": entered.get("cycles", "").split(),
        "limit_countries": entered.get("limit_countries") == "on",
        "countries": entered.get("countries", ""),
    }


def _when(moment: datetime) -> Displayed:
    return format_short_datetime(moment, _UTC)
