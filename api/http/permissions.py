"""Who may call which route. The application refuses to start with a route that has no permission.

`own_only` marks routes about one person's object: a person gets there only for what is theirs, and
sees "not found" for everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.http.principal import AccessRole

MANAGER = frozenset({AccessRole.MANAGER})
COACH = frozenset({AccessRole.COACH})
COACHEE = frozenset({AccessRole.COACHEE})
PERSON = COACH | COACHEE
AUDITOR = frozenset({AccessRole.AUDITOR})
OFFICE = MANAGER | AUDITOR
SIGNED_IN = OFFICE | PERSON
EVERYBODY = frozenset(AccessRole)


@dataclass(frozen=True, slots=True)
class Permission:
    """Which roles may call a route, and whether people reach only their own objects by it.

    Where `authenticates` is not set, the route answers without the database, even while that is
    away. Where `requires_recent_authentication` is set, a browser's user must have shown lately who
    they are: it is so for what takes personal data out of the house (also by mail: invitations
    carry secret links to addresses that the office itself can change), and for what changes how one
    signs in. `audit_action` is the act that is written into the audit trail when the office asks
    for personal data by a route.
    """

    roles: frozenset[AccessRole]
    own_only: bool = False
    authenticates: bool = True
    requires_recent_authentication: bool = False
    audit_action: str = ""


Permissions = Mapping[tuple[str, str], Permission]
"""By method and path. Each module with routes exports its own as `PERMISSIONS`."""
