"""Which roles may call which route. The application does not start if a route has no permission."""

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
        roles: the roles that may call the route.
        own_only: coaches and coachees can access only their own objects; all others are "not
            found".
        authenticates: whether the sender is authenticated. If not, the route needs no database and
            works even while it is unavailable.
        requires_recent_authentication: whether a browser's user must have authenticated recently.
            Set for routes that export personal data (also by email: invitations carry secret links
            to addresses that the programme office can change) and for routes that change how a user
            signs in.
        audit_action: the action recorded in the audit trail when the programme office reads
            personal data through the route.
    """

    roles: frozenset[AccessRole]
    own_only: bool = False
    authenticates: bool = True
    requires_recent_authentication: bool = False
    audit_action: str = ""


Permissions = Mapping[tuple[str, str], Permission]
"""Permissions by method and path. Each module with routes exports its own as `PERMISSIONS`."""
