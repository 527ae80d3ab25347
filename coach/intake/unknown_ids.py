"""Finds unknown person ids in preferences, refusals and chains of command."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from coach.intake.columns import PeopleKind
from coach.intake.people_sheet import Draft, PeopleSheet, Understood

UnknownId = tuple[Draft, str, str]
"""A row, one of its columns, and an id in that cell that belongs to nobody."""

_ID_COLUMNS = {PeopleKind.COACHEES: ("prefers", "refuses"), PeopleKind.COACHES: ("refuses",)}


def is_unknown(ident: str, people: PeopleSheet) -> bool:
    """Return whether nobody in a sheet has this id; always false if the sheet has invalid ids."""
    return people.complete_ids and ident not in people.ids


def unknown_ids(sheet: PeopleSheet, others: PeopleSheet) -> Iterator[UnknownId]:
    """Yield each id in a preference or refusal that is missing from the other sheet."""
    for draft in sheet.drafts:
        for column in _ID_COLUMNS[sheet.kind]:
            for ident in draft.values.get(column, ()):
                if is_unknown(ident, others):
                    yield draft, column, ident


def unknown_chain_ids(coaches: PeopleSheet, coachees: PeopleSheet) -> Iterator[UnknownId]:
    """Yield each id in a chain of command that no coachee has.

    An entry counts as an id if it contains a digit and looks like the coachees' ids; other entries
    are names of units.
    """
    units = {str(draft.values.get("unit", "")).casefold() for draft in coachees.drafts}
    shapes = {_shape(ident) for ident in coachees.ids}
    known = {ident.casefold() for ident in coachees.ids} | units
    for draft in coaches.drafts:
        for entry in draft.values.get("chain_of_command", ()):
            is_id = _shape(entry) in shapes and any(map(str.isdigit, entry))
            if is_id and entry.casefold() not in known and is_unknown(entry, coachees):
                yield draft, "chain_of_command", entry


def without_unknown_ids(
    coachees: PeopleSheet, coaches: PeopleSheet
) -> tuple[PeopleSheet, PeopleSheet, tuple[Understood, ...]]:
    """Remove the ids of people who are not in the cycle; return both sheets and the removed ids.

    Such ids make no difference to the cycle, and are errors in lists that are read with `strict`.
    """
    of_coaches = [*unknown_ids(coaches, coachees), *unknown_chain_ids(coaches, coachees)]
    changed, left_out = [], []
    for sheet, unknown in ((coachees, [*unknown_ids(coachees, coaches)]), (coaches, of_coaches)):
        changed.append(_without(sheet, unknown))
        left_out += [
            Understood(sheet.name, draft.row, column, ident, "", sheet.sheet)
            for draft, column, ident in unknown
        ]
    return changed[0], changed[1], tuple(left_out)


def _without(sheet: PeopleSheet, unknown: Iterable[UnknownId]) -> PeopleSheet:
    by_cell: dict[tuple[int, str], set[str]] = defaultdict(set)
    for draft, column, ident in unknown:
        by_cell[draft.row, column].add(ident)
    if not by_cell:
        return sheet
    drafts = []
    for draft in sheet.drafts:
        values = dict(draft.values)
        for column in _ID_COLUMNS[sheet.kind] + ("chain_of_command",):
            if wrong := by_cell.get((draft.row, column)):
                values[column] = tuple(one for one in values[column] if one not in wrong)
        drafts.append(Draft(draft.row, values))
    return replace(sheet, drafts=tuple(drafts))


def _shape(ident: str) -> str:
    """Return an id with its letters and digits replaced: `C-017` has the shape of `K-4`."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"[0-9]+", "0", ident))
