"""Checks that the sentences in `result.json` agree with the facts next to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from pydantic import JsonValue
from pydantic_core import from_json

from api.results import check_facts as facts
from api.results.move_view import display_names
from api.results.result_folder import ResultFolder
from api.results.result_json import ResultSentences
from api.texts.catalogues import all_renderers
from matching.auditor import Finding
from matching.records.result_file import LEGACY_FORMAT, SENTENCE_KEYS

_MAX_REPORTED = 5  # maximum number of sentences reported individually


def sentence_findings(content: bytes, found: ResultFolder) -> Iterator[Finding]:
    """Yield findings about the sentences in `content` that differ from their facts.

    The first `_MAX_REPORTED` are reported individually; the rest are only counted. The sentences
    may be in any language, but all must be in the same one. Format 1, which has no facts, is not
    checked.

    Args:
        content: the bytes of `result.json`.
        found: the result in the file, and its inputs.
    """
    if found.result.format == LEGACY_FORMAT:
        return
    stored = dict(_sentences(from_json(content)))
    roster = found.inputs.roster
    names = display_names((*roster.coachees, *roster.coaches))
    rendered = (ResultSentences(texts, names).file(found.result) for texts in all_renderers())
    wrong = min(
        (_differences(stored, dict(_sentences(one.model_dump(mode="json")))) for one in rendered),
        key=len,
    )
    for place, expected in islice(wrong.items(), _MAX_REPORTED):
        yield Finding(
            "result.json", facts.SENTENCE_DIFFERS(place=place, expected=expected or facts.NONE())
        )
    if len(wrong) > _MAX_REPORTED:
        yield Finding("result.json", facts.MORE_SENTENCES(count=len(wrong) - _MAX_REPORTED))


def _differences(stored: Mapping[str, str], expected: Mapping[str, str]) -> dict[str, str]:
    """Return the expected sentence, or an empty string, for each path whose sentence differs."""
    return {
        place: expected.get(place, "")
        for place in (*expected, *(stored.keys() - expected.keys()))
        if stored.get(place) != expected.get(place)
    }


def _sentences(value: JsonValue, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield each sentence with its path, such as `matches[0].verdicts[2].because`."""
    if isinstance(value, list):
        for position, one in enumerate(value):
            yield from _sentences(one, f"{place}[{position}]")
    elif isinstance(value, dict) and "code" not in value:  # otherwise, it would be a fact
        for key, one in value.items():
            below = f"{place}.{key}" if place else key
            if key in SENTENCE_KEYS:
                yield below, str(one)
            else:
                yield from _sentences(one, below)
