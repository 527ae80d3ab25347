"""The individual checks before a route, for requests authenticated by a registered function."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute

from api.http.authentication import Authentication, PresentedSecret, SecretSource
from api.http.authorization import authorise
from api.http.limits import LimitRule, Limits
from api.http.permissions import (
    ASKED_LATER,
    EVERYBODY,
    MANAGER,
    OFFICE,
    PERSON,
    SIGNED_IN,
    Permission,
)
from api.http.principal import ANONYMOUS, AccessRole, Principal, TokenScope, Verification
from coach.errors import (
    ConfirmFirstError,
    DomainError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    SecondFactorFirstError,
    VerifyFirstError,
)

if TYPE_CHECKING:
    from conftest import World

ID = "0123456789abcdef0123"
CYCLE = {"cycle_id": ID}
ADMINISTRATOR = Principal(AccessRole.MANAGER, user_id="u")
AUDITOR = Principal(AccessRole.AUDITOR, user_id="v")
COACH = Principal(AccessRole.COACH, person_id="k")
VERIFIED = Principal(AccessRole.COACH, person_id="k", verification=Verification.CODE)
NEW = Principal(AccessRole.MANAGER, user_id="u", needs_second_factor=True)
OF_CYCLE = Principal(AccessRole.MANAGER, user_id="w", limits=Limits(cycles=frozenset({ID})))
OF_COUNTRY = Principal(AccessRole.MANAGER, user_id="x", limits=Limits(countries=frozenset({"RS"})))
UNLIMITED = Principal(AccessRole.MANAGER, user_id="y", limits=Limits())


def with_scopes(*scopes: TokenScope) -> Principal:
    return Principal(AccessRole.MANAGER, user_id="u", scopes=frozenset(scopes))


@dataclass
class Door:
    """A route with a permission, and the results and records of the functions registered for it."""

    world: World
    permission: Permission
    principal: Principal | None = None
    method: str = "GET"
    params: dict[str, str] = field(default_factory=lambda: dict(CYCLE))
    is_exempt: bool = False
    is_within: bool = True
    recorded: list[tuple[str, str, str]] = field(default_factory=list)

    def enter(self) -> Principal:
        """Authorise a request with the token `secret`; return the request's principal."""
        app = FastAPI()
        app.state.permissions = {(self.method, "/route"): self.permission}
        app.state.exempt_from_second_factor = lambda _services: self.is_exempt
        app.state.within_limits = lambda *_: self.is_within
        app.state.record_reading = lambda _services, _principal, *what: self.recorded.append(what)
        presented = PresentedSecret("secret", SecretSource.HEADER)
        app.state.authentication = Authentication(
            authenticators=(
                lambda *_: None,
                lambda _tx, found, *_: self.principal if found == presented else None,
            ),
            extensions=(),
            needs_touch=lambda *_: False,
            touch=lambda *_: None,
        )
        request = Request(
            {
                "type": "http",
                "app": app,
                "method": self.method,
                "path": "/route",
                "path_params": self.params,
                "headers": [(b"authorization", b"Bearer secret")],
                "route": APIRoute("/route", lambda: None),
            }
        )
        authorise(request, self.world.services)
        entered: Principal = request.state.principal
        return entered


