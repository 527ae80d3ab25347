"""The lists of a plan: its coachees, and its coaches with their workload."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from api.lists.query import Filter, ListDefinition
from api.lists.selection import RowAccess
from api.plan_queries import facts
from api.plans.stored_plan import StoredPlan
from api.web.bar_chart import Bar, BarValue, build_bar_chart
from api.web.labels import Option
from coach.folding import folded
from matching.rules.repeat import RepeatRule

_MATCHED, _UNMATCHED, _CHANGED = "matched", "unmatched", "changed"
_PINNED, _REPEATED = "pinned", "repeated"
_FREE, _FULL, _UNUSED = "free", "full", "unused"
COACHEE_LIST = ListDefinition(
    sorts=("name", "id", "coach", "points"),
    filters=(
        Filter(
            "show",
            facts.FILTER_COACHEES(),
            (
                Option(_MATCHED, facts.FILTER_MATCHED()),
                Option(_UNMATCHED, facts.FILTER_UNMATCHED()),
                Option(_CHANGED, facts.FILTER_CHANGED()),
                Option(_PINNED, facts.FILTER_PINNED()),
                Option(_REPEATED, facts.FILTER_REPEATED()),
            ),
        ),
    ),
)
COACH_LIST = ListDefinition(
    sorts=("name", "id", "taken", "free"),
    filters=(
        Filter(
            "places",
            facts.FILTER_PLACES(),
            (
                Option(_FREE, facts.FILTER_FREE()),
                Option(_FULL, facts.FILTER_FULL()),
                Option(_UNUSED, facts.FILTER_UNUSED()),
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ListedCoachee:
    """A coachee in the list. `coach` and `coach_name` are empty if there is no coach.

    `pinned` is true if the policy pins the pair, and `repeated` if the two were a pair before and
    the policy avoids such pairs.
    """

    code: str
    name: str
    coach: str
    coach_name: str
    points: int
    changed: bool
    pinned: bool
    repeated: bool


@dataclass(frozen=True, slots=True)
class ListedCoach:
    """A coach in the list, with the numbers of places, occupied places, and sessions."""

    code: str
    name: str
    capacity: int
    taken: int
    sessions: int

    @property
    def dots(self) -> str:
        """The coach's places as dots; occupied places come first and are filled."""
        return "●" * self.taken + "○" * (self.capacity - self.taken)


COACHEE_ACCESS: RowAccess[ListedCoachee] = RowAccess(
    texts=lambda row: (row.name, row.code, row.coach_name, row.coach),
    keys={
        "name": lambda row: folded(row.name),
        "id": lambda row: row.code,
        "coach": lambda row: (not row.coach, folded(row.coach_name)),
        "points": lambda row: row.points,
    },
    conditions={
        "show": lambda row, wanted: {
            _MATCHED: bool(row.coach),
            _UNMATCHED: not row.coach,
            _CHANGED: row.changed,
            _PINNED: row.pinned,
            _REPEATED: row.repeated,
        }[wanted]
    },
    identify=lambda row: row.code,
)
COACH_ACCESS: RowAccess[ListedCoach] = RowAccess(
    texts=lambda row: (row.name, row.code),
    keys={
        "name": lambda row: folded(row.name),
        "id": lambda row: row.code,
        "taken": lambda row: row.taken,
        "free": lambda row: row.capacity - row.taken,
    },
    conditions={
        "places": lambda row, wanted: {
            _FREE: row.taken < row.capacity,
            _FULL: row.taken == row.capacity,
            _UNUSED: row.taken == 0,
        }[wanted]
    },
    identify=lambda row: row.code,
)


def listed_coachees(plan: StoredPlan) -> list[ListedCoachee]:
    """Return the coachees of a plan in the order of their list."""
    rows, pins = [], plan.policy.pins
    for code, coachee in plan.coachees.items():
        match = plan.matches.get(code)
        coach = match["coach"] if match else ""
        verdicts = match["verdicts"] if match else ()
        rows.append(
            ListedCoachee(
                code=code,
                name=coachee["name"],
                coach=coach,
                coach_name=plan.coaches[coach]["name"] if coach else "",
                points=match["points"] if match else 0,
                changed=code in plan.moves,
                pinned=bool(coach) and pins.get(code) == coach,
                repeated=any(one["rule"] == RepeatRule.name for one in verdicts),
            )
        )
    return rows


def load_chart(coaches: Iterable[ListedCoach]) -> tuple[Bar, ...]:
    """Return a bar chart of how many coaches have each number of coachees.

    The hatched part of a bar represents coaches with a free place.
    """
    by_load: defaultdict[int, list[ListedCoach]] = defaultdict(list)
    for coach in coaches:
        by_load[coach.taken].append(coach)
    values = []
    for taken, those in sorted(by_load.items()):
        free = sum(one.taken < one.capacity for one in those)
        load = facts.COACHEES_EACH(count=taken)
        label = facts.COACHES_WITH(load=load, count=len(those), free=free)
        values.append(BarValue(label, len(those), free))
    return build_bar_chart(values)


def listed_coaches(plan: StoredPlan) -> list[ListedCoach]:
    """Return the coaches of a plan in the order of their list."""
    taken, sessions = Counter[str](), Counter[str]()
    for match in plan.matches.values():
        taken[match["coach"]] += 1
        sessions[match["coach"]] += len(match["sessions"])
    return [
        ListedCoach(code, coach["name"], coach["capacity"], taken[code], sessions[code])
        for code, coach in plan.coaches.items()
    ]
