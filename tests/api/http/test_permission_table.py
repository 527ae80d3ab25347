"""The permissions of all routes, compared with a table so that changes are reviewed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from api.app import PERMISSIONS
from api.http.permissions import OFFICE, Permission
from api.http.principal import AccessRole

TABLE = Path(__file__).with_name("permissions.csv")
COLUMNS = [
    *("method", "path", "roles", "conditions", "scope", "limits"),
    *("audit_action", "audit_object"),
]
_CONDITIONS = (
    "own_only",
    "requires_recent_authentication",
    "requires_verification",
    "without_second_factor",
    "compressible",
    "administrators_only",
)


def rows() -> Iterator[list[str]]:
    """Yield a row for each route, with the columns of the table."""
    for (method, path), permission in sorted(PERMISSIONS.items(), key=lambda item: item[0][::-1]):
        conditions = [name for name in _CONDITIONS if getattr(permission, name)]
        if not permission.authenticates:
            conditions.append("without authentication")
        roles = sorted(role.value for role in permission.roles)
        of_office = permission.roles & OFFICE and AccessRole.ANONYMOUS not in permission.roles
        scope = permission.required_scope(method).value if of_office else ""
        limits = permission.limits.name.casefold() if of_office else ""
        audited = permission.audit_action, permission.audit_object
        yield [method, path, " ".join(roles), ", ".join(conditions), scope, limits, *audited]


def write() -> None:
    """Regenerate the table: `python -m tests.api.http.test_permission_table`."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows()])


def test_table_shows_every_field_of_a_permission() -> None:
    shown = {*COLUMNS, *_CONDITIONS, "authenticates"}
    assert {one.name for one in fields(Permission)} <= shown


def test_routes_have_the_permissions_in_the_table() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        expected = list(csv.reader(file))
    assert [COLUMNS, *rows()] == expected, write.__doc__


if __name__ == "__main__":
    write()
