"""The reason why a background task failed: its stored form, and its form for display and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import SkipJsonSchema

from api.error_mapping import ErrorType, title_of
from api.values import FrozenModel
from coach.texts.facts import LEGACY, Fact
from coach.texts.renderer import Renderer

_SLUG, _FACT, _TITLE, _DETAIL = "slug", "fact", "title", "detail"


class TaskFailure(FrozenModel):
    """The reason why a task failed, with the members of a problem document.

    `title` and `detail` are facts. Routes replace them with text by calling `rendered`.
    """

    slug: str
    title: str | SkipJsonSchema[Fact]
    detail: str | SkipJsonSchema[Fact]

    def rendered(self, texts: Renderer) -> TaskFailure:
        """Return a copy with text in the language of `texts` instead of facts."""
        return TaskFailure(
            slug=self.slug, title=texts.text(self.title), detail=texts.text(self.detail)
        )


def stored_failure(kind: ErrorType, detail: Fact) -> dict[str, Any]:
    """Return the stored form of a failure: `{"slug": …, "fact": …}`."""
    return {_SLUG: kind.slug, _FACT: detail.to_json()}


def read_failure(stored: Mapping[str, Any]) -> TaskFailure:
    """Return the failure that `stored` represents.

    Earlier versions stored English text: `{"slug": …, "title": …, "detail": …}`. Such text is
    displayed unchanged.
    """
    detail = Fact.from_json(stored[_FACT]) if _FACT in stored else LEGACY(text=stored[_DETAIL])
    title = title_of(stored[_SLUG]) or LEGACY(text=stored.get(_TITLE, ""))
    return TaskFailure(slug=stored[_SLUG], title=title, detail=detail)


def erased_failure(stored: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Return a stored failure with `text` in place of its detail, which mentioned a person."""
    return {name: value for name, value in stored.items() if name != _FACT} | {_DETAIL: text}
