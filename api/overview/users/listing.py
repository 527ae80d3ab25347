"""Defines how the list of users can be searched, sorted and filtered."""

from __future__ import annotations

from api.accounts.access import OfficeRole
from api.accounts.users import UserView
from api.lists.query import Filter, ListDefinition
from api.lists.selection import RowAccess
from api.overview.users import facts
from api.web.labels import Option
from coach.folding import folded

_ACTIVE, _DISABLED = "active", "disabled"
USER_LIST = ListDefinition(
    sorts=("name", "role"),
    filters=(
        Filter(
            "role",
            facts.FILTER_ROLE(),
            tuple(Option(role, facts.ROLES[role]) for role in OfficeRole),
        ),
        Filter(
            "state",
            facts.FILTER_STATE(),
            (Option(_ACTIVE, facts.ACTIVE()), Option(_DISABLED, facts.DISABLED())),
        ),
    ),
    page_size=25,
)
USER_ACCESS: RowAccess[UserView] = RowAccess(
    texts=lambda row: (row.name,),
    keys={"name": lambda row: folded(row.name), "role": lambda row: row.access.role.value},
    conditions={
        "role": lambda row, role: row.access.role == role,
        "state": lambda row, state: (row.disabled_at is None) == (state == _ACTIVE),
    },
    identify=lambda row: row.id,
)
