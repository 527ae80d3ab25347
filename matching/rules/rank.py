"""The `rank` rule."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from coach.people import Coach, Coachee, RankSensitivity
from coach.ranks import parse_code
from coach.texts.facts import Fact
from matching.facts import rules as facts
from matching.rules.rule import FORBIDDEN, MAX_POINTS, Example, Indices, Points, Rule, RuleInputs

_POINTS_PER_GRADE = 10  # deducted for each grade of difference
_NEUTRAL_POINTS = 80  # if either side has no grade
_NO_GRADE = 0  # the lowest grade is 1


class RankRule(Rule):
    """A coach may be junior to the coachee only as far as the coachee's rank sensitivity allows.

    The cycle sets the number of grades for each sensitivity: strict, standard and relaxed. A person
    without a grade, such as an external civilian expert, is acceptable to everyone. A coachee who
    requests a coach in uniform is matched only with a coach who has a military rank.

    Points: 100 for the same grade and 10 fewer for each grade of difference, in either direction;
    80 if either person has no grade.
    """

    name = "rank"
    hard = True
    settings = ("rules.rank.strict", "rules.rank.standard", "rules.rank.relaxed")
    examples: ClassVar = (
        Example(
            "The same rank.",
            MAX_POINTS,
            facts.SAME_RANK(rank="OF-5"),
            coachee={"rank": parse_code("OF-5")},
            coach={"rank": parse_code("OF-5")},
        ),
        Example(
            "A coach two grades junior, standard sensitivity.",
            80,
            facts.JUNIOR(
                coachee_rank="OF-5",
                coach_rank="OF-3",
                count=2,
                allowance=facts.RANK_ALLOWANCES["standard"](allowed=2),
            ),
            coachee={"rank": parse_code("OF-5")},
            coach={"rank": parse_code("OF-3")},
        ),
        Example(
            "A coach one grade junior, strict sensitivity.",
            FORBIDDEN,
            facts.JUNIOR(
                coachee_rank="OF-5",
                coach_rank="OF-4",
                count=1,
                allowance=facts.NO_RANK_ALLOWANCES["strict"](),
            ),
            coachee={"rank": parse_code("OF-5"), "rank_sensitivity": RankSensitivity.STRICT},
            coach={"rank": parse_code("OF-4")},
        ),
        Example(
            "An external expert without a grade.",
            _NEUTRAL_POINTS,
            facts.NO_GRADE(coachee_rank="OF-5", coach_rank="CIV"),
            coachee={"rank": parse_code("OF-5")},
        ),
        Example(
            "The coachee requests a coach in uniform.",
            FORBIDDEN,
            facts.NOT_UNIFORMED(rank="CIV~OF-6"),
            coachee={"rank": parse_code("OF-5"), "uniformed_coach": True},
            coach={"rank": parse_code("CIV~OF-6")},
        ),
    )

    def __init__(self, inputs: RuleInputs) -> None:
        self._policy = inputs.cycle.rules.rank
        coachees, coaches = inputs.roster.coachees, inputs.roster.coaches
        self._coachee = _grades(coachees)
        self._coach = _grades(coaches)
        self._allowance = np.array(
            [self._policy.allowance(c.rank_sensitivity) for c in coachees], dtype=np.int16
        )
        self._wants_uniform = np.array([c.uniformed_coach for c in coachees], dtype=np.bool_)
        self._civilian = np.array([c.rank.civilian for c in coaches], dtype=np.bool_)

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        junior = self._coachee[coachee] - self._coach[coach]
        graded = (self._coachee[coachee] != _NO_GRADE) & (self._coach[coach] != _NO_GRADE)
        near = np.maximum(MAX_POINTS - _POINTS_PER_GRADE * np.abs(junior), 0)
        points = np.where(graded, near, np.int16(_NEUTRAL_POINTS))
        forbidden = graded & (junior > self._allowance[coachee])
        forbidden |= self._wants_uniform[coachee] & self._civilian[coach]
        points[forbidden] = FORBIDDEN
        return points

    def reason(self, coachee: Coachee, coach: Coach, points: int) -> Fact:
        if points == FORBIDDEN and coachee.uniformed_coach and coach.rank.civilian:
            return facts.NOT_UNIFORMED(rank=coach.rank.code)
        ranks = {"coachee_rank": coachee.rank.code, "coach_rank": coach.rank.code}
        if coachee.rank.grade is None or coach.rank.grade is None:
            return facts.NO_GRADE(**ranks)
        junior = coachee.rank.grade - coach.rank.grade
        if junior > 0:
            return facts.JUNIOR(**ranks, count=junior, allowance=self._allowance_of(coachee))
        if junior < 0:
            return facts.SENIOR(**ranks, count=-junior)
        same = coachee.rank == coach.rank
        return facts.SAME_RANK(rank=coach.rank.code) if same else facts.SAME_GRADE(**ranks)

    def _allowance_of(self, coachee: Coachee) -> Fact:
        """Return a phrase stating how many grades below the coachee a coach may rank."""
        sensitivity = coachee.rank_sensitivity
        if allowed := self._policy.allowance(sensitivity):
            return facts.RANK_ALLOWANCES[sensitivity.value](allowed=allowed)
        return facts.NO_RANK_ALLOWANCES[sensitivity.value]()


def _grades(people: tuple[Coachee, ...] | tuple[Coach, ...]) -> Points:
    grades = [_NO_GRADE if p.rank.grade is None else p.rank.grade for p in people]
    return np.array(grades, dtype=np.int16)