@pytest.mark.parametrize(
    ("permission", "principal", "changes", "error"),
    [
        (Permission(MANAGER), ADMINISTRATOR, {}, None),
        (Permission(MANAGER), AUDITOR, {}, NotAllowedError),
        (Permission(MANAGER), None, {}, NotSignedInError),
        (Permission(PERSON), None, {"params": {"link": "x"}}, NotFoundError),
        (Permission(MANAGER), NEW, {}, SecondFactorFirstError),
        (Permission(MANAGER), NEW, {"is_exempt": True}, None),
        (Permission(MANAGER, without_second_factor=True), NEW, {}, None),
        (Permission(EVERYBODY), NEW, {}, None),
        (Permission(MANAGER), with_scopes(TokenScope.READ), {}, None),
        (Permission(MANAGER), with_scopes(TokenScope.READ), {"method": "PUT"}, NotAllowedError),
        (Permission(EVERYBODY), with_scopes(TokenScope.READ), {"method": "PUT"}, None),
        (Permission(MANAGER), ADMINISTRATOR, {"method": "PUT"}, None),
        (Permission(MANAGER, administrators_only=True), ADMINISTRATOR, {}, None),
        (Permission(MANAGER, administrators_only=True), OF_CYCLE, {}, NotAllowedError),
        (Permission(MANAGER), OF_CYCLE, {}, None),
        (Permission(MANAGER), OF_CYCLE, {"is_within": False}, NotFoundError),
        (Permission(MANAGER), OF_CYCLE, {"params": {}}, NotAllowedError),
        (Permission(EVERYBODY), OF_CYCLE, {"is_within": False}, None),
        (Permission(MANAGER, limits=LimitRule.NO_CYCLE), OF_CYCLE, {"is_within": False}, None),
        (Permission(MANAGER, limits=LimitRule.SHOWN_CYCLES), OF_CYCLE, {"params": {}}, None),
        (Permission(MANAGER, limits=LimitRule.SHOWN_CYCLES), OF_COUNTRY, {}, NotAllowedError),
        (Permission(MANAGER), OF_COUNTRY, {}, NotAllowedError),
        (Permission(MANAGER, limits=LimitRule.COUNTRIES), OF_COUNTRY, {}, None),
        (Permission(MANAGER, limits=LimitRule.COUNTRIES), OF_COUNTRY, {"params": {}}, None),
        (Permission(MANAGER), UNLIMITED, {"is_within": False}, None),
        (Permission(MANAGER), ADMINISTRATOR, {"is_within": False}, None),
        (Permission(PERSON, requires_recent_authentication=True), COACH, {}, None),
        (Permission(PERSON, requires_verification=True), COACH, {}, VerifyFirstError),
        (Permission(PERSON, requires_verification=True), VERIFIED, {}, None),
        (Permission(PERSON), COACH, {}, None),
    ],
)
def test_route_admits_exactly_those_whom_its_permission_names(
    world: World,
    permission: Permission,
    principal: Principal | None,
    changes: dict[str, object],
    error: type[DomainError] | None,
) -> None:
    door = Door(world, permission, principal, **changes)  # type: ignore[arg-type] # by name
    if error is None:
        assert door.enter() is principal
    else:
        with pytest.raises(error):
            door.enter()


def test_route_that_authenticates_nobody_admits_all_as_anonymous(world: World) -> None:
    assert Door(world, Permission(MANAGER, authenticates=False), ADMINISTRATOR).enter() is ANONYMOUS


def test_user_confirms_first_if_the_last_authentication_is_too_long_ago(world: World) -> None:
    permission = Permission(OFFICE, requires_recent_authentication=True)
    lifetime = timedelta(minutes=world.services.settings.confirm_minutes)
    with pytest.raises(ConfirmFirstError):
        Door(world, permission, ADMINISTRATOR).enter()
    for ago, admitted in ((lifetime / 2, True), (lifetime * 2, False)):
        confirmed_at = world.services.now() - ago
        principal = Principal(AccessRole.AUDITOR, user_id="v", confirmed_at=confirmed_at)
        door = Door(world, permission, principal)
        if admitted:
            assert door.enter() is principal
        else:
            with pytest.raises(ConfirmFirstError):
                door.enter()


@pytest.mark.parametrize(
    ("permission", "principal", "params", "recorded"),
    [
        (Permission(SIGNED_IN, audit_action="read"), AUDITOR, CYCLE, [("read", "cycle", ID)]),
        (Permission(SIGNED_IN, audit_action="read"), AUDITOR, {"cycle_id": "x"}, []),
        (Permission(SIGNED_IN, audit_action="read"), COACH, CYCLE, []),
        (Permission(SIGNED_IN), AUDITOR, CYCLE, []),
        (
            Permission(SIGNED_IN, audit_action="read", audit_object="directory"),
            AUDITOR,
            {},
            [("read", "directory", "main")],
        ),
    ],
)
def test_access_of_users_to_personal_data_is_recorded_with_its_object(
    world: World,
    permission: Permission,
    principal: Principal,
    params: dict[str, str],
    recorded: list[tuple[str, str, str]],
) -> None:
    door = Door(world, permission, principal, params=params)
    door.enter()
    assert door.recorded == recorded


def test_token_needs_the_scope_of_the_permission_or_of_the_method() -> None:
    export = Permission(MANAGER, requires_recent_authentication=True)
    assert Permission(MANAGER).required_scope("GET") is TokenScope.READ
    assert export.required_scope("GET") is TokenScope.PEOPLE
    assert export.required_scope("POST") is TokenScope.ADMINISTRATION
    assert Permission(MANAGER, scope=TokenScope.RUN).required_scope("POST") is TokenScope.RUN


def test_groups_of_roles_are_the_union_of_their_parts() -> None:
    assert {AccessRole.COACH, AccessRole.COACHEE} == PERSON
    assert PERSON | {AccessRole.FOLLOW_UP} == ASKED_LATER
    assert {AccessRole.MANAGER, AccessRole.AUDITOR} == OFFICE
    assert {*OFFICE, *PERSON} == SIGNED_IN
