"""Converts the stored JSON of results and answers from sentences to facts, and back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from api.database.migrations.format_1 import sentence
from api.database.migrations.sentence_parser import (
    CHANGES,
    EFFECTS,
    MOVES,
    PROGRESS,
    REASONS,
    SentenceParser,
)
from coach.cycle import Cycle
from coach.people import Roster
from coach.texts.facts import LEGACY, Fact, with_labels
from matching.facts.rules import ALL_REASONS, TOO_LITTLE_TIME
from matching.instance.availability_grid import build_availability_grid
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.rules.schedule import SCHEDULE

Json = dict[str, Any]


class StoredResults:
    """Converts results and answers that are based on one roster and policy.

    The sentence of a verdict is replaced by the reason that the rules return now, provided that the
    points and the English text are equal. Otherwise, the sentence is parsed. If that fails, it is
    replaced by the reason that the rules return now if at least the points are equal, or else kept
    as a `LEGACY` fact.
    """

    def __init__(self, roster: Json, cycle: Json) -> None:
        """Store the roster and the policy, which are given as JSON."""
        self._roster, self._cycle = roster, cycle
        coachees, coaches = _ids(roster["coachees"]), _ids(roster["coaches"])
        self._parser = SentenceParser(coachees, coaches)
        self._labels = {one: label for ids in (coachees, coaches) for label, one in ids.items()}

    def result_to_facts(self, result: Json) -> None:
        """Convert a result of format 1, in place."""
        result["format"] = 2
        result.setdefault("cut_short", False)
        for match in result["matches"]:
            self._verdicts_to_facts(match["verdicts"], match["coachee"], match["coach"])
        for entry in result["unmatched"]:
            self._remedies_to_facts(entry)
        for move in result.get("moves", ()):
            move["reason"] = self._together(move.pop("because"))
            for session in move["sessions"]:
                session["reason"] = self._together(session.pop("because"))

    def answer_to_facts(self, answer: Json) -> None:
        """Convert the answer to a question, in place."""
        if explanation := answer.get("explanation"):
            self._explanation_to_facts(explanation)
        for advice in answer.get("advice") or ():
            advice["change"] = self._fact(advice["change"], CHANGES)
        for replacement in answer.get("replacements") or ():
            self._verdicts_to_facts(replacement["verdicts"], None, replacement["coach"])

    def result_to_sentences(self, result: Json) -> None:
        """Convert a result to format 1, in place."""
        result["format"] = 1
        result.pop("cut_short", None)
        self._to_sentences(result)

    def answer_to_sentences(self, answer: Json) -> None:
        """Convert an answer to sentences, in place."""
        self._to_sentences(answer)

    @cached_property
    def _evaluator(self) -> RuleEvaluator | None:
        """The evaluator of the rules; `None` if the roster or the policy is no longer valid."""
        try:
            roster = Roster.model_validate(self._roster, strict=False)
            cycle = Cycle.model_validate(self._cycle, strict=False)
        except ValidationError:
            return None
        return RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {one["id"]: row for row, one in enumerate(self._roster["coachees"])}

    @cached_property
    def _columns(self) -> Mapping[str, int]:
        return {one["id"]: column for column, one in enumerate(self._roster["coaches"])}

    def _verdicts_to_facts(self, verdicts: list[Json], coachee: str | None, coach: str) -> None:
        reasons = self._reasons(coachee, coach)
        for verdict in verdicts:
            because = verdict.pop("because")
            reason = reasons.get((verdict["rule"], verdict["points"], verdict["weight"]))
            if reason is None or sentence(reason) != because:
                parsed = self._parser.fact(because, REASONS)
                reason = reason if reason and parsed.code == LEGACY.code else parsed
            verdict["reason"] = reason.to_json()

    def _reasons(self, coachee: str | None, coach: str) -> Mapping[tuple[str, int, int], Fact]:
        """Return the reasons that the rules return now, keyed by rule, points and weight."""
        row, column = self._rows.get(coachee or ""), self._columns.get(coach)
        if row is None or column is None or self._evaluator is None:
            return {}
        verdicts = self._evaluator.verdicts(row, column)
        return {(one.rule, one.points, one.weight): one.reason for one in verdicts}

    def _remedies_to_facts(self, entry: Json) -> None:
        for remedy in entry["remedies"]:
            remedy["change"] = self._fact(remedy["change"], CHANGES)
            remedy["effect"] = self._fact(remedy["effect"], EFFECTS)

    def _explanation_to_facts(self, explanation: Json) -> None:
        coachee = explanation["coachee"]
        for pair in (explanation["match"], explanation["runner_up"]):
            if pair:
                self._verdicts_to_facts(pair["verdicts"], coachee, pair["coach"])
        if explanation["unmatched"]:
            self._remedies_to_facts(explanation["unmatched"])
        for other in explanation["others"]:
            known = self._objections(coachee, other["coach"])
            for objection in other["objections"]:
                because = objection.pop("because")
                reason = known.get(objection["rule"]) or self._parser.fact(because, REASONS)
                objection["reason"] = reason.to_json()

    def _objections(self, coachee: str, coach: str) -> Mapping[str, Fact]:
        schedule = {SCHEDULE: TOO_LITTLE_TIME()}
        if coachee not in self._rows or coach not in self._columns or self._evaluator is None:
            return schedule
        return self._evaluator.objections(self._rows[coachee], self._columns[coach]) | schedule

    def _together(self, because: str) -> Json:
        reasons = self._parser.clauses(because, MOVES)
        one = reasons[0] if len(reasons) == 1 else ALL_REASONS(reasons=reasons)
        return one.to_json()

    def _fact(self, text: str, prefixes: tuple[str, ...]) -> Json:
        return self._parser.fact(text, prefixes).to_json()

    def _to_sentences(self, value: object) -> None:
        if isinstance(value, list):
            for one in value:
                self._to_sentences(one)
        elif isinstance(value, dict):
            if "reason" in value and isinstance(value["reason"], dict):
                value["because"] = sentence(Fact.from_json(value.pop("reason")))
            for key in ("change", "effect"):
                if isinstance(value.get(key), dict):
                    fact = with_labels(Fact.from_json(value[key]), self._labels)
                    value[key] = sentence(fact)
            for one in value.values():
                self._to_sentences(one)


def _ids(people: list[Json]) -> dict[str, str]:
    """Return people's ids, keyed by label."""
    return {f"{one['name']} ({one['id']})": one["id"] for one in people}


def progress_to_facts(progress: Json) -> Json:
    """Return a progress report with a fact as its message."""
    message = progress["message"]
    if not isinstance(message, str):
        return progress
    return progress | {"message": SentenceParser().fact(message, PROGRESS).to_json()}


def progress_to_sentences(progress: Json) -> Json:
    """Return a progress report with an English sentence as its message."""
    message = progress["message"]
    if isinstance(message, str):
        return progress
    return progress | {"message": sentence(Fact.from_json(message))}
