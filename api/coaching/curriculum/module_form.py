"""The module form: its fields in one language, with one line for each entry in a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from api.coaching.curriculum import facts
from api.services import Services
from coach.curriculum import Course, Module
from coach.texts.facts import Displayed
from coach.texts.locales import ENGLISH, LOCALES
from coach.validation_errors import validation_fact

FIELDS = (
    *("code", "title", "level", "order", "minutes", "sensitive"),
    *("prerequisites", "objectives", "before", "materials"),
)
EMPTY = dict.fromkeys(FIELDS, "") | {"level": Course.BASIC.value, "minutes": "60"}
_Texts = Mapping[str, str]


def form_language(services: Services) -> str:
    """Return the language in which the office enters texts: the language of its pages.

    If that is a pseudo-locale, the language is English.
    """
    language = services.settings.language
    return ENGLISH.key if LOCALES[language].pseudo else language


def entered_fields(module: Module, language: str) -> dict[str, str]:
    """Convert a module to form fields."""

    def lines(texts: Iterable[_Texts]) -> str:
        return "\n".join(map(shown, texts))

    def shown(texts: _Texts) -> str:
        return texts.get(language) or texts.get(ENGLISH.key) or next(iter(texts.values()))

    return {
        "code": module.code,
        "title": shown(module.title),
        "level": module.level.value,
        "order": str(module.order),
        "minutes": str(module.minutes),
        "sensitive": "yes" if module.sensitive else "",
        "prerequisites": " ".join(module.prerequisites),
        "objectives": lines(one.text for one in module.objectives),
        "before": lines(module.before),
        "materials": "\n".join(f"{one.url} {one.title}" for one in module.materials),
    }


def read_fields(
    entered: Mapping[str, str], language: str, current: Module | None = None
) -> tuple[Module | None, dict[str, Displayed]]:
    """Return the entered module, or `None` and the faults of each field.

    Texts that are unchanged from `current` keep their translations; all others are stored only in
    `language`.
    """
    known: list[_Texts] = []
    if current is not None:
        known = [current.title, *(one.text for one in current.objectives), *current.before]
    drafts = [one.text for one in current.objectives if one.draft] if current else []

    def texts(line: str) -> _Texts:
        before = _entered_text(known, line, language)
        return {language: line} if before is None else before

    objectives = [texts(line) for line in _lines(entered["objectives"])]
    values: dict[str, Any] = {
        "code": entered["code"],
        "title": texts(entered["title"].strip()),
        "level": entered["level"],
        "order": entered["order"],
        "minutes": entered["minutes"],
        "sensitive": bool(entered["sensitive"]),
        "prerequisites": entered["prerequisites"].replace(",", " ").upper().split(),
        "objectives": [{"text": one, "draft": one in drafts} for one in objectives],
        "before": [texts(line) for line in _lines(entered["before"])],
        "materials": [_material(line) for line in _lines(entered["materials"])],
    }
    try:
        return Module.model_validate(values), {}
    except ValidationError as error:
        faults: dict[str, list[Displayed]] = {}
        for detail in error.errors(include_url=False):
            field, fault = str(detail["loc"][0]), validation_fact(detail)
            if detail["loc"][-1] == "title" and field == "materials":
                fault = facts.NO_TITLE()
            if fault not in faults.setdefault(field, []):
                faults[field].append(fault)
        return None, {field: facts.FAULTS_OF_FIELD(faults=found) for field, found in faults.items()}


def _entered_text(known: Iterable[_Texts], line: str, language: str) -> _Texts | None:
    """Return the translations of the text that the form showed as `line`; `None` if it is new."""
    for one in known:
        if line in (one.get(language), one.get(ENGLISH.key)):
            return one
    return None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _material(line: str) -> dict[str, str]:
    url, _, title = line.partition(" ")
    return {"url": url, "title": title}
