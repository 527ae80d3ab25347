"""Encodes and decodes the reason why an email could not be sent: a fact stored as JSON."""

from __future__ import annotations

import json

from api.mail.rows import MAX_PROBLEM_LENGTH
from coach.texts.facts import LEGACY, Displayed, Fact
from coach.texts.renderer import english


def encode_problem(shown: Displayed) -> str:
    """Encode a problem for its row; a fact that is too long is encoded as English text."""
    if isinstance(shown, Fact):
        stored = json.dumps(shown.to_json(), ensure_ascii=False)
        if len(stored) <= MAX_PROBLEM_LENGTH:
            return stored
    return english(shown)[:MAX_PROBLEM_LENGTH]


def decode_problem(stored: str) -> Displayed:
    """Decode a stored problem; text that is not an encoded fact is returned as a legacy fact."""
    if not stored:
        return ""
    try:
        return Fact.from_json(json.loads(stored))
    except ValueError:  # not JSON, or not a fact
        return LEGACY(text=stored)
