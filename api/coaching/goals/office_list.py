"""Defines how the list of coachees with goals or commitments can be searched and sorted."""

from __future__ import annotations

from api.coaching.goals.office import CoacheeCounts
from api.lists.query import ListDefinition
from api.lists.selection import RowAccess
from coach.folding import folded

COACHEE_LIST = ListDefinition(sorts=("name", "goals", "commitments", "overdue"))
COACHEE_ACCESS: RowAccess[CoacheeCounts] = RowAccess(
    texts=lambda one: (one.name,),
    keys={
        "name": lambda one: folded(one.name),
        "goals": lambda one: one.goals,
        "commitments": lambda one: one.commitments,
        "overdue": lambda one: one.overdue,
    },
    conditions={},
    identify=lambda one: one.person_id,
)
