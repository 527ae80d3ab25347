"""Splits entries at commas if one of the parts is an id: `K-1, K-2` if there is a coach K-1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from coach.intake.people_sheet import Draft, PeopleSheet, Understood

_COLUMNS = ("prefers", "refuses", "chain_of_command")


def split_id_lists(sheet: PeopleSheet, others: PeopleSheet) -> PeopleSheet:
    """Return the sheet with id lists split at commas if one of the parts is an id in `others`.

    Ids may contain commas, so an entry that is itself an id is not split.
    """
    understood: list[Understood] = []
    drafts = tuple(_split(draft, sheet, others, understood) for draft in sheet.drafts)
    if not understood:
        return sheet
    return replace(sheet, drafts=drafts, understood=(*sheet.understood, *understood))


def _split(
    draft: Draft, sheet: PeopleSheet, others: PeopleSheet, understood: list[Understood]
) -> Draft:
    values = dict(draft.values)
    for column in _COLUMNS:
        for entry in values.get(column, ()):
            parts = list(_parts(entry, others))
            if len(parts) > 1:
                read_as = "; ".join(parts)
                understood.append(
                    Understood(sheet.name, draft.row, column, entry, read_as, sheet.sheet)
                )
                kept = values[column]
                place = kept.index(entry)
                merged = (*kept[:place], *parts, *kept[place + 1 :])
                values[column] = tuple(dict.fromkeys(merged))
    return Draft(draft.row, values)


def _parts(entry: str, others: PeopleSheet) -> Iterator[str]:
    if "," not in entry or entry in others.ids:
        return
    parts = [part.strip() for part in entry.split(",") if part.strip()]
    if any(part in others.ids for part in parts):
        yield from parts
