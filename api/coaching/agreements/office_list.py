"""Defines how the list of a cycle's agreements can be searched, sorted and filtered."""

from __future__ import annotations

from api.coaching.agreements import facts
from api.coaching.agreements.office import AgreementStatus
from api.lists.query import Filter, ListDefinition
from api.lists.selection import RowAccess
from api.web.labels import Option
from coach.folding import folded

_NONE = "none"
AGREEMENT_LIST = ListDefinition(
    sorts=("coachee", "coach", "agreed"),
    filters=(
        Filter(
            "state",
            facts.STATE(),
            (
                Option(_NONE, facts.NONE_YET()),
                *(Option(state.value, words()) for state, words in facts.STATES.items()),
            ),
        ),
    ),
)
AGREEMENT_ACCESS: RowAccess[AgreementStatus] = RowAccess(
    texts=lambda pair: (pair.coachee, pair.coach),
    keys={
        "coachee": lambda pair: folded(pair.coachee),
        "coach": lambda pair: folded(pair.coach),
        "agreed": lambda pair: "" if pair.agreed_at is None else pair.agreed_at.isoformat(),
    },
    conditions={"state": lambda pair, state: (pair.state or _NONE) == state},
    identify=lambda pair: pair.coachee_id,
)
