"""Authorization: checks before each route whether the sender of a request may call it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from fastapi import Request

from api.database.types import ID_LENGTH
from api.http import facts
from api.http.authentication import authenticate
from api.http.dependencies import ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import Permission
from api.http.principal import ANONYMOUS, AccessRole, Principal
from api.services import Services
from coach.errors import (
    ConfirmFirstError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    SecondFactorFirstError,
    VerifyFirstError,
)

LINK_PARAMETER = "link"
_IDENTIFIER = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")
_WHOLE = "main"  # recorded for routes without a parameter

SecondFactorExemption = Callable[[Services], bool]
"""Returns whether users are exempt from the second factor, as they are only in a demonstration."""

WithinLimits = Callable[[Services, Principal, LimitRule, Mapping[str, str]], bool]
"""Returns whether the objects in the path of a request are within a manager's limits."""

RecordReading = Callable[[Services, Principal, str, str, str], None]
"""Records a user's access to personal data, given the action, object kind and object id."""


def authorise(request: Request, services: ServicesDep) -> None:
    """Authenticate the sender of a request, and check that the sender may call the route.

    If the route's permission requires it, a user's access to personal data is recorded.

    Raises:
        NotSignedInError: the sender is not signed in, and the route is not public.
        NotAllowedError: the sender's role, token scope or limits do not permit the route.
        SecondFactorFirstError: the user has no second factor yet.
        ConfirmFirstError: the route requires that the user has authenticated recently.
        VerifyFirstError: the route requires more than a secret link, and its holder has not
            verified their identity.
        NotFoundError: the secret link in the path is unknown or no longer valid, or an object in
            the path is beyond the manager's limits.
    """
    permission: Permission = request.app.state.permissions[
        request.method, request.scope["route"].path_format
    ]
    request.state.principal = ANONYMOUS
    if not permission.authenticates:
        return
    principal = authenticate(request, services, request.path_params.get(LINK_PARAMETER))
    if principal.role in permission.roles:
        if principal.needs_second_factor:
            _require_second_factor(request, services, permission)
        _require_scope(request, principal, permission)
        _require_limits(request, services, principal, permission)
        if permission.requires_recent_authentication:
            require_recent_authentication(services, principal)
        if permission.requires_verification and not principal.is_verified:
            raise VerifyFirstError(facts.VERIFY_FIRST())
        if permission.audit_action and principal.user_id is not None:
            _record_reading(request, services, principal, permission)
        return
    if principal.role is not AccessRole.ANONYMOUS:
        raise NotAllowedError(facts.NO_ACCESS())
    if LINK_PARAMETER in request.path_params:
        raise NotFoundError(facts.LINK_INVALID())
    raise NotSignedInError(facts.SIGN_IN_FIRST())


def _require_second_factor(request: Request, services: Services, permission: Permission) -> None:
    """Refuse users without a second factor, except on public routes and the account page."""
    if permission.without_second_factor or AccessRole.ANONYMOUS in permission.roles:
        return
    exempt: SecondFactorExemption = request.app.state.exempt_from_second_factor
    if not exempt(services):
        raise SecondFactorFirstError(facts.SECOND_FACTOR_FIRST())


def _require_scope(request: Request, principal: Principal, permission: Permission) -> None:
    scope = permission.required_scope(request.method)
    public = AccessRole.ANONYMOUS in permission.roles
    if principal.scopes is not None and scope not in principal.scopes and not public:
        raise NotAllowedError(facts.SCOPE_MISSING(scope=scope.value))


def _require_limits(
    request: Request, services: Services, principal: Principal, permission: Permission
) -> None:
    """Refuse access to routes for administrators only, and to objects beyond a manager's limits."""
    if permission.administrators_only and not principal.is_administrator:
        raise NotAllowedError(facts.ADMINISTRATORS_ONLY())
    limits, rule = principal.limits, permission.limits
    public = AccessRole.ANONYMOUS in permission.roles
    if limits is None or limits.are_none or public or rule is LimitRule.NO_CYCLE:
        return
    parameters: Mapping[str, str] = request.path_params
    by_countries = limits.countries is not None and rule is not LimitRule.COUNTRIES
    if by_countries or (rule is LimitRule.CYCLES and not parameters):
        raise NotAllowedError(facts.BEYOND_LIMITS())
    within: WithinLimits = request.app.state.within_limits
    if not within(services, principal, rule, parameters):
        raise NotFoundError(facts.NOT_WITHIN_LIMITS())


def require_recent_authentication(services: Services, principal: Principal) -> None:
    """Require that a user has authenticated recently, in this browser or with this token.

    Use cases call this if only some of their requests need it. Holders of secret links are not
    affected.

    Raises:
        ConfirmFirstError: the user has not authenticated recently.
    """
    lifetime = timedelta(minutes=services.settings.confirm_minutes)
    if not principal.recently_authenticated(services.now(), lifetime):
        raise ConfirmFirstError(facts.CONFIRM_FIRST())


def _record_reading(
    request: Request, services: Services, principal: Principal, permission: Permission
) -> None:
    """Record that a programme office user reads personal data, before it is returned."""
    record: RecordReading = request.app.state.record_reading
    if permission.audit_object:
        record(services, principal, permission.audit_action, permission.audit_object, _WHOLE)
        return
    parameters: Mapping[str, str] = request.path_params
    (parameter, identifier), *_ = parameters.items()
    if not _IDENTIFIER.fullmatch(identifier):
        return  # not an identifier; the route will respond with 404
    record(services, principal, permission.audit_action, parameter.removesuffix("_id"), identifier)
