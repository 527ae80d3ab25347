"""The list of the users: what it can be searched, sorted and filtered by."""

from __future__ import annotations

from api.accounts import facts
from api.accounts.users import UserView
from api.http.principal import AccessRole
from api.lists.query import Filter, ListDefinition
from api.lists.selection import RowAccess
from api.web.labels import Option
from coach.folding import folded

USER_LIST = ListDefinition(
    sorts=("name", "role"),
    filters=(
        Filter(
            "role",
            facts.FILTER_ROLE(),
            (
                Option(AccessRole.MANAGER, facts.FILTER_MANAGERS()),
                Option(AccessRole.AUDITOR, facts.FILTER_AUDITORS()),
            ),
        ),
    ),
    page_size=25,
)
USER_ACCESS: RowAccess[UserView] = RowAccess(
    texts=lambda row: (row.name,),
    keys={"name": lambda row: folded(row.name), "role": lambda row: row.role.value},
    conditions={"role": lambda row, role: row.role == role},
    identify=lambda row: row.id,
)
