"""Route permissions. The application does not start if a route has no permission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.http.limits import LimitRule
from api.http.principal import AccessRole, TokenScope

MANAGER = frozenset({AccessRole.MANAGER})
COACH = frozenset({AccessRole.COACH})
COACHEE = frozenset({AccessRole.COACHEE})
PERSON = COACH | COACHEE
AIDE = frozenset({AccessRole.AIDE})
ASKED_LATER = PERSON | {AccessRole.FOLLOW_UP}
"""People with any secret link of their own, including one that opens only follow-ups."""
POST = frozenset({AccessRole.POST})
AUDITOR = frozenset({AccessRole.AUDITOR})
OFFICE = MANAGER | AUDITOR
SIGNED_IN = OFFICE | PERSON
EVERYBODY = frozenset(AccessRole)


@dataclass(frozen=True, slots=True)
class Permission:
    """The roles that may call a route, and the conditions for calling it.

    Attributes:
        roles: the roles that may call the route.
        own_only: whether the holders of secret links can access only their own objects; for other
            objects, the response is 404.
        authenticates: whether the sender is authenticated. If not, the route works even while the
            database is unavailable.
        requires_recent_authentication: whether a user must have authenticated recently. Set for
            routes that export personal data, including by email (invitations contain secret links
            and go to addresses that the programme office can change), and for routes that change
            how a user signs in.
        requires_verification: whether a person's secret link is not enough: its holder must have
            verified their identity, usually with a code sent by email.
        scope: the scope that a token needs; `None` for the default; see `required_scope`.
        without_second_factor: whether a user who has not set up a second factor yet may call the
            route. Set for the routes of the account page, where users set up their second factor.
        limits: how the route applies a manager's limits; see `LimitRule`.
        administrators_only: whether only administrators may call the route.
        audit_action: the action recorded in the audit trail when the programme office reads
            personal data through the route.
        audit_object: the kind of object recorded with it if the route has no parameter.
        compressible: whether the response may be compressed. Set only for responses in which no
            secret, such as a link, code or key, can appear next to text controlled by an attacker:
            the size of such responses reveals the secret (BREACH, CVE-2013-3587).
    """

    roles: frozenset[AccessRole]
    own_only: bool = False
    authenticates: bool = True
    requires_recent_authentication: bool = False
    requires_verification: bool = False
    scope: TokenScope | None = None
    without_second_factor: bool = False
    limits: LimitRule = LimitRule.CYCLES
    administrators_only: bool = False
    audit_action: str = ""
    audit_object: str = ""
    compressible: bool = False

    def required_scope(self, method: str) -> TokenScope:
        """Return the scope that a token needs to call the route.

        By default, this is `read` to read, `people` to export personal data, and `administration`
        for everything else.
        """
        if self.scope is not None:
            return self.scope
        if method != "GET":
            return TokenScope.ADMINISTRATION
        return TokenScope.PEOPLE if self.requires_recent_authentication else TokenScope.READ


Permissions = Mapping[tuple[str, str], Permission]
"""Permissions, keyed by method and path. Each module with routes exports its own as `PERMISSIONS`.
"""
