"""Versioned consent texts.

A text is a plain-text file with the lines `version:` and `date:`, a blank line, and parts, each of
which starts with a heading `## …` and has one paragraph per line. It is a Jinja2 template, in which
the settings in `TextVariables` can be used. A deployment can provide a folder with these files; the
default texts are in `templates/consent/texts`. If the folder lacks a text of an `OPTIONAL` kind,
the default text is used.
"""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, NamedTuple, Self

from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.consent import facts
from api.consent.rows import ConsentKind
from api.participants.rows import Side
from api.settings import Settings
from coach.errors import DomainError

_HEADING = "## "
_TEMPLATES = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)

OPTIONAL = frozenset({ConsentKind.ALUMNI})
"""Texts that a folder may lack, because folders made for earlier versions do not contain them."""

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
    """A consent text. Its `sha256` reveals changes made without a new version.

    The digest is that of the file or, if the text contains settings, of the text with their values
    inserted. People are therefore asked again if one of these settings changes.
    """

    version: Annotated[str, Field(min_length=1, max_length=40)]
    dated: date
    sha256: str
    parts: Annotated[tuple[TextPart, ...], Field(min_length=1)]


class TextVariables(NamedTuple):
    """The settings that can be used in consent texts, by their names in the texts."""

    controller: str
    data_protection_officer: str
    supervisory_authority: str
    legal_basis: str
    retention_days: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the variables with the values that this deployment has set."""
        organisation = settings.deployment
        return cls(
            controller=organisation.controller,
            data_protection_officer=organisation.data_protection_officer,
            supervisory_authority=organisation.supervisory_authority,
            legal_basis=organisation.legal_basis,
            retention_days=settings.retention_days,
        )


def consent_texts(settings: Settings) -> dict[ConsentKind, ConsentText]:
    """Return the texts in the folder `settings.consent_texts`, or the default texts.

    Raises:
        ConsentTextError: a text is missing or malformed, or uses an unknown variable.
    """
    return _load_texts(settings.consent_texts, TextVariables.of(settings))


@cache
def _load_texts(folder: Path | None, variables: TextVariables) -> dict[ConsentKind, ConsentText]:
    return {
        kind: load_text(_folder_of(folder, kind), "consent", kind, variables)
        for kind in ConsentKind
    }


def _folder_of(folder: Path | None, kind: ConsentKind) -> Path | None:
    """Return the folder that holds a text, or `None` if the default text is used."""
    own = folder is not None and (kind not in OPTIONAL or (folder / f"{kind}.txt").exists())
    return folder if own else None


def load_text(
    folder: Path | None, subject: str, name: str, variables: TextVariables
) -> ConsentText:
    """Return the text `name` in `folder`, or the default text of `subject` if `folder` is `None`.

    Raises:
        ConsentTextError: the text is missing or malformed, or uses an unknown variable.
    """
    path = (folder or resources.files("templates") / subject / "texts") / f"{name}.txt"
    try:
        content = path.read_bytes()
        source = content.decode("utf-8").replace("\r\n", "\n")
        text = _insert_settings(source, variables)
        return _parse_text(text, content if text == source else text.encode())
    except (TemplateError, TypeError) as error:
        raise ConsentTextError(facts.NOT_FILLED_IN(path=str(path), problem=str(error))) from error
    except (OSError, ValueError, ValidationError) as error:
        raise ConsentTextError(facts.UNREADABLE(path=str(path))) from error


def _insert_settings(source: str, variables: TextVariables) -> str:
    """Insert the settings into a text; unknown variables are errors, even in branches not taken.

    Raises:
        TemplateError: the text has a syntax error or an unknown variable.
    """
    unknown = meta.find_undeclared_variables(_TEMPLATES.parse(source)) - set(variables._fields)
    if unknown:
        raise TemplateError(f"there is no setting {', '.join(sorted(unknown))}")
    return _TEMPLATES.from_string(source).render(variables._asdict())


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
