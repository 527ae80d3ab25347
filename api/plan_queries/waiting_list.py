"""The coachees in a plan who have no coach, with the reason and the number of remedies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from api.lists.query import Filter, ListDefinition
from api.lists.selection import RowAccess
from api.plan_queries import facts
from api.plans.stored_plan import StoredPlan
from api.results.match_view import REASON_LABELS
from api.web.bar_chart import Bar, BarValue, build_bar_chart
from api.web.labels import Option
from coach.folding import folded

_SOME, _NONE = "some", "none"


@dataclass(frozen=True, slots=True)
class WaitingCoachee:
    """A coachee without a coach, as listed; `remedies` is the number of possible remedies."""

    code: str
    name: str
    priority: int
    reason: str
    remedies: int


WAITING_LIST = ListDefinition(
    sorts=("priority", "name", "id"),
    filters=(
        Filter(
            "reason",
            facts.FILTER_REASON(),
            tuple(Option(reason, words) for reason, words in REASON_LABELS.items()),
        ),
        Filter(
            "help",
            facts.FILTER_HELP(),
            (Option(_SOME, facts.FILTER_SOME_HELP()), Option(_NONE, facts.FILTER_NO_HELP())),
        ),
    ),
    page_size=25,
)
WAITING_ACCESS: RowAccess[WaitingCoachee] = RowAccess(
    texts=lambda row: (row.name, row.code),
    keys={
        "priority": lambda row: -row.priority,
        "name": lambda row: folded(row.name),
        "id": lambda row: row.code,
    },
    conditions={
        "reason": lambda row, wanted: row.reason == wanted,
        "help": lambda row, wanted: bool(row.remedies) == (wanted == _SOME),
    },
    identify=lambda row: row.code,
)


def waiting_coachees(plan: StoredPlan) -> list[WaitingCoachee]:
    """Return the coachees without a coach in the order of their list."""
    return [
        WaitingCoachee(
            code=code,
            name=coachee["name"],
            priority=coachee.get("priority", 0),
            reason=plan.unmatched[code]["reason"],
            remedies=len(plan.unmatched[code]["remedies"]),
        )
        for code, coachee in plan.coachees.items()
        if code in plan.unmatched
    ]


def reason_chart(waiting: Iterable[WaitingCoachee]) -> tuple[Bar, ...]:
    """Return a chart with a bar for each reason, most frequent first."""
    counts = Counter(one.reason for one in waiting).most_common()
    return build_bar_chart(
        [
            BarValue(facts.WAITING_BECAUSE(count=count, reason=REASON_LABELS[reason]), count)
            for reason, count in counts
        ]
    )
