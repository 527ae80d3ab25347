from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pytest

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.languages import LanguageSkill
from coach.people import Coach, Coachee, Roster
from matching.explanation import explain_unmatched
from matching.instance.availability_grid import build_availability_grid
from matching.result import Match
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator

MONDAY = WeeklyWindow(0, 540, 660)
PLAIN: dict[str, object] = {
    "languages": (LanguageSkill("en"),),
    "availability": (MONDAY,),
    "timezone": "Europe/Stockholm",
}


def large(share: float) -> tuple[Roster, Cycle, list[Match]]:
    """Return an instance with 90 coachees, of whom the last is unmatched, and its matches."""
    coachees = tuple(
        Coachee.model_validate(
            {**PLAIN, "id": f"c{n}", "name": f"C{n}", "email": "c@example.org",
             "role": "commander", "country": "AL" if n < 45 else "SE"}
        )
        for n in range(90)
    )  # fmt: skip
    coaches = tuple(
        Coach.model_validate(
            {**PLAIN, "id": f"k{n}", "name": f"K{n}", "email": "k@example.org",
             "capacity": 1, "country": "SE"}
        )
        for n in range(89)
    )  # fmt: skip
    cycle = Cycle.model_validate(
        {
            "cycle": {"start": date(2027, 1, 18), "end": date(2027, 2, 5)},
            "sessions": {"count": 2, "min_gap_days": 6, "max_gap_days": 8},
            "rules": {"country": {"minimum_cross_border_share": share}},
        }
    )
    matches = [
        Match(coachee=f"c{n}", coach=f"k{n}", points=0, verdicts=(), sessions=()) for n in range(89)
    ]
    return Roster(coachees=coachees, coaches=coaches), cycle, matches


@pytest.mark.parametrize("share", [0.0, 0.49, 0.5])
def test_remedy_in_large_roster_is_verified_in_a_neighbourhood(share: float) -> None:
    roster, cycle, matches = large(share)
    seen: list[tuple[int, int, float]] = []

    def can_place_all(part: RuleInputs, coachees: Collection[str]) -> bool:
        country = part.cycle.rules.country.minimum_cross_border_share
        seen.append((len(coachees), len(part.roster.coaches), country))
        return True

    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    (entry,) = explain_unmatched(evaluator, matches, can_place_all)
    assert entry.coachee == "c89"
    assert entry.remedies
    for coachees, coaches, own in seen:
        assert coachees == coaches + 1  # the neighbourhood contains all coachees of its coaches
        assert coaches <= 10
        inside_crossing = coaches  # the nearest coaches are the first ones, with cross-border pairs
        needed = -(-int(share * 9000) // 100) - (45 - inside_crossing)
        assert own == max(0.0, (needed - 0.5) / coachees)


def test_share_that_no_neighbourhood_can_meet_gives_no_remedy() -> None:
    roster, cycle, matches = large(0.99)
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    (entry,) = explain_unmatched(evaluator, matches, lambda *_: True)
    assert [remedy.change for remedy in entry.remedies] == []
