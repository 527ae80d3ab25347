"""The review of lists as values for JSON and for templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from api.participants.preview.outcome import KINDS
from api.participants.rows import Side
from api.values import FrozenModel
from coach.intake.list_comparison import Change, ComparedPerson, ListComparison
from coach.intake.list_review import ListedPerson, ListReview
from coach.people import Person
from coach.texts.renderer import Renderer

Rows = Mapping[Side, Mapping[str, int]]
"""The row of each person in the files, keyed by side and id."""
DUPLICATES = "duplicates"
"""The section of possible duplicates. Each side's changes are a section of their own."""
AnyRow = TypeVar("AnyRow")
_SIDES = {kind: side for side, kind in KINDS.items()}


class ListedJson(FrozenModel):
    """A person in a list; `row` is `None` if the person is not in an uploaded file."""

    side: Side
    id: str
    name: str
    row: int | None


class FieldJson(FrozenModel):
    """A changed field: its column, and the cell before and after."""

    column: str
    before: str
    after: str


class ChangedJson(ListedJson):
    """A person whose data changes. If both name and address change, the id may have been reused."""

    fields: tuple[FieldJson, ...]
    may_be_somebody_else: bool


class ListJson(FrozenModel):
    """The changes that a list makes; `concern` states why the list may be wrong or incomplete."""

    side: Side
    size: int
    new: tuple[ListedJson, ...]
    changed: tuple[ChangedJson, ...]
    gone: tuple[ListedJson, ...]
    unchanged: int
    concern: str | None


class SuggestionJson(FrozenModel):
    """Two people who may be one human, with the reasons."""

    first: ListedJson
    second: ListedJson
    because: tuple[str, ...]


class RenumberedJson(FrozenModel):
    """A human whose id has changed: gone under one id, and new under another."""

    before: ListedJson
    after: ListedJson


class ReviewJson(FrozenModel):
    """People who are, or may be, listed more than once."""

    doubled: tuple[tuple[ListedJson, ...], ...]
    in_both_lists: tuple[tuple[ListedJson, ...], ...]
    renumbered: tuple[RenumberedJson, ...]
    suggestions: tuple[SuggestionJson, ...]


class Shown(Protocol):
    """Selects which changes or possible duplicates are returned."""

    def __call__(self, section: str, rows: Sequence[AnyRow], /) -> Sequence[AnyRow]:
        """Return the selected rows of a section; see `DUPLICATES` for the sections."""
        ...


def _everything(_section: str, rows: Sequence[AnyRow]) -> Sequence[AnyRow]:
    return rows


def review_json(
    review: ListReview, rows: Rows, texts: Renderer, shown: Shown = _everything
) -> tuple[tuple[ListJson, ...], ReviewJson]:
    """Return the changes that each list makes, and the people who are listed more than once."""
    labels = _Labels(review, rows)
    return tuple(_list_json(one, labels, texts, shown) for one in review.lists), ReviewJson(
        doubled=tuple(map(labels.all, review.doubled)),
        in_both_lists=tuple(map(labels.all, review.in_both_lists)),
        renumbered=tuple(
            RenumberedJson(before=labels.one(gone), after=labels.one(new))
            for gone, new in review.renumbered
        ),
        suggestions=tuple(
            SuggestionJson(
                first=labels.one(one.first),
                second=labels.one(one.second),
                because=tuple(map(texts.text, one.reasons)),
            )
            for one in shown(DUPLICATES, review.suggestions)
        ),
    )


class _Labels:
    def __init__(self, review: ListReview, rows: Rows) -> None:
        self._rows = rows
        self._people: dict[ListedPerson, Person] = {
            _listed(compared, one): one.person
            for compared in review.lists
            for one in compared.people
        }

    def one(self, listed: ListedPerson) -> ListedJson:
        side = _SIDES[listed.kind]
        row = None if listed.is_gone else self._rows.get(side, {}).get(listed.id)
        return ListedJson(side=side, id=listed.id, name=self._people[listed].name, row=row)

    def all(self, people: Iterable[ListedPerson]) -> tuple[ListedJson, ...]:
        return tuple(map(self.one, people))


def _listed(compared: ListComparison, one: ComparedPerson) -> ListedPerson:
    return ListedPerson(compared.kind, one.person.id, one.change is Change.GONE)


def _list_json(
    compared: ListComparison, labels: _Labels, texts: Renderer, shown: Shown
) -> ListJson:
    def having(change: Change) -> tuple[ComparedPerson, ...]:
        return tuple(one for one in compared.people if one.change is change)

    def listed(change: Change) -> tuple[ListedJson, ...]:
        return labels.all(_listed(compared, one) for one in having(change))

    return ListJson(
        side=_SIDES[compared.kind],
        size=compared.size,
        new=listed(Change.NEW),
        changed=tuple(
            ChangedJson(
                **labels.one(_listed(compared, one)).model_dump(),
                fields=tuple(
                    FieldJson(column=each.column, before=each.before, after=each.after)
                    for each in one.fields
                ),
                may_be_somebody_else=one.may_be_somebody_else,
            )
            for one in shown(_SIDES[compared.kind], having(Change.CHANGED))
        ),
        gone=listed(Change.GONE),
        unchanged=compared.count(Change.UNCHANGED),
        concern=texts.text(compared.concern) if compared.concern else None,
    )
