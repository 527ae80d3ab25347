"""The modules of a deployment: built-in ones with the office's changes, and the office's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.coaching.curriculum import facts
from api.coaching.curriculum.rows import ModuleRow
from coach.curriculum import Module, Objective, in_order
from coach.errors import NotFoundError
from coach.intake.curriculum_file import read_curriculum

_FILE = "curriculum.toml"
_Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StoredModule:
    """A module of a deployment.

    Attributes:
        own: whether the office added the module.
        retired_at: when the module was retired; `None` if it is in use.
        version: the number of changes by the office; 0 for an unchanged built-in module.
    """

    module: Module
    own: bool = False
    retired_at: datetime | None = None
    version: int = 0

    @property
    def code(self) -> str:
        """The module's code."""
        return self.module.code


@cache
def modules_of_software() -> Mapping[str, Module]:
    """Return the built-in modules, keyed by code."""
    text = (files("coach") / "data" / _FILE).read_text("utf-8")
    return MappingProxyType({one.code: one for one in read_curriculum(_FILE, text)})


def all_modules(tx: Transaction) -> tuple[StoredModule, ...]:
    """Return all modules of the deployment, including retired ones, in curriculum order."""
    shipped = modules_of_software()
    rows = {row.code: row for row in tx.scalars(select(ModuleRow))}
    found = {code: StoredModule(module) for code, module in shipped.items() if code not in rows}
    found |= {code: _stored(row, shipped.get(code)) for code, row in rows.items()}
    return tuple(found[one.code] for one in in_order(each.module for each in found.values()))


def find_module(tx: Transaction, code: str) -> StoredModule:
    """Return the module with the given code.

    Raises:
        NotFoundError: there is no such module.
    """
    return one_of(all_modules(tx), code)


def one_of(modules: Iterable[StoredModule], code: str) -> StoredModule:
    """Return the module with the given code.

    Raises:
        NotFoundError: `modules` does not contain it.
    """
    for one in modules:
        if one.code == code:
            return one
    raise NotFoundError(facts.NO_MODULE(code=code))


def _stored(row: ModuleRow, shipped: Module | None) -> StoredModule:
    module = Module.model_validate(row.content)
    return StoredModule(
        module=module if shipped is None else _with_translations(module, shipped),
        own=shipped is None,
        retired_at=row.retired_at,
        version=row.version,
    )


def _with_translations(module: Module, shipped: Module) -> Module:
    """Return a module with the built-in translations of its unchanged texts."""
    known = [shipped.title, *(one.text for one in shipped.objectives), *shipped.before]
    return module.model_copy(
        update={
            "title": _translated(module.title, known),
            "objectives": tuple(
                Objective(text=_translated(one.text, known), draft=one.draft)
                for one in module.objectives
            ),
            "before": tuple(_translated(text, known) for text in module.before),
        }
    )


def _translated(texts: _Texts, known: Iterable[_Texts]) -> _Texts:
    """Return the text in `known` that matches `texts`, or else `texts`.

    The known text may have more translations.
    """
    for one in known:
        if all(one.get(language) == text for language, text in texts.items()):
            return one
    return texts
