"""The texts that apply to an agreement: terms, duty to report, and disclosure to the sponsor.

They have the format of consent texts. The default texts are short examples, as their version
states; a deployment replaces them with its own in the folder `settings.coaching_texts`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from api.consent.texts import ConsentText, TextVariables, load_text
from api.settings import Settings


class AppliedText(StrEnum):
    """A text that applies to an agreement; the value is its file name without the suffix."""

    TERMS = "terms"
    DUTY = "duty"
    SPONSOR_SEES = "sponsor_sees"


AppliedTexts = Mapping[AppliedText, ConsentText]


def applied_texts(settings: Settings) -> AppliedTexts:
    """Return the texts in the folder `settings.coaching_texts`, or the default texts.

    Raises:
        ConsentTextError: a text is missing or malformed, or uses an unknown variable.
    """
    return _load_texts(settings.coaching_texts, TextVariables.of(settings))


def texts_sha256(texts: AppliedTexts) -> str:
    """Return a digest of all three texts, which reveals changes made without a new version."""
    digests = "".join(texts[name].sha256 for name in AppliedText)
    return hashlib.sha256(digests.encode()).hexdigest()


@cache
def _load_texts(folder: Path | None, variables: TextVariables) -> dict[AppliedText, ConsentText]:
    return {name: load_text(folder, "coaching", name, variables) for name in AppliedText}
