"""View models of modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.coaching.curriculum import facts
from api.coaching.curriculum.catalogue import StoredModule
from api.http import urls
from api.web.labels import Badge
from coach.curriculum import Course, Material, Module
from coach.curriculum_facts import LOCAL_TEXT
from coach.texts.facts import Fact


def text_of(texts: Mapping[str, str]) -> Fact:
    """Return a translated text as a fact, which is displayed in the reader's language."""
    return LOCAL_TEXT(text=texts)


@dataclass(frozen=True, slots=True)
class ModuleLine:
    """A module as shown to the office; `objectives` pairs each text with whether it is a draft."""

    code: str
    url: str
    title: Fact
    course: Fact
    minutes: Fact
    badges: tuple[Badge, ...]
    objectives: tuple[tuple[Fact, bool], ...]
    before: tuple[Fact, ...]
    materials: tuple[Material, ...]
    prerequisites: tuple[str, ...]
    has_drafts: bool
    own: bool
    retired: bool
    version: int


def module_line(stored: StoredModule) -> ModuleLine:
    """Return a module as shown to the office."""
    module = stored.module
    return ModuleLine(
        code=module.code,
        url=urls.module(module.code),
        title=text_of(module.title),
        course=facts.COURSES[module.level],
        minutes=facts.MINUTES(count=module.minutes),
        badges=tuple(_badges(stored, module)),
        objectives=tuple((text_of(one.text), one.draft) for one in module.objectives),
        before=tuple(map(text_of, module.before)),
        materials=module.materials,
        prerequisites=module.prerequisites,
        has_drafts=module.has_drafts,
        own=stored.own,
        retired=stored.retired_at is not None,
        version=stored.version,
    )


def by_course(modules: Iterable[StoredModule]) -> list[tuple[Fact, list[ModuleLine]]]:
    """Group modules by course; return the name of each course with its modules."""
    found = list(modules)
    return [
        (facts.COURSES[course], [module_line(one) for one in found if one.module.level is course])
        for course in Course
    ]


def _badges(stored: StoredModule, module: Module) -> Iterable[Badge]:
    if stored.retired_at is not None:
        yield Badge(facts.RETIRED())
    if module.sensitive:
        yield Badge(facts.SENSITIVE(), "warn")
    if stored.own:
        yield Badge(facts.OWN())
    drafts = sum(one.draft for one in module.objectives)
    if drafts:
        yield Badge(facts.DRAFTS(count=drafts), "warn")
