"""Use cases for the office: reading, adding, changing, approving, retiring and deleting modules."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.curriculum import facts
from api.coaching.curriculum.catalogue import StoredModule, all_modules, find_module, one_of
from api.coaching.curriculum.covered import is_covered
from api.coaching.curriculum.rows import ModuleRow
from api.coaching.curriculum.syllabi import is_planned, keep_plans
from api.services import Services
from api.values import FrozenModel
from coach.curriculum import Module, Objective, contradictions
from coach.errors import (
    ChangedSinceError,
    ConflictError,
    InputFault,
    UnusableInputError,
    differing,
)
from coach.texts.facts import Fact


class Approval(FrozenModel):
    """The objectives to approve, by index from 0; an empty list approves all of them.

    `version` is the version of the module that the manager has read.
    """

    version: Annotated[int, Field(ge=0)]
    objectives: tuple[Annotated[int, Field(ge=0)], ...] = ()


def read_curriculum(services: Services) -> tuple[StoredModule, ...]:
    """Return all modules, including retired ones, in curriculum order."""
    with services.database.reading() as tx:
        return all_modules(tx)


def read_module(services: Services, code: str) -> StoredModule:
    """Return one module.

    Raises:
        NotFoundError: there is no such module.
    """
    with services.database.reading() as tx:
        return find_module(tx, code)


def add_module(services: Services, module: Module) -> StoredModule:
    """Add a module.

    Raises:
        ConflictError: a module with this code already exists.
        UnusableInputError: the module has prerequisites that do not come before it.
    """
    with services.database.writing() as tx:
        modules = all_modules(tx)
        if any(one.code == module.code for one in modules):
            raise ConflictError(facts.CODE_TAKEN(code=module.code))
        _check(modules, module)
        keep_plans(tx, now=services.now())
        row = ModuleRow(code=module.code)
        tx.add(row)
        stored = _store(tx, services, row, module)
        record_event(tx, "module added", "module", stored.code, version=stored.version)
        return stored


def change_module(services: Services, code: str, module: Module, *, version: int) -> StoredModule:
    """Replace a module. Objectives whose text has changed count as approved.

    Raises:
        NotFoundError: there is no such module.
        ChangedSinceError: the module has been changed since `version`.
        UnusableInputError: the module has a different code, has prerequisites that do not come
            before it, or would come after a module that requires it.
    """
    if module.code != code:
        raise UnusableInputError([InputFault("body", 1, "code", facts.OTHER_CODE())])
    with services.database.writing() as tx:
        modules = all_modules(tx)
        current = one_of(modules, code)
        _require(current, version, module)
        _check(modules, module)
        drafts = [one.text for one in current.module.objectives if one.draft]
        objectives = tuple(
            Objective(text=one.text, draft=one.text in drafts) for one in module.objectives
        )
        changed = module.model_copy(update={"objectives": objectives})
        keep_plans(tx, now=services.now())
        stored = _store(tx, services, _row(tx, current), changed)
        record_event(tx, "module changed", "module", stored.code, version=stored.version)
        return stored


def approve_objectives(services: Services, code: str, approval: Approval) -> StoredModule:
    """Approve objectives of a module, so that coaches and coachees see them.

    Raises:
        NotFoundError: there is no such module.
        ChangedSinceError: the module has been changed since the manager read it.
    """
    with services.database.writing() as tx:
        current = find_module(tx, code)
        _require(current, approval.version)
        objectives = tuple(
            Objective(
                text=one.text,
                draft=one.draft and bool(approval.objectives) and place not in approval.objectives,
            )
            for place, one in enumerate(current.module.objectives)
        )
        approved = current.module.model_copy(update={"objectives": objectives})
        stored = _store(tx, services, _row(tx, current), approved)
        record_event(tx, "objectives approved", "module", stored.code, version=stored.version)
        return stored


def retire_module(services: Services, code: str) -> StoredModule:
    """Retire a module: it is no longer suggested or planned, but stays in existing plans.

    Raises:
        NotFoundError: there is no such module.
    """
    with services.database.writing() as tx:
        current = find_module(tx, code)
        if current.retired_at is not None:
            return current
        keep_plans(tx, now=services.now())
        row = _row(tx, current)
        row.retired_at = services.now()
        stored = _store(tx, services, row, current.module)
        record_event(tx, "module retired", "module", stored.code, version=stored.version)
        return stored


def restore_module(services: Services, code: str) -> StoredModule:
    """Restore a retired module, so that it can be suggested and planned again.

    Raises:
        NotFoundError: there is no such module.
    """
    with services.database.writing() as tx:
        current = find_module(tx, code)
        if current.retired_at is None:
            return current
        keep_plans(tx, now=services.now())
        row = _row(tx, current)
        row.retired_at = None
        stored = _store(tx, services, row, current.module)
        record_event(tx, "module restored", "module", stored.code, version=stored.version)
        return stored


def delete_module(services: Services, code: str) -> None:
    """Delete a module that the office added, unless it is planned or was covered.

    Raises:
        NotFoundError: there is no such module.
        ConflictError: the module is built in, planned or covered, or a prerequisite of another
            module.
    """
    with services.database.writing() as tx:
        modules = all_modules(tx)
        current = one_of(modules, code)
        if not current.own:
            raise ConflictError(facts.NOT_OWN())
        for one in modules:
            if code in one.module.prerequisites:
                raise ConflictError(facts.PREREQUISITE_OF(code=one.code))
        keep_plans(tx, now=services.now())
        if is_planned(tx, code) or is_covered(tx, code):
            raise ConflictError(facts.PLANNED())
        tx.delete(_row(tx, current))
        record_event(tx, "module deleted", "module", code)


def _require(current: StoredModule, version: int, module: Module | None = None) -> None:
    if current.version == version:
        return
    stored, given = (
        one.model_dump(mode="json") for one in (current.module, module or current.module)
    )
    raise ChangedSinceError(facts.CHANGED_SINCE(), differing(stored, given))


def _check(modules: tuple[StoredModule, ...], module: Module) -> None:
    """Check that a module is consistent with all other modules.

    Raises:
        UnusableInputError: the module is inconsistent; the faults name the fields concerned.
    """
    others = [one.module for one in modules if one.code != module.code]
    faults: list[tuple[str, Fact]] = []
    for index, field, message in contradictions([*others, module]):
        if index == len(others):
            faults.append((field, message))
        else:  # a module that has this one as a prerequisite
            faults.append(("order", facts.PREREQUISITE_OF(code=others[index].code)))
    if faults:
        raise UnusableInputError(InputFault("body", 1, field, why) for field, why in faults)


def _row(tx: Transaction, current: StoredModule) -> ModuleRow:
    row = tx.get(ModuleRow, current.code)
    if row is None:
        row = ModuleRow(code=current.code)
        tx.add(row)
    return row


def _store(tx: Transaction, services: Services, row: ModuleRow, module: Module) -> StoredModule:
    row.content, row.changed_at = module.model_dump(mode="json"), services.now()
    row.version = (row.version or 0) + 1
    tx.flush()
    return find_module(tx, row.code)
