"""Writes instances as the files that the commands read."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from coach.cycle import Cycle
from coach.people import Coach, Coachee, Person, Roster

_SHARED = (
    *("id", "name", "email", "country", "languages", "availability", "unavailable"),
    *("timezone", "unit", "rank", "topics"),
)


def write_instance(roster: Roster, cycle: Cycle, folder: Path) -> tuple[Path, Path, Path]:
    """Write `cycle.toml`, `coachees.csv` and `coaches.csv`, and return their paths.

    Of the policy, only the dates, the zone and the sessions are written; the rest must have its
    default values.
    """
    coachees, coaches = folder / "coachees.csv", folder / "coaches.csv"
    _write(coachees, ("role", "priority", "prefers"), map(_coachee_row, roster.coachees))
    _write(coaches, ("capacity",), map(_coach_row, roster.coaches))
    path = folder / "cycle.toml"
    path.write_text(cycle_text(cycle), encoding="utf-8")
    return path, coachees, coaches


def _write(path: Path, own: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow((*_SHARED, *own))
        writer.writerows(rows)


def _coachee_row(person: Coachee) -> tuple[object, ...]:
    return (*_row(person), person.role.value, person.priority, "; ".join(person.prefers))


def _coach_row(person: Coach) -> tuple[object, ...]:
    return (*_row(person), person.capacity)


def _row(person: Person) -> tuple[object, ...]:
    return (
        person.id,
        person.name,
        person.email,
        person.country,
        "; ".join(map(str, person.languages)),
        "; ".join(map(str, person.availability)),
        "; ".join(map(str, person.unavailable)),
        person.timezone,
        person.unit,
        person.rank.code,
        "; ".join(person.topics),
    )


def cycle_text(cycle: Cycle) -> str:
    """Return the text of a cycle file with the dates, the zone and the sessions of a policy."""
    dates = cycle.cycle
    lines = [
        "[cycle]",
        f'name = "{dates.name}"',
        f"start = {dates.start}",
        f"end = {dates.end}",
        f'timezone = "{dates.timezone}"',
        "[sessions]",
    ]
    lines += [f"{key} = {value}" for key, value in cycle.sessions.model_dump().items()]
    return "\n".join(lines) + "\n"
