"""The curriculum: modules of two courses, and how they are distributed over sessions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from itertools import accumulate
from typing import Annotated
from unicodedata import category
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from coach import curriculum_facts as facts
from coach.errors import InvalidValueError
from coach.feedback import SingleLineText
from coach.module_codes import ModuleCode
from coach.texts.facts import Fact

MAX_TITLE = 160
MAX_OBJECTIVE = 240
MAX_URL = 500
MIN_MINUTES, MAX_MINUTES = 15, 480
_MAX_ORDER = 999


class Course(StrEnum):
    """A course of the programme, and the level of its modules."""

    BASIC = "basic"
    ADVANCED = "advanced"


def _check_host(url: str) -> str:
    """Return `url` if it is an https URL whose host cannot be disguised.

    Raises:
        InvalidValueError: `url` is not an https URL, its host is not ASCII or has no dot, or it
            contains a user name, spaces or control characters.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or "." not in host or parts.scheme != "https" or parts.username is not None:
        raise InvalidValueError(facts.NOT_A_LINK())
    if any(sign.isspace() or category(sign)[0] == "C" for sign in url) or not host.isascii():
        raise InvalidValueError(facts.NOT_A_LINK())
    return url


LanguageKey = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
_Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TITLE),
    SingleLineText,
]
_Sentence = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_OBJECTIVE),
    SingleLineText,
]
LocalTitle = Annotated[Mapping[LanguageKey, _Title], Field(min_length=1)]
"""A title in several languages, keyed by language."""
LocalSentence = Annotated[Mapping[LanguageKey, _Sentence], Field(min_length=1)]
"""A sentence in several languages, keyed by language."""
LinkAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MAX_URL), AfterValidator(_check_host)
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Objective(_Part):
    """A skill or insight that a coachee gains from a module. Coaches and coachees see no drafts."""

    text: LocalSentence
    draft: bool = False


class Material(_Part):
    """A document on another server. `title` is shown in all languages as it was entered."""

    title: _Title
    url: LinkAddress

    @property
    def host(self) -> str:
        """The host of the address, in its ASCII form."""
        return urlsplit(self.url).hostname or ""


class Module(_Part):
    """A module of the curriculum.

    Attributes:
        code: the unique code of the module, such as `B1`, which never changes.
        level: the course that the module belongs to.
        order: its place in the course.
        minutes: the usual length of the module, in minutes.
        objectives: two to four objectives, including drafts.
        before: the coachee's preparation for the session.
        sensitive: whether coaches are warned that sessions with the module need particular care.
        prerequisites: the codes of modules that must come before this one.
    """

    code: ModuleCode
    title: LocalTitle
    level: Course
    order: Annotated[int, Field(ge=1, le=_MAX_ORDER)]
    minutes: Annotated[int, Field(ge=MIN_MINUTES, le=MAX_MINUTES)]
    objectives: Annotated[tuple[Objective, ...], Field(min_length=2, max_length=4)]
    before: Annotated[tuple[LocalSentence, ...], Field(max_length=5)] = ()
    materials: Annotated[tuple[Material, ...], Field(max_length=10)] = ()
    sensitive: bool = False
    prerequisites: Annotated[tuple[ModuleCode, ...], Field(max_length=5)] = ()

    @property
    def has_drafts(self) -> bool:
        """Whether any objective is a draft that is awaiting approval."""
        return any(one.draft for one in self.objectives)

    def without_drafts(self) -> Module:
        """Return the module as coaches and coachees see it, with draft objectives removed."""
        approved = tuple(one for one in self.objectives if not one.draft)
        return self.model_copy(update={"objectives": approved})


def in_order(modules: Iterable[Module]) -> list[Module]:
    """Return modules in the order of the curriculum: by course, `order` and code."""
    levels = list(Course)
    return sorted(modules, key=lambda one: (levels.index(one.level), one.order, one.code))


def contradictions(modules: Sequence[Module]) -> Iterator[tuple[int, str, Fact]]:
    """Yield each contradiction between modules: a module's index, the field, and the reason."""
    places = {one.code: place for place, one in enumerate(in_order(modules))}
    seen: set[str] = set()
    for index, module in enumerate(modules):
        if module.code in seen:
            yield index, "code", facts.CODE_TWICE(code=module.code)
        seen.add(module.code)
        for code in module.prerequisites:
            if code not in places:
                yield index, "prerequisites", facts.NO_SUCH_PREREQUISITE(code=code)
            elif places[code] >= places[module.code]:
                yield index, "prerequisites", facts.PREREQUISITE_LATER(code=code)


def distribute(modules: Sequence[Module], sessions: int) -> tuple[tuple[str, ...], ...]:
    """Distribute modules over sessions, in order, to make the longest session as short as possible.

    Each session has consecutive modules. The modules before any session are distributed over the
    earlier sessions by the same rule; ties are broken in favour of more modules in earlier
    sessions. If there are fewer modules than sessions, the last sessions are empty. This is the
    linear partition problem (Skiena, The Algorithm Design Manual, 10.7), solved in `O(sessions *
    len(modules)**2)` comparisons.
    """
    total = [0, *accumulate(one.minutes for one in modules)]

    @cache
    def shortest(end: int, parts: int) -> tuple[int, tuple[int, ...]]:
        """Return the smallest possible maximum length of a part, and where each part starts."""
        if parts == 1:
            return total[end], (0,)
        return min(
            (
                (max(longest, total[end] - total[start]), (*starts, start))
                for start in range(parts - 1, end)
                for longest, starts in [shortest(start, parts - 1)]
            ),
            key=lambda found: (found[0], [-start for start in found[1]]),
        )

    count = min(sessions, len(modules))
    starts = shortest(len(modules), count)[1] if count else ()
    ends = (*starts[1:], len(modules))
    parts = [modules[start:end] for start, end in zip(starts, ends, strict=bool(starts))]
    empty: tuple[tuple[str, ...], ...] = ((),) * (sessions - count)
    return (*(tuple(one.code for one in part) for part in parts), *empty)
