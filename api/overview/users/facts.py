"""Messages about the users of the programme office and their access."""

from __future__ import annotations

from collections.abc import Mapping

from api.accounts.access import OfficeRole
from coach.texts.facts import FACT, TEXT, Fact, listed, message

FILTER_ROLE = message("users.filter_role", "Role")
FILTER_STATE = message("users.filter_state", "Status")
ACTIVE = message("users.active", "active")
DISABLED = message("users.disabled", "disabled")
ROLES: Mapping[OfficeRole, Fact] = {
    OfficeRole.ADMINISTRATOR: message("users.role_administrator", "Administrator")(),
    OfficeRole.MANAGER: message("users.role_manager", "Programme manager")(),
    OfficeRole.AUDITOR: message("users.role_auditor", "Auditor")(),
}
ROLE_HINTS: Mapping[OfficeRole, Fact] = {
    OfficeRole.ADMINISTRATOR: message(
        "users.hint_administrator", "can do everything in all cycles, and can manage users"
    )(),
    OfficeRole.MANAGER: message(
        "users.hint_manager",
        "can run all cycles, or only those chosen below, but cannot manage users",
    )(),
    OfficeRole.AUDITOR: message(
        "users.hint_auditor",
        "can read the audit page, the rules and the curriculum, but nothing else",
    )(),
}
ALL_CYCLES = message("users.all_cycles", "all cycles")
NO_CYCLE = message("users.no_cycle", "no cycle")
ALL_COUNTRIES = message("users.all_countries", "people from all countries")
# i18n: the cycles and countries that a manager may see, such as: Spring 2027; AL and ME
SCOPE = message("users.scope", "{cycles}; {countries}", cycles=FACT, countries=FACT)
CYCLE_NAME = message("users.cycle_name", "{name}", name=TEXT)
LIST = message("users.list", "{items}", items=listed(FACT))
COUNTRY = message("users.country", "{code}", code=TEXT)
CHOOSE_ROLE = message("users.choose_role", "choose a role")
CHOOSE_CYCLE = message("users.choose_cycle", "choose at least one cycle, or all cycles")
CHOOSE_COUNTRY = message("users.choose_country", "enter at least one country code")
NO_SUCH_CYCLE = message("users.no_such_cycle", "there is no cycle {id}", id=TEXT)
NOT_A_COUNTRY = message(
    "users.not_a_country",
    '"{code}" is not a country code; use a two-letter ISO 3166-1 code such as RS, or the code XK',
    code=TEXT,
)
ONLY_MANAGERS = message(
    "users.only_managers",
    "limits apply only to programme managers; choose this role, or remove the limits",
)
