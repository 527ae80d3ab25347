"""The texts that people are asked to agree to, each with a version.

A text is a plain file: the lines `version:` and `date:`, a blank line, then parts that start with a
heading `## …` and have one paragraph per line. A deployment may keep its own three files in a
folder of its choice; the default texts are in `templates/consent/texts`.
"""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.consent.rows import ConsentKind
from api.participants.rows import Side
from coach.errors import DomainError

_HEADING = "## "


TERMS_BY_SIDE = {Side.COACHEE: ConsentKind.COACHEE, Side.COACH: ConsentKind.COACH}
"""The text about privacy for each side."""


class ConsentTextError(DomainError):
    """A consent text is missing or cannot be read."""


class _FrozenModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TextPart(_FrozenModel):
    """A heading with its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


class ConsentText(_FrozenModel):
    """A consent text; the `sha256` of its file reveals changes made without a new version."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    dated: date
    sha256: str
    parts: Annotated[tuple[TextPart, ...], Field(min_length=1)]


@cache
def consent_texts(folder: Path | None) -> dict[ConsentKind, ConsentText]:
    """Return the texts in `folder`, or the default texts.

    Raises:
        ConsentTextError: a text is missing or cannot be read.
    """
    return {kind: _load_text(folder, kind) for kind in ConsentKind}


def _load_text(folder: Path | None, kind: ConsentKind) -> ConsentText:
    path = (folder or resources.files("templates") / "consent" / "texts") / f"{kind}.txt"
    try:
        content = path.read_bytes()
        return _parse_text(content.decode("utf-8").replace("\r\n", "\n"), content)
    except (OSError, ValueError, ValidationError) as error:
        raise ConsentTextError(
            f"the consent text {path} cannot be read: it needs lines `version:` and "
            "`date: 2026-11-24`, a blank line, and parts that start with `## `; "
            "see docs/how-to/tell-people-what-is-private.md"
        ) from error


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
