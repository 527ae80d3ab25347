from __future__ import annotations

from coach.cycle import Cycle
from coach.languages import CefrLevel, LanguageSkill
from coach.people import Roster
from coach.ranks import parse_code
from coach.texts.renderer import english
from matching.explanation import advise
from tests.matching.explanation.test_explain_coachee import CYCLE, best, coach, coachee


def test_advice_lists_changes_that_place_most_people_first() -> None:
    low = (LanguageSkill("en", CefrLevel.B1),)
    roster = Roster(
        coachees=(
            coachee("c1", languages=low),
            coachee("c2", languages=low),
            coachee("c3", rank=parse_code("OF-8")),
            coachee("c4"),
        ),
        coaches=(
            coach("k1"),
            coach("k2"),
            coach("k3", rank=parse_code("OF-5"), refuses={"c1", "c2"}),
            coach("k4", refuses={"c3"}),
        ),
    )
    advice = advise(roster, CYCLE, best(roster, CYCLE), best)
    assert english(advice[0].change) == "the required language level is B1 instead of B2"
    assert advice[0].gain == 2
    assert advice[0].placed == ("c1", "c2")
    assert advice[0].unplaced == ()
    assert [(one.key, one.before, one.after) for one in advice[0].settings] == [
        ("rules.language.minimum_level", "B2", "B1")
    ]


def test_advice_is_empty_if_everyone_is_placed() -> None:
    roster = Roster(coachees=(coachee("c1"),), coaches=(coach("k1"),))

    def never(_roster: Roster, _cycle: Cycle, _keep: object) -> None:
        raise AssertionError("nothing was to be solved")

    assert advise(roster, CYCLE, best(roster, CYCLE), never) == ()  # type: ignore[arg-type]


def test_advice_has_at_most_three_changes_and_none_without_gain() -> None:
    roster = Roster(
        coachees=(coachee("c1", rank=parse_code("OF-8"), rank_sensitivity="strict"),),
        coaches=(coach("k1", rank=parse_code("OF-7")),),
    )
    advice = advise(roster, CYCLE, best(roster, CYCLE), best)
    assert [english(one.change) for one in advice] == [
        (
            "with strict rank sensitivity, coaches may rank up to 1 grade below the coachee "
            "instead of 0"
        )
    ]
