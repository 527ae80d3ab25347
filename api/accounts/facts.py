"""Messages about accounts, tokens, passkeys, and signing in."""

from __future__ import annotations

from collections.abc import Mapping

from api.http.principal import TokenScope
from coach.texts.facts import FACT, NUMBER, TEXT, Fact, listed, message

PASSWORD_FIRST = message(
    "accounts.password_first",
    "set a password first, so that you can still sign in without this account",
)
OWN_SECOND_FACTOR = message(
    "accounts.own_second_factor",
    "you cannot reset your own second factor; use a recovery code, or ask another administrator",
)
OWN_ACCESS = message(
    "accounts.own_access",
    "you cannot change or end your own access; ask another administrator",
)
ACCESS_CHANGED_SINCE = message(
    "accounts.access_changed_since",
    "your changes were not saved, because somebody else has changed this user's access since "
    "you opened the page; check it, then try again",
)
NO_SUCH_ACTIVE_USER = message(
    "accounts.no_such_active_user", "there is no such user, or the user is disabled"
)
SCOPES_OF_TOKEN = message(
    "accounts.scopes_of_token",
    "a token can create another token only with scopes that it has itself",
)
OLD_PASSWORD_WRONG = message(
    "accounts.old_password_wrong",
    "that is not your current password; enter your current password to confirm the change",
)
CONFIRM_CHANGE = message(
    "accounts.confirm_change",
    "before you create a token, or change how you or other users sign in, confirm your "
    "identity with your password and code, a passkey or your identity provider",
)
CODE_WRONG = message(
    "accounts.code_wrong", "the code is wrong; enter the current code from your authenticator app"
)
CODE_NOT_ACCEPTED = message(
    "accounts.code_not_accepted",
    "The code is wrong, or there have been too many attempts. "
    "Wait for the next code, then try again.",
)
SIGN_IN_WRONG = message(
    "accounts.sign_in_wrong",
    "your name, password or code is wrong, or there have been too many attempts; "
    "wait for the next code, then try again",
)
SECOND_FACTOR_WRONG = message(
    "accounts.second_factor_wrong",
    "the code is wrong, your sign-in has expired, or there have been too many attempts; "
    "wait for the next code, then sign in again",
)
TOO_MANY_ATTEMPTS = message(
    "accounts.too_many_attempts",
    "there have been too many failed sign-in attempts from your network; wait a while, then try"
    " again",
)
# i18n: `gender-coach user sign-in` is a command.
LINK_USED = message(
    "accounts.address_used",
    "this sign-in link has been used or has expired; sign in with your password, ask an "
    "administrator for a new link, or run `gender-coach user sign-in` on the server",
)
NO_SUCH_CREDENTIAL = message("accounts.no_such_credential", "there is no credential {id}", id=TEXT)

NAME_TAKEN = message(
    "accounts.name_taken", "there is already a user called {name}; choose another name", name=TEXT
)
# i18n: `gender-coach user list` is a command.
NO_SUCH_USER = message(
    "accounts.no_such_user",
    "there is no user called {name}; run `gender-coach user list` to see all users",
    name=TEXT,
)
ACCOUNT_TAKEN = message(
    "accounts.account_taken",
    "another user is already linked to that account; unlink that user first",
)
ADDRESS_TAKEN = message(
    "accounts.address_taken", "that address is already reserved for another user"
)

TOO_MANY_PASSKEYS = message(
    "accounts.too_many_passkeys",
    "you already have {limit} passkeys; remove one first",
    limit=NUMBER,
)
PASSKEY_TOO_LATE = message(
    "accounts.passkey_too_late",
    "the passkey was not added, because it took too long or another user started adding it; "
    "please try again",
)
PASSKEY_UNKNOWN = message(
    "accounts.passkey_unknown",
    "this passkey was not recognised, or signing in took too long; please try again",
)
PASSKEY_REJECTED = message(
    "accounts.passkey_rejected", "the passkey was not accepted; please try again"
)
PASSKEY_REGISTERED = message("accounts.passkey_registered", "this passkey is already registered")
NO_SUCH_PASSKEY = message(
    "accounts.no_such_passkey",
    "this passkey does not exist; reload the page to see your passkeys",
)

# i18n: the name of the identity provider if the deployment does not set one, as in "Sign in with
# your organisation's account".
ORGANISATION_ACCOUNT = message("accounts.organisation_account", "your organisation's account")
PROVIDER_ADDRESS = message(
    "accounts.provider_address",
    "enter the provider's https address exactly as the provider publishes it",
)
NO_PROVIDER = message(
    "accounts.no_provider", "this server has no identity provider; sign in with your password"
)
PROVIDER_UNAVAILABLE = message(
    "accounts.provider_unavailable",
    "signing in with {provider} is not possible at the moment; try again later, or sign in with"
    " your password",
    provider=FACT,
)
PROVIDER_MALFORMED = message(
    "accounts.provider_malformed",
    "{provider} sent a response that this server does not understand; sign in with your "
    "password, and contact this server's administrator",
    provider=FACT,
)
NOT_SIGNED_IN_WITH = message(
    "accounts.not_signed_in_with",
    "signing in with {provider} failed; try again, or sign in with your password",
    provider=FACT,
)
FLOW_EXPIRED = message(
    "accounts.flow_expired",
    "that sign-in has expired or was not started here; please try again",
)
FLOW_COMPLETED = message(
    "accounts.flow_completed", "that sign-in has already been completed; please try again"
)
SIGNED_OUT_MEANWHILE = message(
    "accounts.signed_out_meanwhile",
    "you have been signed out in the meantime; please sign in and try again",
)
NOT_LINKED = message(
    "accounts.not_linked",
    "your account is not linked to an active user of this server. Ask an administrator to link "
    "it. The account's ID is {subject}",
    subject=TEXT,
)
OTHER_USERS_ACCOUNT = message(
    "accounts.other_users_account",
    "that account is not linked to you; please confirm with your own account",
)
SINGLE_FACTOR = message(
    "accounts.single_factor",
    "you signed in to your provider without a second factor; confirm with a code instead",
)

SCOPES: Mapping[TokenScope, Fact] = {
    TokenScope.READ: message("accounts.scope_read", "read")(),
    TokenScope.RUN: message("accounts.scope_run", "start runs and ask questions about plans")(),
    TokenScope.PEOPLE: message(
        "accounts.scope_people",
        "upload people, issue links, publish plans, and send and export messages",
    )(),
    TokenScope.ADMINISTRATION: message(
        "accounts.scope_administration",
        "make all other changes, for example to cycles, policies, retention and tokens",
    )(),
}
"""The permissions granted by each scope, phrased to complete a sentence that starts with "May"."""
SCOPE_LIST = message("accounts.scope_list", "{scopes}", scopes=listed(FACT))
