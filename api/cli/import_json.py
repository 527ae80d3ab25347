"""The JSON object that `gender-coach import --json` prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from api.cli.output import render
from api.input_files.list_import import ListImport
from coach.intake.list_comparison import Change, ListComparison
from coach.intake.list_review import ListedPerson, PossibleDuplicate

_FORMAT = 1


def import_object(imported: ListImport, written: Sequence[str]) -> dict[str, Any]:
    """Return an import as a JSON object; `written` contains the names of the files written."""
    review = imported.review
    return {
        "format": _FORMAT,
        "counts": {one.kind.value: _counts(one, imported) for one in review.lists},
        "people": [entry for one in review.lists for entry in _people(one, imported)],
        "doubled": [_listed(same, imported) for same in review.doubled],
        "in_both_lists": [_listed(same, imported) for same in review.in_both_lists],
        "renumbered": [
            {"list": gone.kind.value, "before": gone.id, "after": new.id}
            for gone, new in review.renumbered
        ],
        "suggestions": [_suggestion(one, imported) for one in review.suggestions],
        "understood": list(map(asdict, imported.understood)),
        "left_out": [
            {
                "file": one.file,
                "row": one.row,
                "column": one.column,
                "id": one.written,
                "sheet": one.sheet,
            }
            for one in imported.left_out
        ],
        "warnings": [
            {"file": one.file, "row": one.row, "column": one.column, "message": render(one.message)}
            for one in imported.warnings
        ],
        "written": list(written),
    }


def _counts(compared: ListComparison, imported: ListImport) -> dict[str, Any]:
    return {
        "people": compared.size,
        "earlier": compared.earlier_count,
        **{change.value: compared.count(change) for change in Change},
        "doubled": sum(same[0].kind is compared.kind for same in imported.review.doubled),
        "much_shorter": compared.is_much_shorter,
    }


def _people(compared: ListComparison, imported: ListImport) -> Iterable[dict[str, Any]]:
    doubled = {one for same in imported.review.doubled for one in same}
    for one in compared.people:
        listed = ListedPerson(compared.kind, one.person.id, one.change is Change.GONE)
        yield {
            "list": compared.kind.value,
            "id": one.person.id,
            "name": one.person.name,
            "row": imported.row(listed),
            "change": one.change.value,
            "fields": list(map(asdict, one.fields)),
            "doubled": listed in doubled,
            "may_be_somebody_else": one.may_be_somebody_else,
        }


def _listed(people: Iterable[ListedPerson], imported: ListImport) -> list[dict[str, Any]]:
    return [{"list": one.kind.value, "id": one.id, "row": imported.row(one)} for one in people]


def _suggestion(one: PossibleDuplicate, imported: ListImport) -> dict[str, Any]:
    return {
        "people": _listed((one.first, one.second), imported),
        "reasons": [{**reason.to_json(), "text": render(reason)} for reason in one.reasons],
    }
