"""The view model of a plan."""

import pytest

from api.organisation import Organisation
from api.results.plan_view import present_plan
from api.results.rank_words import format_rank
from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Roster
from coach.ranks import parse_code
from coach.texts.renderer import english
from matching.result import FunnelStep, LevelOutcome, Result
from tests.texts import ENGLISH

HOUSE = Organisation()


def test_funnel_ends_with_the_rule_that_excludes_every_coach(
    roster: Roster, cycle: Cycle, result: Result
) -> None:
    steps = [("language", 4), ("rank", 0), ("unit", 0), ("schedule", 0)]
    entry = result.unmatched[0].model_copy(
        update={"funnel": tuple(FunnelStep(rule=rule, left=left) for rule, left in steps)}
    )
    view = present_plan(roster, cycle, result.model_copy(update={"unmatched": (entry,)}), ENGLISH)
    assert [step.rule for step in view.unmatched[0].funnel] == ["language", "rank"]
    assigned = entry.model_copy(update={"funnel": (FunnelStep(rule="language", left=2),)})
    view = present_plan(
        roster, cycle, result.model_copy(update={"unmatched": (assigned,)}), ENGLISH
    )
    assert len(view.unmatched[0].funnel) == 1


def test_kept_pairs_are_shown_only_for_an_earlier_plan(
    roster: Roster, cycle: Cycle, result: Result
) -> None:
    def labels(bound: int) -> list[str]:
        kept = LevelOutcome(name=ObjectiveLevel.KEPT, value=0, bound=bound, proven=False)
        view = present_plan(roster, cycle, result.model_copy(update={"levels": (kept,)}), ENGLISH)
        return [english(level.words) for level in view.levels]

    assert labels(0) == []
    assert labels(3) == ["Pairs kept from the earlier plan"]


def test_loads_count_every_coach(roster: Roster, cycle: Cycle, result: Result) -> None:
    view = present_plan(roster, cycle, result, ENGLISH)
    assert [
        (load.assigned, load.capacity, load.capacity_dots, load.sessions) for load in view.loads
    ] == [
        (1, 3, "●○○", 6),
        (1, 3, "●○○", 6),
    ]
    assert (view.placed, view.coachees, view.sessions) == (2, 3, 12)


def test_sessions_are_in_the_cycles_zone(roster: Roster, cycle: Cycle, result: Result) -> None:
    first, *_, last = present_plan(roster, cycle, result, ENGLISH).matches[0].sessions
    assert (english(first.day), english(first.hours)) == ("Wed 20 Jan 2027", "09:00 to 10:30")
    assert (english(last.day), english(last.hours)) == ("Wed 9 Jun 2027", "10:00 to 11:30")
    assert (first.zone, last.zone) == ("CET", "CEST")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("OF-5", "OF-5"),
        ("CIV", "civilian"),
        ("CIV~OF-8", "civilian equivalent to OF-8"),
        ("CIV>OF-10", "civilian above OF-10"),
    ],
)
def test_civilian_ranks_are_written_out(code: str, words: str) -> None:
    rank = parse_code(code)
    assert rank is not None
    assert english(format_rank(rank)) == words
