"""Instances, written as the files that the commands read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum
from pathlib import Path

import tomlkit
from pydantic import BaseModel

from api.files.csv_writer import csv_bytes
from coach.cycle import Cycle
from coach.intake.columns import PeopleKind
from coach.intake.written_form import people_rows
from coach.languages import CefrLevel
from coach.people import Coach, Coachee, Roster


def write_instance(roster: Roster, cycle: Cycle, folder: Path) -> tuple[Path, Path, Path]:
    """Write `cycle.toml`, `coachees.csv` and `coaches.csv`, and return their paths."""
    coachees, coaches = folder / "coachees.csv", folder / "coaches.csv"
    coachees.write_bytes(_people(PeopleKind.COACHEES, roster.coachees))
    coaches.write_bytes(_people(PeopleKind.COACHES, roster.coaches))
    path = folder / "cycle.toml"
    path.write_text(cycle_text(cycle), encoding="utf-8")
    return path, coachees, coaches


def cycle_text(cycle: Cycle) -> str:
    """Return the text of a cycle file with all settings that differ from the defaults."""
    return tomlkit.dumps(_table(cycle))


def _people(kind: PeopleKind, people: tuple[Coachee, ...] | tuple[Coach, ...]) -> bytes:
    rows = people_rows(kind, people)
    return csv_bytes(next(rows), rows)


def _table(model: BaseModel) -> dict[str, object]:
    fields = type(model).model_fields
    values = {name: getattr(model, name) for name in fields}
    return {
        name: _value(value)
        for name, value in values.items()
        if fields[name].is_required()
        or value != fields[name].get_default(call_default_factory=True)
    }


def _value(value: object) -> object:
    match value:
        case BaseModel():
            written: object = _table(value)
        case Mapping():
            written = {key: _value(one) for key, one in value.items()}
        case frozenset():
            written = sorted(map(str, value))
        case tuple():
            written = [_value(one) for one in value]
        case CefrLevel():
            written = value.name
        case Enum():
            written = value.value
        case bool() | int() | float() | str() | date():
            written = value
        case _:
            written = str(value)
    return written
