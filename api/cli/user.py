"""`gender-coach user`: manages the users of the programme office and their access."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.accounts import browser_sessions, users
from api.accounts.access import Access, OfficeRole, store_access
from api.accounts.factor_reset import remove_second_factor
from api.accounts.user_administration import record_access
from api.accounts.users import ProviderLink, UserView
from api.cli import admin_facts as facts
from api.cli.output import echo, render
from api.cli.output import gettext as _
from api.cli.services import open_cli_services
from api.http import urls
from api.http.principal import AccessRole
from api.overview.users.entered_access import EnteredAccess, checked_access, cycle_names
from api.overview.users.presenters import present_access
from api.services import Services
from coach.errors import InputFault, UnusableInputError
from coach.texts.facts import Fact


class UserAction(StrEnum):
    """The actions of `gender-coach user`."""

    ADD = "add"
    SIGN_IN = "sign-in"
    LINK = "link"
    UNLINK = "unlink"
    SIGN_OUT = "sign-out"
    RESET_FACTOR = "reset-factor"
    ACCESS = "access"
    DISABLE = "disable"
    LIST = "list"


_ActionArgument = Annotated[
    UserAction,
    typer.Argument(
        # i18n: the words before the colons are arguments; do not translate them.
        help=_(
            "add, disable, list; access: change role and limits; sign-in: print a one-time "
            "link; sign-out: sign out of every browser and revoke tokens; reset-factor: remove "
            "a lost second factor and the password, and print a one-time link; link, unlink: "
            "connect or disconnect an account at the identity provider."
        )
    ),
]
_RoleOption = Annotated[
    OfficeRole,
    # i18n: administrator, manager and auditor are values; do not translate them.
    typer.Option(
        help=_("For add and access: administrator, manager (cannot manage users) or auditor.")
    ),
]
_CycleOption = Annotated[
    list[str] | None,
    typer.Option(
        help=_("For add and access: limit a manager to the cycle with this ID. Can be repeated.")
    ),
]
_CountryOption = Annotated[
    list[str] | None,
    typer.Option(
        help=_(
            "For add and access: limit a manager to people from the country with this code. "
            "Can be repeated."
        )
    ),
]


def user(
    action: _ActionArgument,
    name: Annotated[str, typer.Argument(help=_("The user's name."))] = "",
    *,
    role: _RoleOption = OfficeRole.ADMINISTRATOR,
    cycle: _CycleOption = None,
    country: _CountryOption = None,
    oidc: Annotated[
        str | None, typer.Option(help=_("For add and link: the user's ID at the provider."))
    ] = None,
    mail: Annotated[
        str | None,
        typer.Option(
            help=_("For add and link: the user's email address, as verified by the provider.")
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help=_("Folder that contains the database and the keys."))
    ] = None,
) -> None:
    """Add, link, list, disable or sign out users, or print a sign-in link."""
    if not name and action is not UserAction.LIST:
        raise UnusableInputError(
            [InputFault("user", 1, "NAME", facts.NAME_REQUIRED(action=action))]
        )
    with open_cli_services(data) as services:
        entered = EnteredAccess(role=role, cycles=cycle or None, countries=country or None)
        if action is UserAction.LIST:
            _list(services)
        elif action is UserAction.ACCESS:
            _change_access(services, name, _checked(services, entered))
            echo(facts.ACCESS_CHANGED(name=name, role=_ROLES[role]))
        elif action in _CONFIRMATIONS:
            _apply_action(services, action, name, oidc, mail)
            echo(_CONFIRMATIONS[action](name=name))
        else:
            if action is UserAction.RESET_FACTOR:
                _remove_second_factor(services, name)
            added_as = _checked(services, entered) if action is UserAction.ADD else None
            _print_address(services, name, added_as, _link(services, oidc, mail))


_OPTIONS = {"role": "--role", "cycles": "--cycle", "countries": "--country"}


def _checked(services: Services, entered: EnteredAccess) -> Access:
    """Validate the entered access and return it; faults name the command-line options."""
    try:
        return checked_access(services, entered)
    except UnusableInputError as error:
        raise UnusableInputError(
            InputFault("user", 1, _OPTIONS.get(fault.column, fault.column), fault.message)
            for fault in error.faults
        ) from error


_ROLES = {
    OfficeRole.ADMINISTRATOR: facts.ADMINISTRATOR(),
    OfficeRole.MANAGER: facts.MANAGER(),
    OfficeRole.AUDITOR: facts.AUDITOR(),
}
_CONFIRMATIONS = {
    UserAction.LINK: facts.LINKED,
    UserAction.UNLINK: facts.UNLINKED,
    UserAction.SIGN_OUT: facts.SIGNED_OUT,
    UserAction.DISABLE: facts.DISABLED,
}


def _apply_action(
    services: Services, action: UserAction, name: str, oidc: str | None, mail: str | None
) -> None:
    link = _link(services, oidc, mail)
    if action is UserAction.LINK and link is None:
        raise UnusableInputError([InputFault("user", 1, "--oidc", facts.LINK_NEEDS_ID())])
    with services.database.writing() as tx:
        user_id = users.user_by_name(tx, name).id
        if link is not None:
            users.link_user(tx, user_id, link)
        elif action is UserAction.UNLINK:
            users.unlink_user(tx, user_id)
        elif action is UserAction.SIGN_OUT:
            users.sign_out_everywhere(tx, user_id, now=services.now())
        else:
            users.disable_user(tx, name, now=services.now())


def _change_access(services: Services, name: str, access: Access) -> None:
    with services.database.writing() as tx:
        row = users.active_user_row(tx, users.user_by_name(tx, name).id)
        store_access(row, access)
        tx.flush()
        record_access(tx, row)


def _remove_second_factor(services: Services, name: str) -> None:
    with services.database.writing() as tx:
        user_id = users.user_by_name(tx, name).id
        remove_second_factor(tx, user_id, now=services.now(), with_password=True)


def _link(services: Services, oidc: str | None, mail: str | None) -> ProviderLink | None:
    """Return the user's identity at the provider, or `None` if no identity was given.

    Raises:
        UnusableInputError: the options are invalid, or this deployment does not support them.
    """
    if oidc is None and mail is None:
        return None
    provider = services.settings.oidc
    if provider is None:
        guide = "docs/how-to/sign-in-with-openid-connect.md"
        fault = facts.NO_PROVIDER(setting="GENDER_COACH_OIDC__ISSUER", guide=guide)
    elif oidc is not None and mail is not None:
        fault = facts.ID_OR_MAIL()
    elif mail is not None and not provider.link_by_mail:
        fault = facts.MAIL_NOT_ALLOWED(setting="GENDER_COACH_OIDC__LINK_BY_MAIL")
    else:
        return users.parse_link(provider.issuer, oidc, mail)
    raise UnusableInputError([InputFault("user", 1, "--oidc", fault)])


def _list(services: Services) -> None:
    with services.database.reading() as tx:
        listed = users.list_users(tx)
    names = cycle_names(services)
    for one in listed:
        _, scope = present_access(one.access, names)
        columns = (_ROLES[one.access.role], _state(one), scope or "")
        typer.echo("\t".join([one.name, *(render(each) for each in columns if each)]))


def _state(one: UserView) -> Fact:
    if one.disabled_at:
        return facts.STATE_DISABLED()
    if one.has_password:
        return facts.STATE_PASSWORD()
    return facts.STATE_LINKED() if one.linked else facts.STATE_NEW()


def _print_address(
    services: Services, name: str, added_as: Access | None, link: ProviderLink | None
) -> None:
    minutes = services.settings.sign_in_minutes
    with services.database.writing() as tx:
        if added_as is not None:
            user_id = users.add_user(
                tx, name, AccessRole.AUDITOR, now=services.now(), access=added_as
            )
        else:
            user_id = users.user_by_name(tx, name).id
            browser_sessions.end_tokens_and_feeds(tx, user_id, services.now())
        if link is not None:
            users.link_user(tx, user_id, link)
        once = browser_sessions.issue_sign_in_secret(
            tx, user_id, now=services.now(), lifetime=timedelta(minutes=minutes)
        )
    echo(facts.SIGN_IN_LINK(name=name, count=minutes))
    typer.echo(f"  {services.settings.base_url}{urls.sign_in(once.secret)}")
