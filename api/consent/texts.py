"""Versioned consent texts.

A text is a plain-text file with the lines `version:` and `date:`, a blank line, and parts, each of
which starts with a heading `## …` and has one paragraph per line. A deployment can provide a folder
with all three files; the default texts are in `templates/consent/texts`.
"""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.consent import facts
from api.consent.rows import ConsentKind
from api.participants.rows import Side
from coach.errors import DomainError

_HEADING = "## "


TERMS_BY_SIDE = {Side.COACHEE: ConsentKind.COACHEE, Side.COACH: ConsentKind.COACH}
"""The kind of privacy terms for each side."""


class ConsentTextError(DomainError):
    """A consent text is missing or malformed."""


class _FrozenModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TextPart(_FrozenModel):
    """A part of a consent text: a heading with its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


class ConsentText(_FrozenModel):
    """A consent text. The `sha256` of its file reveals changes made without a new version."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    dated: date
    sha256: str
    parts: Annotated[tuple[TextPart, ...], Field(min_length=1)]


@cache
def consent_texts(folder: Path | None) -> dict[ConsentKind, ConsentText]:
    """Return the texts in `folder`, or the default texts if it is `None`.

    Raises:
        ConsentTextError: a text is missing or malformed.
    """
    return {kind: _load_text(folder, kind) for kind in ConsentKind}


def _load_text(folder: Path | None, kind: ConsentKind) -> ConsentText:
    path = (folder or resources.files("templates") / "consent" / "texts") / f"{kind}.txt"
    try:
        content = path.read_bytes()
        return _parse_text(content.decode("utf-8").replace("\r\n", "\n"), content)
    except (OSError, ValueError, ValidationError) as error:
        raise ConsentTextError(facts.UNREADABLE(path=str(path))) from error


def _parse_text(text: str, content: bytes) -> ConsentText:
    head, _, body = text.partition("\n\n")
    headers = dict(line.split(":", 1) for line in head.splitlines())
    before, *parts = f"\n{body.strip()}".split(f"\n{_HEADING}")
    if before.strip():
        raise ValueError("there is text before the first heading")
    return ConsentText(
        version=headers["version"].strip() if "version" in headers else "",
        dated=date.fromisoformat(headers.get("date", "").strip()),
        sha256=hashlib.sha256(content).hexdigest(),
        parts=tuple(_parse_part(part) for part in parts),
    )


def _parse_part(text: str) -> TextPart:
    heading, _, body = text.partition("\n")
    lines = (line.strip() for line in body.splitlines())
    return TextPart(heading=heading.strip(), paragraphs=tuple(line for line in lines if line))
