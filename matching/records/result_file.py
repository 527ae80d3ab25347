"""Reads `result.json` in the current format, and in format 1, which has sentences but no facts."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue
from pydantic_core import from_json

from coach.texts.facts import LEGACY
from matching.result import Result, Unmatched

FORMAT = 2
LEGACY_FORMAT = 1
SENTENCE_KEYS = ("because", "text")
"""The keys of sentences, which repeat a fact in the same object."""


class _StoredResult(Result):
    """A result as stored in a file, where the keys defined here are required."""

    format: Literal[1, 2]
    cut_short: bool


def parse_result(content: str | bytes) -> Result:
    """Return the result in a file. Its sentences are ignored, except in format 1.

    A result of format 1 keeps this format, and each of its sentences becomes a `LEGACY` fact.

    Raises:
        pydantic.ValidationError: the content is not a result.
    """
    try:
        value: JsonValue = from_json(content)
    except ValueError:
        return _StoredResult.model_validate_json(content)  # raises an error that states the line
    if isinstance(value, dict) and value.get("format") == LEGACY_FORMAT:
        value = {"cut_short": False, **value}  # missing from the earliest files
    stored = _StoredResult.model_validate(facts_only(value))
    return Result.model_construct(**dict(stored))


def facts_only(value: JsonValue) -> JsonValue:
    """Return the JSON of a result without its sentences; sentences of format 1 become facts."""
    legacy = isinstance(value, dict) and value.get("format") == LEGACY_FORMAT
    return _with_legacy_facts(value) if legacy else _without_sentences(value)


def _without_sentences(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_without_sentences(one) for one in value]
    if not isinstance(value, dict) or "code" in value:  # a fact
        return value
    return {key: _without_sentences(one) for key, one in value.items() if key not in SENTENCE_KEYS}


def _with_legacy_facts(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_with_legacy_facts(one) for one in value]
    if not isinstance(value, dict):
        return value
    changed = {key: _with_legacy_facts(one) for key, one in value.items()}
    if isinstance(because := changed.pop("because", None), str):
        changed["reason"] = _legacy(because)
    if "effect" in changed:  # a remedy
        for key in ("change", "effect"):
            if isinstance(text := changed.get(key), str):
                changed[key] = _legacy(text)
    return changed


def _legacy(text: str) -> JsonValue:
    return LEGACY(text=text).to_json()


def comparable_results(stored: Result, other: Result) -> tuple[Result, Result]:
    """Return both results, reduced to the parts that can be compared.

    If `stored` has format 1, verdicts and moves are removed, and unmatched coachees are reduced to
    their ids. Otherwise, both results are returned unchanged.
    """
    if stored.format == FORMAT:
        return stored, other
    return _without_reasons(stored), _without_reasons(other)


def _without_reasons(result: Result) -> Result:
    return result.model_copy(
        update={
            "matches": tuple(one.model_copy(update={"verdicts": ()}) for one in result.matches),
            "unmatched": tuple(
                Unmatched(coachee=one.coachee, reason="all-taken", funnel=(), remedies=())
                for one in result.unmatched
            ),
            "moves": (),
        }
    )
