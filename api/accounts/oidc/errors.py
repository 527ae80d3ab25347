"""Identity provider errors. The cause is logged; the message explains what to do."""

from __future__ import annotations

import structlog

from api.accounts import facts
from coach.errors import NotSignedInError, UnreachableError
from coach.texts.facts import Displayed

_LOG = structlog.stdlib.get_logger(__name__)

UNEXPECTED_SHAPE_ERRORS = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""Errors that libraries raise for JSON of an unexpected shape; pydantic's is a `ValueError`."""


class ProviderUnavailableError(UnreachableError):
    """The identity provider does not respond, or its metadata or keys are unusable."""


def unavailable(name: Displayed, why: str) -> ProviderUnavailableError:
    """Log `why` the provider called `name` cannot be used, and return the error."""
    _LOG.warning("identity provider unusable", why=why)
    return ProviderUnavailableError(facts.PROVIDER_UNAVAILABLE(provider=name))


def malformed_response(name: Displayed, what: str, error: Exception) -> NotSignedInError:
    """Log and return the error for a response that violates the specification."""
    _LOG.warning("identity provider response malformed", what=what, why=type(error).__name__)
    return NotSignedInError(facts.PROVIDER_MALFORMED(provider=name))


def rejected(why: str) -> NotSignedInError:
    """Log and return the error for a response that fails a check."""
    _LOG.warning("identity provider response rejected", why=why)
    return NotSignedInError(facts.FLOW_EXPIRED())
