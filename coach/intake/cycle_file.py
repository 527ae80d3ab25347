"""Parses cycle files, reporting every fault with its line and dotted key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from coach.cycle import Cycle
from coach.cycle_file_table import CycleFileTable
from coach.errors import InputFault
from coach.intake import cycle_file_facts as facts
from coach.intake.fault_messages import with_suggestion
from coach.intake.policy_values import READERS
from coach.intake.reference import ReadContext
from coach.intake.toml_positions import KeyPath, dotted_key, line_of
from coach.intake.toml_text import parse_toml
from coach.intake.validation_messages import describe_error, describe_type
from coach.texts.facts import Displayed
from coach.waivers import Waiver

_ID_TABLES = ("pins", "bans", "preferred_by")  # tables that refer to people in the other two files


@dataclass(frozen=True, slots=True)
class CycleFile:
    """A parsed cycle file.

    Attributes:
        file: the name of the file as given by the user.
        cycle: the cycle, or `None` if the file has faults.
        lines: the line of each key.
        faults: all faults, ordered by line.
        pins: the valid entries of `[pins]`, even if the file has faults.
        bans: the valid entries of `[bans]`, even if the file has faults.
        preferred_by: the valid preferred times of coachees, even if the file has faults.
        waivers: the valid entries of `[[waivers]]` with their indices, even if the file has faults.
    """

    file: str
    cycle: Cycle | None
    lines: dict[KeyPath, int]
    faults: tuple[InputFault, ...]
    pins: Mapping[str, str] = field(default_factory=dict)
    bans: Mapping[str, frozenset[str]] = field(default_factory=dict)
    preferred_by: Mapping[str, object] = field(default_factory=dict)
    waivers: tuple[tuple[int, Waiver], ...] = ()

    def fault(self, path: KeyPath, message: Displayed) -> InputFault:
        """Return a fault at the key `path`."""
        return InputFault(self.file, line_of(self.lines, path), dotted_key(path), message)


def unread_cycle(file: str, faults: Iterable[InputFault]) -> CycleFile:
    """Return a `CycleFile` without a cycle, for a file that could not be read."""
    return CycleFile(file, None, {}, tuple(faults))


def read_cycle(file: str, text: str, read_context: ReadContext) -> CycleFile:
    """Parse the text of a cycle file, collecting all faults."""
    toml = parse_toml(file, text)
    if toml.tables is None:
        return unread_cycle(file, toml.faults)
    reader = _Reader(CycleFile(file, None, toml.lines, ()), read_context, list(toml.faults))
    cycle = reader.validate(reader.table(Cycle, toml.tables, ()))
    faults = tuple(sorted(reader.faults, key=lambda fault: fault.row))
    return CycleFile(
        file,
        None if faults else cycle,
        toml.lines,
        faults,
        **reader.id_tables,
        waivers=reader.waivers,
    )


@dataclass(slots=True)
class _Reader:
    file: CycleFile
    read_context: ReadContext
    faults: list[InputFault] = field(default_factory=list)
    id_tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    waivers: tuple[tuple[int, Waiver], ...] = ()

    def table(
        self, model: type[CycleFileTable], data: dict[str, Any], path: KeyPath
    ) -> dict[str, Any]:
        """Convert the values of known keys to the model's types, omitting invalid ones."""
        prepared: dict[str, Any] = {}
        for key, value in data.items():
            if key not in model.model_fields:
                self._unknown(model, key, path)
                continue
            inner = _inner_table(model.model_fields[key])
            if inner is None:
                self._value(prepared, key, value, path)
            elif isinstance(value, dict):
                prepared[key] = self.table(inner, value, (*path, key))
            else:
                found, name = describe_type(value), dotted_key((*path, key))
                self._fault((*path, key), facts.WRITE_TABLE_NAMED(found=found, name=name))
        return prepared

    def _fault(self, path: KeyPath, message: Displayed) -> None:
        self.faults.append(self.file.fault(path, message))

    def _value(self, prepared: dict[str, Any], key: str, value: Any, path: KeyPath) -> None:  # noqa: ANN401 - any TOML value
        place = (*path, key)
        read = READERS.get(dotted_key(place))
        if read is None:
            prepared[key] = value
            return
        found, errors = read(value, self.read_context)
        if place == ("waivers",):
            self.waivers = found or ()
            found = tuple(waiver for _, waiver in self.waivers)
        if not errors:
            prepared[key] = found
        if key in _ID_TABLES and found is not None:
            self.id_tables[key] = {
                ident: named for ident, named in found.items() if named is not None
            }
        for inside, error in errors:
            for message in error.messages:
                self._fault((*place, *inside), message)

    def _unknown(self, model: type[CycleFileTable], key: str, path: KeyPath) -> None:
        near = self.read_context.nearest(key, tuple(model.model_fields))
        message = facts.NOT_A_KEY_OF_TABLE(table=dotted_key(path)) if path else facts.NOT_A_KEY()
        parent = next(map(dotted_key, _tables_with_key(Cycle, key, ())), "")
        if near is None and parent:
            message = facts.KEY_OF_OTHER_TABLE(message=message, table=parent)
        self._fault((*path, key), with_suggestion(message, near))

    def validate(self, prepared: dict[str, Any]) -> Cycle | None:
        """Return the cycle, or `None` after recording its type and range faults."""
        reported = {fault.column for fault in self.faults}
        if "cycle" not in reported:
            prepared.setdefault("cycle", {})  # so that each missing key is reported
        try:
            return Cycle.model_validate(prepared)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                if dotted_key(detail["loc"]) not in reported:
                    self._fault(detail["loc"], describe_error(detail, _field(detail["loc"])))
            return None


def _inner_table(info: FieldInfo) -> type[CycleFileTable] | None:
    kind = info.annotation
    return kind if isinstance(kind, type) and issubclass(kind, CycleFileTable) else None


def _tables_with_key(model: type[CycleFileTable], key: str, path: KeyPath) -> Iterable[KeyPath]:
    """Yield the paths of all tables within `model` that have this key."""
    for name, info in model.model_fields.items():
        if (inner := _inner_table(info)) is not None:
            if key in inner.model_fields:
                yield (*path, name)
            yield from _tables_with_key(inner, key, (*path, name))


def _field(path: KeyPath) -> FieldInfo | None:
    """Return the model field at `path`, or `None` if it leads to a table or into a value."""
    model: type[CycleFileTable] = Cycle
    for depth, part in enumerate(path):
        info = model.model_fields.get(str(part))
        if info is None:
            return None
        inner = _inner_table(info)
        if inner is None:
            return info if depth == len(path) - 1 else None
        model = inner
    return None
