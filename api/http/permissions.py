"""Which roles may call which route. The application refuses to start where a route has none."""

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
    """Which roles may call a route, and under which conditions.

    Attributes:
        roles: who may call it.
        own_only: coaches and coachees reach only their own objects; others are "not found".
        authenticates: without it, the route answers without the database, even while that is
            unavailable.
        requires_recent_authentication: a browser's user must have authenticated recently. Set
            for what exports personal data (also by mail: invitations carry secret links to
            addresses that the office can change) and for what changes how a user signs in.
        audit_action: recorded in the audit trail when the office reads personal data by it.
    """

    roles: frozenset[AccessRole]
    own_only: bool = False
    authenticates: bool = True
    requires_recent_authentication: bool = False
    audit_action: str = ""


Permissions = Mapping[tuple[str, str], Permission]
"""By method and path. Each module with routes exports its own as `PERMISSIONS`."""
