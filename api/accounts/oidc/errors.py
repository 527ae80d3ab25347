"""What goes wrong with an identity provider; the log says why, the message what to do."""

from __future__ import annotations

import structlog

from coach.errors import NotSignedInError, UnreachableError

_LOG = structlog.stdlib.get_logger(__name__)

UNEXPECTED_SHAPE_ERRORS = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What libraries raise on JSON of an unexpected shape; pydantic's own is a `ValueError`."""


class ProviderUnavailableError(UnreachableError):
    """The identity provider does not respond, or not as a provider should."""


def unavailable(name: str, why: str) -> ProviderUnavailableError:
    """The error for a provider called `name` that cannot be used at the moment."""
    _LOG.warning("identity provider unusable", why=why)
    return ProviderUnavailableError(
        f"signing in with {name} does not work at the moment; "
        "try again soon, or sign in with your password"
    )


def malformed_response(name: str, what: str, error: Exception) -> NotSignedInError:
    """The error for a response that is not as the specification says."""
    _LOG.warning("identity provider not understood", what=what, why=type(error).__name__)
    return NotSignedInError(
        f"{name} answered in a way that this server does not understand; "
        "sign in with your password, and tell the administrator of this server"
    )


def rejected(why: str) -> NotSignedInError:
    """The error for a response that fails a check."""
    _LOG.warning("identity provider not believed", why=why)
    return NotSignedInError("that sign-in has expired or was not started here; please try again")
