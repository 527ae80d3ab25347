"""A user's access: their role and, for managers, their limits."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from api.accounts.rows import UserRow
from api.http.limits import Limits
from api.http.principal import AccessRole
from api.values import FrozenModel


class OfficeRole(StrEnum):
    """A user's role in the programme office, chosen by an administrator.

    An administrator is a manager who also manages the users, and whose access has no limits.
    """

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    AUDITOR = "auditor"


class Access(FrozenModel):
    """A user's access: role and limits. Only managers have limits.

    `None` means no limit; an empty set grants access to no cycles or no countries.
    """

    role: OfficeRole
    cycles: frozenset[str] | None = None
    countries: frozenset[str] | None = None

    @model_validator(mode="after")
    def _only_managers_have_limits(self) -> Self:
        if self.role is not OfficeRole.MANAGER and not self.limits.are_none:
            raise ValueError("only managers have limits")
        return self

    @property
    def limits(self) -> Limits:
        """The user's limits; administrators and auditors have none."""
        return Limits(self.cycles, self.countries)

    @property
    def version(self) -> int:
        """A hash of the role and limits, short enough for an `ETag`."""
        stored = json.dumps([self.role.value, _written(self.limits)])
        return int(hashlib.sha256(stored.encode()).hexdigest()[:7], 16)


def limits_of(row: UserRow) -> Limits | None:
    """Return the limits in a user's row, or `None` for administrators and auditors."""
    if row.limits is None or AccessRole(row.role) is not AccessRole.MANAGER:
        return None
    stored = json.loads(row.limits)
    return Limits(_read(stored["cycles"]), _read(stored["countries"]))


def access_of(row: UserRow) -> Access:
    """Return the access that a user's row grants."""
    limits = limits_of(row)
    if limits is not None:
        return Access(role=OfficeRole.MANAGER, cycles=limits.cycles, countries=limits.countries)
    is_manager = AccessRole(row.role) is AccessRole.MANAGER
    return Access(role=OfficeRole.ADMINISTRATOR if is_manager else OfficeRole.AUDITOR)


def store_access(row: UserRow, access: Access) -> None:
    """Store a user's access in their row."""
    auditor = access.role is OfficeRole.AUDITOR
    row.role = (AccessRole.AUDITOR if auditor else AccessRole.MANAGER).value
    row.limits = _written(access.limits) if access.role is OfficeRole.MANAGER else None


def _written(limits: Limits) -> str:
    return json.dumps({"cycles": _sorted(limits.cycles), "countries": _sorted(limits.countries)})


def _sorted(values: frozenset[str] | None) -> list[str] | None:
    return None if values is None else sorted(values)


def _read(values: list[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)
