"""The curriculum modules that an agreement can focus on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements import facts
from api.coaching.curriculum.catalogue import StoredModule, all_modules
from api.coaching.curriculum.presenters import text_of
from api.services import Services
from coach.errors import InputFault, UnusableInputError
from coach.texts.facts import Displayed


def focus_titles(services: Services) -> Mapping[str, Displayed]:
    """Return the titles of all modules, keyed by code, in curriculum order."""
    return _titles(_modules(services))


def focus_choices(services: Services) -> Mapping[str, Displayed]:
    """Return the titles of all modules that are not retired, keyed by code."""
    return _titles(one for one in _modules(services) if one.retired_at is None)


def require_known_modules(tx: Transaction, codes: Iterable[str]) -> None:
    """Check that every code identifies a module in the curriculum.

    Raises:
        UnusableInputError: at least one code is unknown.
    """
    if not set(codes) <= {one.code for one in all_modules(tx)}:
        raise UnusableInputError([InputFault("body", 1, "focus", facts.UNKNOWN_MODULE())])


def _modules(services: Services) -> tuple[StoredModule, ...]:
    with services.database.reading() as tx:
        return all_modules(tx)


def _titles(modules: Iterable[StoredModule]) -> Mapping[str, Displayed]:
    return {one.code: text_of(one.module.title) for one in modules}
