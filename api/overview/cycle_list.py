"""Defines how the list of cycles can be searched, sorted and filtered."""

from __future__ import annotations

from api.lists.query import Filter, ListDefinition
from api.lists.selection import RowAccess
from api.overview import facts
from api.overview.cycles import CycleSummary
from api.web.labels import Option
from coach.folding import folded

_PUBLISHED, _PREPARING = "published", "preparing"
CYCLE_LIST = ListDefinition(
    sorts=("newest", "name", "start"),
    filters=(
        Filter(
            "state",
            facts.CYCLE_STATE(),
            (
                Option(_PUBLISHED, facts.CYCLE_PUBLISHED()),
                Option(_PREPARING, facts.CYCLE_IN_PREPARATION()),
            ),
        ),
    ),
    page_size=25,
)
CYCLE_ACCESS: RowAccess[CycleSummary] = RowAccess(
    texts=lambda row: (row.name,),
    keys={
        "newest": lambda row: -row.created_at.timestamp(),
        "name": lambda row: folded(row.name),
        "start": lambda row: row.start,
    },
    conditions={
        "state": lambda row, state: (row.published_plan_id is not None) == (state == _PUBLISHED)
    },
    identify=lambda row: row.id,
)
