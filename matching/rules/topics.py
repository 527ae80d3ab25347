"""The `topics` rule."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from coach.people import Coach, Coachee, Person
from coach.texts.facts import Fact
from matching.facts import rules as facts
from matching.instance.availability_grid import pack
from matching.rules.rule import MAX_POINTS, Example, Indices, Points, Rule, RuleInputs


class TopicsRule(Rule):
    """The more of the coachee's topics a coach has expertise in, the more points the coach gets.

    Points are the percentage of the coachee's topics that the coach also lists, rounded down.
    Topics are compared by name, ignoring case and surrounding spaces. If the coachee has not
    named any topics, every coach gets 100.
    """

    name = "topics"
    hard = False
    examples: ClassVar = (
        Example(
            "One of the coachee's two topics.",
            50,
            facts.COMMON_TOPICS(common=1, count=2, topics=["Leadership"]),
            coachee={"topics": ["Leadership", "Harassment and abuse"]},
            coach={"topics": ["leadership", "Military education"]},
        ),
        Example(
            "None of the coachee's topics.",
            0,
            facts.NO_COMMON_TOPIC(),
            coachee={"topics": ["Leadership"]},
        ),
        Example("The coachee has not named any topics.", MAX_POINTS, facts.NO_TOPIC_NAMED()),
    )

    def __init__(self, inputs: RuleInputs) -> None:
        coachees, coaches = inputs.roster.coachees, inputs.roster.coaches
        requested = sorted({topic for coachee in coachees for topic in _topics(coachee)})
        number = {topic: n for n, topic in enumerate(requested)}
        self._coachee = pack(_rows(coachees, number))
        self._coach = pack(_rows(coaches, number))
        self._count = np.array([len(_topics(coachee)) for coachee in coachees], dtype=np.int64)

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        common = np.zeros(np.broadcast_shapes(coachee.shape, coach.shape), dtype=np.int64)
        for requested, offered in zip(self._coachee.T, self._coach.T, strict=True):
            common += np.bitwise_count(requested[coachee] & offered[coach])
        count = self._count[coachee]
        points = np.where(count == 0, MAX_POINTS, MAX_POINTS * common // np.maximum(count, 1))
        return points.astype(np.int16)

    def reason(self, coachee: Coachee, coach: Coach, points: int) -> Fact:
        requested, offered = _topics(coachee), _topics(coach)
        if not requested:
            return facts.NO_TOPIC_NAMED()
        if not points:
            return facts.NO_COMMON_TOPIC()
        common = [name for key, name in requested.items() if key in offered]
        return facts.COMMON_TOPICS(common=len(common), count=len(requested), topics=common)


def _topics(person: Person) -> dict[str, str]:
    """Return a mapping from comparison keys to a person's topics.

    The topics keep the spelling and order of the file.
    """
    topics: dict[str, str] = {}
    for topic in person.topics:
        topics.setdefault(topic.strip().casefold(), topic.strip())
    topics.pop("", None)
    return topics


def _rows(people: tuple[Person, ...], number: dict[str, int]) -> NDArray[np.bool_]:
    rows = np.zeros((len(people), len(number)), dtype=np.bool_)
    for row, person in enumerate(people):
        rows[row, [number[topic] for topic in _topics(person).keys() & number.keys()]] = True
    return rows
