"""Warnings about rows that may describe one human, and about humans entered twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from coach.errors import InputFault
from coach.humans import folded_address, same_humans
from coach.intake import review_facts as facts
from coach.intake.people_sheet import PeopleSheet


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with a valid address, and the number of its human."""

    sheet: PeopleSheet
    row: int
    address: str
    human: int


def identity_warnings(
    coachees: PeopleSheet, coaches: PeopleSheet
) -> Iterator[tuple[PeopleSheet, InputFault]]:
    """Yield a warning for each address that several humans share, and for each repeated human.

    A human is repeated if the same list contains another row for them. Offices share mailboxes, so
    people with the same address and different names are different people, unless their rows have
    the same `person`.
    """
    rows = _rows(coachees, coaches)
    by_address: dict[str, list[_Row]] = defaultdict(list)
    entered: dict[tuple[int, str], _Row] = {}
    for one in rows:
        by_address[one.address].append(one)
        first = entered.setdefault((one.human, one.sheet.kind.value), one)
        if first is not one:
            twice = facts.SAME_PERSON_TWICE(row=first.row)
            yield one.sheet, InputFault(one.sheet.name, one.row, "name", twice)
    for sharing in by_address.values():
        first = sharing[0]
        others = [one for one in sharing if one.human != first.human]
        if others:
            shared = facts.SHARED_ADDRESS(
                file=first.sheet.name,
                row=first.row,
                count=len({one.human for one in sharing}),
            )
            place = others[0].sheet.name, others[0].row, "email"
            yield others[0].sheet, InputFault(*place, shared)


def _rows(*sheets: PeopleSheet) -> list[_Row]:
    drafts = [
        (sheet, draft)
        for sheet in sheets
        for draft in sheet.drafts
        if draft.values.get("email") and draft.values.get("name")
    ]
    humans = same_humans(
        [
            (values.get("person", ""), values["email"], values["name"])
            for values in (draft.values for _, draft in drafts)
        ]
    )
    return [
        _Row(sheet, draft.row, folded_address(draft.values["email"]), human)
        for (sheet, draft), human in zip(drafts, humans, strict=True)
    ]
