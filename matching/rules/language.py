"""The `language` rule."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from coach.languages import CefrLevel, LanguageSkill
from coach.people import Coach, Coachee, Person
from coach.texts.facts import Fact
from matching.facts import rules as facts
from matching.rules.rule import FORBIDDEN, MAX_POINTS, Example, Indices, Points, Rule, RuleInputs

_POINTS_PER_PLACE = 10  # deducted for each position after the first
_MIN_POINTS = 50  # minimum for any common language
_GROUP_PENALTY = 40  # deducted for different languages in one group


class LanguageRule(Rule):
    """The coachee and the coach share a language, and both have at least the required level.

    Points depend on the coachee's order of preference: 100 for the first language on their list and
    10 fewer for each further position, but at least 50. Languages that the cycle's policy puts in
    one group count as common, but give 40 points fewer; without a group, only the same language
    counts. If there are several common languages, the one with the most points counts.
    """

    name = "language"
    hard = True
    settings = ("rules.language.minimum_level", "rules.language.groups")
    examples: ClassVar = (
        Example(
            "Both speak the coachee's first language.",
            MAX_POINTS,
            facts.COMMON_LANGUAGE(language="sq"),
            coachee={
                "languages": [LanguageSkill("sq", CefrLevel.C2), LanguageSkill("en", CefrLevel.B2)]
            },
            coach={
                "languages": [LanguageSkill("en", CefrLevel.C1), LanguageSkill("sq", CefrLevel.C1)]
            },
        ),
        Example(
            "The common language is second on the coachee's list.",
            90,
            facts.COMMON_LANGUAGE(language="en"),
            coachee={
                "languages": [LanguageSkill("mk", CefrLevel.C2), LanguageSkill("en", CefrLevel.B2)]
            },
            coach={"languages": [LanguageSkill("en", CefrLevel.C1)]},
        ),
        Example(
            "One of the two speaks the common language below the required level.",
            FORBIDDEN,
            facts.NO_COMMON_LANGUAGE(level="B2"),
            coachee={
                "languages": [LanguageSkill("mk", CefrLevel.C2), LanguageSkill("en", CefrLevel.B1)]
            },
            coach={"languages": [LanguageSkill("en", CefrLevel.C1)]},
        ),
        Example(
            "Two languages that this cycle puts in one group.",
            60,
            facts.LANGUAGE_GROUP(languages=["bs", "sr"]),
            coachee={"languages": [LanguageSkill("bs", CefrLevel.C2)]},
            coach={"languages": [LanguageSkill("sr", CefrLevel.C2)]},
            policy={"rules": {"language": {"groups": [["bs", "cnr", "hr", "sr"]]}}},
        ),
        Example(
            "The same two languages without a group.",
            FORBIDDEN,
            facts.NO_COMMON_LANGUAGE(level="B2"),
            coachee={"languages": [LanguageSkill("bs", CefrLevel.C2)]},
            coach={"languages": [LanguageSkill("sr", CefrLevel.C2)]},
        ),
    )

    def __init__(self, inputs: RuleInputs) -> None:
        policy = inputs.cycle.rules.language
        self._level = policy.minimum_level
        self._groups = policy.groups
        coachees, coaches = inputs.roster.coachees, inputs.roster.coaches
        offered = [self._offered(coach) for coach in coaches]
        self._languages = sorted({code for one in offered for code in one})
        shape = (len(self._languages), len(coachees))
        self._encoded_points = np.zeros(shape, dtype=np.uint8)  # points + 1, or 0 if not in common
        known: dict[tuple[tuple[str, int], ...], list[int]] = {}
        for column, coachee in enumerate(coachees):
            key = tuple(self._offered(coachee).items())
            if key not in known:
                known[key] = [
                    max((points + 1 for points, _ in self._candidates(coachee, code)), default=0)
                    for code in self._languages
                ]
            self._encoded_points[:, column] = known[key]
        self._offers = np.array(
            [[code in one for one in offered] for code in self._languages], dtype=np.uint8
        ).reshape(len(self._languages), len(coaches))
        self._offers *= np.uint8(255)  # all bits set, so that `&` keeps or clears a value

    def _offered(self, person: Person) -> dict[str, int]:
        """Return a person's languages at the required level, with their positions on the list."""
        places: dict[str, int] = {}
        for place, skill in enumerate(person.languages):
            if skill.level >= self._level:
                places.setdefault(skill.code, place)
        return places

    def _candidates(self, coachee: Coachee, code: str) -> list[tuple[int, str]]:
        """Return the coachee's languages that count as a coach's `code`, with their points."""
        return [
            (
                max(MAX_POINTS - _POINTS_PER_PLACE * place, _MIN_POINTS)
                - (0 if own == code else _GROUP_PENALTY),
                own,
            )
            for own, place in self._offered(coachee).items()
            if own == code or any({own, code} <= group for group in self._groups)
        ]

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        best = np.zeros(np.broadcast_shapes(coachee.shape, coach.shape), dtype=np.uint8)
        for encoded, offers in zip(self._encoded_points, self._offers, strict=True):
            np.maximum(best, encoded[coachee] & offers[coach], out=best)
        return best.astype(np.int16) - np.int16(1)

    def reason(self, coachee: Coachee, coach: Coach, points: int) -> Fact:
        if points == FORBIDDEN:
            return facts.NO_COMMON_LANGUAGE(level=self._level.name)
        own, other = next(
            (own, code)
            for code in self._offered(coach)
            for candidate_points, own in self._candidates(coachee, code)
            if candidate_points == points
        )
        if own == other:
            return facts.COMMON_LANGUAGE(language=own)
        return facts.LANGUAGE_GROUP(languages=sorted((own, other)))
